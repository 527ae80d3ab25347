"""Messages of the auditor's findings: the object concerned, and a description of the fault.

Both parts are displayed together: "level total: value is 3; expected 4, based on the matches".
"""

from __future__ import annotations

from coach.texts.facts import (
    FACT,
    NUMBER,
    PERSON,
    SHORT_DATE,
    TEXT,
    listed,
    message,
    plural_message,
)

FINDING = message("finding.line", "{about}: {finding}", about=FACT, finding=FACT)

# The object that a finding concerns.
MATCH = message("finding.match", "match {coachee} with {coach}", coachee=PERSON, coach=PERSON)
SESSION_OF_MATCH = message(
    "finding.session_of_match", "{match}, {session}", match=FACT, session=FACT
)
COACHEE = message("finding.coachee", "coachee {coachee}", coachee=PERSON)
COACH = message("finding.coach", "coach {coach}", coach=PERSON)
UNMATCHED = message("finding.unmatched", "unmatched {coachee}", coachee=PERSON)
LEVEL = message("finding.level", "level {level}", level=FACT)
LEVELS = message("finding.levels", "levels")
STATUS = message("finding.status", "status")
MOVES = message("finding.moves", "moves")
MOVE = message("finding.move", "move of {coachee}", coachee=PERSON)
UID = message("finding.uid", "uid {uid}", uid=TEXT)
SHARE = message("finding.share", "share of cross-border pairs")

# Coachees and coaches.
NOT_IN_RESULT = message("finding.not_in_result", "does not appear in the result; must appear once")
SEVERAL_TIMES = plural_message(
    "finding.several_times",
    "appears {count} time in the result; must appear only once",
    "appears {count} times in the result; must appear only once",
    count=NUMBER,
)
NOT_A_COACHEE = message("finding.not_a_coachee", "is in the result but not in the coachees' file")
NOT_A_COACH = message("finding.not_a_coach", "is in the result but not in the coaches' file")
FORBIDDEN = message(
    "finding.forbidden", "is forbidden by the rule {rule}: {reason}", rule=FACT, reason=FACT
)
VERDICT_COUNT = plural_message(
    "finding.verdict_count",
    "has {count} verdict for the rule {rule}",
    "has {count} verdicts for the rule {rule}",
    count=NUMBER,
    rule=FACT,
)
# i18n: language 100 x 3 (both speak Albanian)
VERDICT = message(
    "finding.verdict",
    "{rule} {points} x {weight} ({reason})",
    rule=FACT,
    points=NUMBER,
    weight=NUMBER,
    reason=FACT,
)
WRONG_VERDICT = message(
    "finding.wrong_verdict",
    "verdict is {reported}; expected {right}",
    reported=FACT,
    right=FACT,
)
WRONG_POINTS = plural_message(
    "finding.wrong_points",
    "has {count} point; its verdicts add up to {right}",
    "has {count} points; its verdicts add up to {right}",
    count=NUMBER,
    right=NUMBER,
)
OVER_CAPACITY = plural_message(
    "finding.over_capacity",
    "has {count} coachee; the capacity is {capacity}",
    "has {count} coachees; the capacity is {capacity}",
    count=NUMBER,
    capacity=NUMBER,
)
NOT_WITH_PINNED = message(
    "finding.not_with_pinned",
    "is pinned to coach {coach}, but not matched with them",
    coach=PERSON,
)
BELOW_SHARE = plural_message(
    "finding.below_share",
    "{crossing} of {count} pair crosses a border; the cycle requires a share of {share}",
    "{crossing} of {count} pairs cross a border; the cycle requires a share of {share}",
    crossing=NUMBER,
    count=NUMBER,
    share=NUMBER,
)

# Levels and status.
WRONG_LEVELS = message(
    "finding.wrong_levels",
    "are {reported}; expected {right}",
    reported=listed(FACT),
    right=listed(FACT),
)
ALL_PROVEN = message(
    "finding.all_proven",
    "is {status}, although all levels before schedule are proven",
    status=TEXT,
)
NOT_ALL_PROVEN = message(
    "finding.not_all_proven",
    "is {status}, although not all levels before schedule are proven",
    status=TEXT,
)
WRONG_VALUE = message(
    "finding.wrong_value",
    "value is {value}; expected {right}, based on the matches",
    value=NUMBER,
    right=NUMBER,
)
WRONG_BOUND = message(
    "finding.wrong_bound",
    "bound {bound} is below the value {value}",
    bound=NUMBER,
    value=NUMBER,
)
WRONG_LOWER_BOUND = message(
    "finding.wrong_lower_bound",
    "lower bound {bound} is not between 0 and the value {value}",
    bound=NUMBER,
    value=NUMBER,
)
PEOPLE = message("finding.people", "people")
WRONG_KEYS = message(
    "finding.wrong_keys",
    "the people's keys in the matches differ from those in the people files",
)
WRONGLY_PROVEN = message(
    "finding.wrongly_proven",
    "is reported as proven, although its value is {value} and its bound is {bound}",
    value=NUMBER,
    bound=NUMBER,
)
WRONGLY_NOT_PROVEN = message(
    "finding.wrongly_not_proven",
    "is reported as not proven, although its value is {value} and its bound is {bound}",
    value=NUMBER,
    bound=NUMBER,
)

