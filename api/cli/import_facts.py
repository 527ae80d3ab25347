"""Messages printed by the command that imports lists of people."""

from __future__ import annotations

from coach.texts.facts import FACT, NUMBER, PLAIN_NUMBER, TEXT, all_of, message, plural_message

PEOPLE = plural_message("import.people", "{count} person", "{count} people", count=NUMBER)
# i18n: `people` is "14 people".
COACHEES_COMPARED = message(
    "import.coachees_compared",
    "Coachees: {people}; {new} new, {changed} changed, {unchanged} unchanged, {gone} gone",
    people=FACT,
    new=NUMBER,
    changed=NUMBER,
    unchanged=NUMBER,
    gone=NUMBER,
)
COACHES_COMPARED = message(
    "import.coaches_compared",
    "Coaches: {people}; {new} new, {changed} changed, {unchanged} unchanged, {gone} gone",
    people=FACT,
    new=NUMBER,
    changed=NUMBER,
    unchanged=NUMBER,
    gone=NUMBER,
)
COACHEES = message("import.coachees", "Coachees: {people}", people=FACT)
COACHES = message("import.coaches", "Coaches: {people}", people=FACT)
NOTHING_EARLIER = message(
    "import.nothing_earlier",
    "Everybody is new. To compare the lists with those of an earlier result, use --before.",
)
NEW = message("import.new", "new: {person}", person=FACT)
CHANGED = message("import.changed", "changed: {person}", person=FACT)
GONE = message("import.gone", "gone: {person}", person=FACT)
FIELD_CHANGED = message(
    "import.field_changed",
    "{column}: {before} → {after}",
    column=TEXT,
    before=FACT,
    after=FACT,
)
EMPTY = message("import.empty", "(empty)")
MAY_BE_SOMEBODY_ELSE = message(
    "import.may_be_somebody_else",
    "Both the name and the address have changed. If this is another person, use another ID.",
)

# i18n: a person of a list, for example: C-003, Ana Kovač (coachees.csv, row 4)
LISTED = message(
    "import.listed",
    "{id}, {name} ({file}, row {row})",
    id=TEXT,
    name=TEXT,
    file=TEXT,
    row=PLAIN_NUMBER,
)
LISTED_EARLIER = message(
    "import.listed_earlier", "{id}, {name} (in the earlier list)", id=TEXT, name=TEXT
)
DOUBLED_TITLE = message("import.doubled_title", "Listed more than once:")
DOUBLED = message(
    "import.doubled",
    "{people} are the same person; delete one of the rows, unless you want to keep both",
    people=all_of(FACT),
)
IN_BOTH_LISTS_TITLE = message("import.in_both_lists_title", "In both lists:")
IN_BOTH_LISTS = message("import.in_both_lists", "{people} are the same person", people=all_of(FACT))
RENUMBERED_TITLE = message("import.renumbered_title", "Listed with a different ID:")
RENUMBERED = message(
    "import.renumbered",
    "{new} is the same person as {gone}; use the earlier ID again if you did not intend to "
    "change it",
    new=FACT,
    gone=FACT,
)
SUGGESTIONS_TITLE = message("import.suggestions_title", "Possibly the same person:")
SUGGESTION = message(
    "import.suggestion", "{people}: {reasons}", people=all_of(FACT), reasons=all_of(FACT)
)
# i18n: `person` is the name of a column; do not translate it.
SUGGESTIONS_ADVICE = message(
    "import.suggestions_advice",
    "If they are the same person, delete one row, or enter the same value in the `person` "
    "column of both rows. If they are not, enter different values there.",
)
WRITTEN = message("import.written", "Written to {out}: {files}", out=TEXT, files=all_of(TEXT))
NOT_WRITTEN = message(
    "import.not_written",
    "Nothing was written. To write both lists in the standard format, use --out.",
)
LEFT_OUT = plural_message(
    "import.left_out",
    "{count} ID of a person who is not in this cycle was left out of the lists; it is in {file}.",
    "{count} IDs of people who are not in this cycle were left out of the lists; they are in "
    "{file}.",
    count=NUMBER,
    file=TEXT,
)
WOULD_REPLACE_INPUT = message(
    "import.would_replace_input",
    "{path} is one of the lists to import; choose another folder with --out",
    path=TEXT,
)
