"""Messages about lists of people that are compared with earlier ones."""

from __future__ import annotations

from coach.texts.facts import PLAIN_NUMBER, message, plural_message

EMPTY_LIST = message("intake.empty_list", "the list has no people; is it the right file?")
MUCH_SHORTER = plural_message(
    "intake.much_shorter",
    "the list has {count} person, and the earlier list has {earlier}; is it complete?",
    "the list has {count} people, and the earlier list has {earlier}; is it complete?",
    count=PLAIN_NUMBER,
    earlier=PLAIN_NUMBER,
)
MOSTLY_GONE = plural_message(
    "intake.mostly_gone",
    "{count} of the {earlier} people in the earlier list is not in this one; is it the right file, "
    "with the same ids?",
    "{count} of the {earlier} people in the earlier list are not in this one; is it the right "
    "file, with the same ids?",
    count=PLAIN_NUMBER,
    earlier=PLAIN_NUMBER,
)
