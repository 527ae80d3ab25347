"""Messages of the auditor's findings about a match's sessions and their numbers.

Session 0 is called the contracting session, so most findings have a second message for it.
"""

from __future__ import annotations

from datetime import date, datetime

from coach.texts.facts import (
    NUMBER,
    SHORT_DATE,
    TIME,
    Fact,
    listed,
    message,
    plural_message,
)

# i18n: session 3 on Mon 18 Jan 2027 at 09:00
SESSION = message(
    "finding.session",
    "session {number} on {day} at {time}",
    number=NUMBER,
    day=SHORT_DATE,
    time=TIME,
)
CONTRACTING = message(
    "finding.contracting", "contracting session on {day} at {time}", day=SHORT_DATE, time=TIME
)
WRONG_SERIES = message(
    "finding.wrong_series",
    "has sessions {numbers}; expected {first} to {last}, in this order",
    numbers=listed(NUMBER),
    first=NUMBER,
    last=NUMBER,
)
NO_SESSIONS = message(
    "finding.no_sessions",
    "has no sessions; expected {first} to {last}",
    first=NUMBER,
    last=NUMBER,
)
NOT_AFTER = message(
    "finding.not_after",
    "session {number} does not start after session {previous}",
    number=NUMBER,
    previous=NUMBER,
)
NOT_AFTER_CONTRACTING = message(
    "finding.not_after_contracting",
    "session {number} does not start after the contracting session",
    number=NUMBER,
)
WRONG_GAP = plural_message(
    "finding.wrong_gap",
    "there is {count} day between session {previous} ({previous_day}) and session {number} "
    "({day}); {least} to {most} are required",
    "there are {count} days between session {previous} ({previous_day}) and session {number} "
    "({day}); {least} to {most} are required",
    count=NUMBER,
    previous=NUMBER,
    previous_day=SHORT_DATE,
    number=NUMBER,
    day=SHORT_DATE,
    least=NUMBER,
    most=NUMBER,
)
WRONG_CONTRACTING_GAP = plural_message(
    "finding.wrong_contracting_gap",
    "there is {count} day between the contracting session ({previous_day}) and session {number} "
    "({day}); {least} to {most} are required",
    "there are {count} days between the contracting session ({previous_day}) and session {number} "
    "({day}); {least} to {most} are required",
    count=NUMBER,
    previous_day=SHORT_DATE,
    number=NUMBER,
    day=SHORT_DATE,
    least=NUMBER,
    most=NUMBER,
)

# Re-matches.
PAST_SESSION_CHANGED = message(
    "finding.past_session_changed",
    "past session {number} is missing or has been changed",
    number=NUMBER,
)
PAST_CONTRACTING_CHANGED = message(
    "finding.past_contracting_changed",
    "the past contracting session is missing or has been changed",
)
TOO_EARLY = message(
    "finding.too_early",
    "session {number} is on {day}, before {first}",
    number=NUMBER,
    day=SHORT_DATE,
    first=SHORT_DATE,
)
CONTRACTING_TOO_EARLY = message(
    "finding.contracting_too_early",
    "the contracting session is on {day}, before {first}",
    day=SHORT_DATE,
    first=SHORT_DATE,
)


def describe_session(number: int, start: datetime) -> Fact:
    """Return a fact that states the number, day and time of a session."""
    day = start.date()
    if number:
        return SESSION(number=number, day=day, time=start)
    return CONTRACTING(day=day, time=start)


def not_after(number: int, previous: int) -> Fact:
    """Return the finding that session `number` does not start after session `previous`."""
    if previous:
        return NOT_AFTER(number=number, previous=previous)
    return NOT_AFTER_CONTRACTING(number=number)


def wrong_gap(numbers: tuple[int, int], days: tuple[date, date], *, least: int, most: int) -> Fact:
    """Return the finding that two sessions are not `least` to `most` days apart."""
    (previous, number), (previous_day, day) = numbers, days
    gap = {
        "count": (day - previous_day).days,
        "previous_day": previous_day,
        "number": number,
        "day": day,
        "least": least,
        "most": most,
    }
    return WRONG_GAP(previous=previous, **gap) if previous else WRONG_CONTRACTING_GAP(**gap)


def past_session_changed(number: int) -> Fact:
    """Return the finding that a past session is missing or changed."""
    return PAST_SESSION_CHANGED(number=number) if number else PAST_CONTRACTING_CHANGED()


def too_early(number: int, *, day: date, first: date) -> Fact:
    """Return the finding that a new session is before the day on which the re-match begins."""
    if number:
        return TOO_EARLY(number=number, day=day, first=first)
    return CONTRACTING_TOO_EARLY(day=day, first=first)