# Coachees without a coach.
FUNNEL_STEP = message("finding.funnel_step", "{rule} {left}", rule=FACT, left=NUMBER)
WRONG_FUNNEL = message(
    "finding.wrong_funnel",
    "funnel count is {reported}; expected {right}",
    reported=listed(FACT),
    right=listed(FACT),
)
WRONG_REASON = message(
    "finding.wrong_reason", "reason is {reported}; expected {right}", reported=TEXT, right=TEXT
)
INCOMPLETE_REMEDY = message(
    "finding.incomplete_remedy", "a remedy is missing its change or its effect"
)

# Re-matches.
MOVED_TWICE = message("finding.moved_twice", "contain the same coachee twice")
WRONG_MOVE = message("finding.wrong_move", "is missing or wrong; expected: {reason}", reason=FACT)
NOTHING_MOVED = message("finding.nothing_moved", "is reported, but nothing has moved")

# Sessions.
FAR_OUTSIDE = message("finding.far_outside", "is far outside the cycle")
OUTSIDE_CYCLE = message(
    "finding.outside_cycle",
    "is outside the cycle ({first} to {last})",
    first=SHORT_DATE,
    last=SHORT_DATE,
)
OFF_GRID = plural_message(
    "finding.off_grid",
    "does not start on the {count}-minute grid",
    "does not start on the {count}-minute grid",
    count=NUMBER,
)
ON_BLACKOUT = message("finding.on_blackout", "is on the blackout date {day}", day=SHORT_DATE)
NOT_FREE = message("finding.not_free", "{person} is not free for the entire session", person=PERSON)
WRONG_LENGTH = message(
    "finding.wrong_length",
    "lasts {minutes} minutes instead of {right}",
    minutes=NUMBER,
    right=NUMBER,
)
NOT_A_WHOLE_MINUTE = message("finding.not_a_whole_minute", "does not start on a whole minute")
OTHER_ZONE = message("finding.other_zone", "is not in the cycle's time zone {zone}", zone=TEXT)
NO_UID = message("finding.no_uid", "has no uid")
SHARED_UID = plural_message(
    "finding.shared_uid",
    "belongs to {count} session",
    "belongs to {count} sessions",
    count=NUMBER,
)
OVERLAP = message(
    "finding.overlap",
    "{first} with {coachee} and {second} with {other_coachee} overlap",
    first=FACT,
    coachee=PERSON,
    second=FACT,
    other_coachee=PERSON,
)
SAME_PERSON_OVERLAP = message(
    "finding.same_person_overlap",
    "{first} overlaps {second} of {coachee} with {coach}, and both involve the same person",
    first=FACT,
    second=FACT,
    coachee=PERSON,
    coach=PERSON,
)
SHORT_BUFFER = plural_message(
    "finding.short_buffer",
    "{first} with {coachee} and {second} with {other_coachee} are {count} minute apart; "
    "{right} are required",
    "{first} with {coachee} and {second} with {other_coachee} are {count} minutes apart; "
    "{right} are required",
    first=FACT,
    coachee=PERSON,
    second=FACT,
    other_coachee=PERSON,
    count=NUMBER,
    right=NUMBER,
)
DAY_LIMIT = plural_message(
    "finding.day_limit",
    "has {count} session on {day}; the limit is {limit}",
    "has {count} sessions on {day}; the limit is {limit}",
    count=NUMBER,
    day=SHORT_DATE,
    limit=NUMBER,
)
WEEK_LIMIT = plural_message(
    "finding.week_limit",
    "has {count} session in week {week} of {year}; the limit is {limit}",
    "has {count} sessions in week {week} of {year}; the limit is {limit}",
    count=NUMBER,
    week=NUMBER,
    year=TEXT,
    limit=NUMBER,
)
