"""Messages that explain why a session cannot take place at a certain time."""

from __future__ import annotations

from coach.texts.facts import NUMBER, PERSON, SHORT_DATE, message, plural_message

TOO_EARLY = message("slot.too_early", "this time is in the past or too soon")
OUTSIDE_CYCLE = message(
    "slot.outside_cycle",
    "the session would be outside the cycle, {first} to {last}",
    first=SHORT_DATE,
    last=SHORT_DATE,
)
NOT_A_START = plural_message(
    "slot.not_a_start",
    "sessions can start only every {count} minute from midnight, and not on blackout dates",
    "sessions can start only every {count} minutes from midnight, and not on blackout dates",
    count=NUMBER,
)
NOT_FREE = message("slot.not_free", "{person} is not free at this time", person=PERSON)
OTHER_SESSION = message("slot.other_session", "one of the two has another session at this time")
SHORT_BUFFER = plural_message(
    "slot.short_buffer",
    "the coach needs {count} minute of free time between two sessions",
    "the coach needs {count} minutes of free time between two sessions",
    count=NUMBER,
)
NOT_IN_ORDER = message("slot.not_in_order", "this pair's sessions would overlap or be out of order")
GAP = message(
    "slot.gap",
    "sessions {earlier} and {later} would be {days} days apart; the policy requires {least} to "
    "{most}",
    earlier=NUMBER,
    later=NUMBER,
    days=NUMBER,
    least=NUMBER,
    most=NUMBER,
)
DAY_LIMIT = plural_message(
    "slot.day_limit",
    "the coach can have only {count} session a day",
    "the coach can have only {count} sessions a day",
    count=NUMBER,
)
WEEK_LIMIT = plural_message(
    "slot.week_limit",
    "the coach can have only {count} session a week",
    "the coach can have only {count} sessions a week",
    count=NUMBER,
)
