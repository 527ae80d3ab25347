"""A cycle's group events: their kinds, their audiences, and the times of each occurrence.

The time of an occurrence is entered in the event's time zone, as a day and a time of day, or as
whole days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

MAX_DATES = 12
LEAST_MINUTES, MOST_MINUTES = 15, 720
MOST_DAYS = 14


class GroupEventKind(StrEnum):
    """The kind of a group event."""

    KICKOFF = "kickoff"
    SEMINAR = "seminar"
    PLAN_PRESENTATION = "plan_presentation"
    ALUMNI_MEETING = "alumni_meeting"


class Audience(StrEnum):
    """The people whom a group event is for. `EVERYBODY` means all people currently in the cycle."""

    EVERYBODY = "everybody"
    COACHEES = "coachees"
    COACHES = "coaches"
    CHOSEN = "chosen"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An occurrence of a group event, as the UTC interval `[start, end)`.

    `first_day` and `last_day` are set if it consists of whole days in the event's time zone.
    """

    start: datetime
    end: datetime
    first_day: date | None = None
    last_day: date | None = None


def timed(day: date, clock: time, minutes: int, zone: ZoneInfo) -> Occurrence | None:
    """Return an occurrence that starts at a time of day; `None` if the clock skips that time.

    When clocks go back, the first of the two identical times is used.
    """
    local = datetime.combine(day, clock, zone)
    start = local.astimezone(UTC)
    if start.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        return None
    return Occurrence(start, start + timedelta(minutes=minutes))


def whole_days(day: date, days: int, zone: ZoneInfo) -> Occurrence:
    """Return an occurrence of `days` whole days, starting on `day`."""
    last = day + timedelta(days=days - 1)
    start, end = (
        datetime.combine(one, time(), zone).astimezone(UTC)
        for one in (day, last + timedelta(days=1))
    )
    return Occurrence(start, end, day, last)
