"""Weekly windows that a person would have to add to be able to meet another person."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from coach.availability import MINUTES_PER_DAY, WeeklyWindow
from coach.cycle import Cycle
from coach.people import Person

_DAYS_PER_WEEK = 7
_Person = TypeVar("_Person", bound=Person)


def with_window(person: _Person, window: WeeklyWindow) -> _Person:
    """Return a copy of `person` with an additional window."""
    return person.model_copy(update={"availability": (*person.availability, window)})


def missing_windows(person: Person, other: Person, cycle: Cycle) -> list[WeeklyWindow]:
    """Return the windows of `other`, in the zone of `person`, that no window of `person` covers.

    Windows that cross midnight in that time zone are omitted.
    """
    converted = (_in_zone(window, other.zone, person.zone, cycle) for window in other.availability)
    return [
        window
        for window in converted
        if window is not None and not any(_covers(own, window) for own in person.availability)
    ]


def _covers(own: WeeklyWindow, other: WeeklyWindow) -> bool:
    return (
        own.weekday == other.weekday
        and own.start_minute <= other.start_minute
        and other.end_minute <= own.end_minute
    )


def _in_zone(
    window: WeeklyWindow, zone: ZoneInfo, wanted: ZoneInfo, cycle: Cycle
) -> WeeklyWindow | None:
    """Convert a window to another zone, using the UTC offsets on the cycle's first day.

    Returns `None` if the converted window crosses midnight.
    """
    midnight = datetime.combine(cycle.cycle.start, time(), tzinfo=zone)
    local = midnight.astimezone(wanted)
    offset = (local.utcoffset() or timedelta()) - (midnight.utcoffset() or timedelta())
    shift = int(offset.total_seconds() // 60)
    start, end = window.start_minute + shift, window.end_minute + shift
    days = start // MINUTES_PER_DAY
    if end > (days + 1) * MINUTES_PER_DAY:
        return None
    weekday = (window.weekday + days) % _DAYS_PER_WEEK
    return WeeklyWindow(weekday, start - days * MINUTES_PER_DAY, end - days * MINUTES_PER_DAY)
