"""Messages about the differences between a recorded run and its repetition."""

from __future__ import annotations

from coach.texts.facts import (
    FACT,
    NUMBER,
    PERSON,
    TEXT,
    joined,
    listed,
    message,
    plural_message,
)

NOTHING = message("replay.nothing", "nothing")
INPUT = message("replay.input", "inputs/{name}", name=TEXT)
VERSION = message("replay.version", "version of {package}", package=TEXT)
PLATFORM = message("replay.platform", "platform")
RESULT_FILE = message("replay.result_file", "result.json")
LEVEL = message("replay.level", "level {level}", level=FACT)
STATUS = message("replay.status", "status")
MATCH = message("replay.match", "match of {coachee}", coachee=PERSON)
UNMATCHED = message("replay.unmatched", "unmatched {coachee}", coachee=PERSON)
MOVE = message("replay.move", "move of {coachee}", coachee=PERSON)
STEP = message("replay.step", "step {number}", number=NUMBER)
PROVEN_VALUE = message("replay.proven_value", "{value}, proven", value=NUMBER)
BOUNDED_VALUE = message(
    "replay.bounded_value", "{value}, at most {bound}", value=NUMBER, bound=NUMBER
)
BOUNDED_BELOW = message(
    "replay.bounded_below", "{value}, at least {bound}", value=NUMBER, bound=NUMBER
)
# i18n: {times} is a list of dates and times, such as 2027-01-20 09:00
MATCHED = plural_message(
    "replay.matched",
    "{coach}, {count} point, {times}",
    "{coach}, {count} points, {times}",
    coach=PERSON,
    count=NUMBER,
    times=listed(TEXT),
)
# i18n: {reason} is a code such as all-taken
NO_MATCH = message("replay.no_match", "{reason}; {remedies}", reason=TEXT, remedies=joined(FACT))
NO_REMEDY = message("replay.no_remedy", "no remedy")
# i18n: {name} is the path of a value, such as verdicts[2].points
FIELD = message("replay.field", "{name} {value}", name=TEXT, value=FACT)
ENTRIES = plural_message(
    "replay.entries", "with {count} entry", "with {count} entries", count=NUMBER
)
MOVED = message("replay.moved", "{change}: {reason}", change=TEXT, reason=FACT)
STEP_LEVEL = message(
    "replay.step_level",
    "{level}: {value} (at most {bound})",
    level=FACT,
    value=TEXT,
    bound=TEXT,
)
