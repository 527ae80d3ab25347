"""Messages about people who may have been entered twice, and about lists that may be wrong."""

from __future__ import annotations

from coach.texts.facts import PLAIN_NUMBER, TEXT, message, plural_message

EMPTY_LIST = message("intake.empty_list", "the list contains no people; is this the right file?")
MUCH_SHORTER = plural_message(
    "intake.much_shorter",
    "this list has {count} person, but the earlier list has {earlier}; is this list complete?",
    "this list has {count} people, but the earlier list has {earlier}; is this list complete?",
    count=PLAIN_NUMBER,
    earlier=PLAIN_NUMBER,
)
MOSTLY_GONE = plural_message(
    "intake.mostly_gone",
    "{count} of the {earlier} people in the earlier list is not in this one; is this the right "
    "file, and are the IDs the same?",
    "{count} of the {earlier} people in the earlier list are not in this one; is this the right "
    "file, and are the IDs the same?",
    count=PLAIN_NUMBER,
    earlier=PLAIN_NUMBER,
)

# Rows that may be one human.
# i18n: `person` is the name of a column; do not translate it.
SHARED_ADDRESS = plural_message(
    "intake.shared_address",
    "{count} person has the same address as row {row} of {file}; if they are one person, "
    "enter the same name, or the same value in the 'person' column",
    "{count} people have the same address as row {row} of {file}; if they are one person, "
    "enter the same name, or the same value in the 'person' column",
    count=PLAIN_NUMBER,
    file=TEXT,
    row=PLAIN_NUMBER,
)
SAME_PERSON_TWICE = message(
    "intake.same_person_twice",
    "is the same person as in row {row}; delete one of the two rows unless you want to keep both",
    row=PLAIN_NUMBER,
)
