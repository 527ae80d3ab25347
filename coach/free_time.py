"""Checks whether a person is free at given times."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from coach.availability import free_intervals, local_to_epoch_minute
from coach.people import Person

Span = tuple[datetime, datetime]
"""A time span `[start, end)` between two aware datetimes."""

_MINUTE = timedelta(minutes=1)
_SECONDS = 60  # in a minute


def are_free(person: Person, spans: Collection[Span]) -> tuple[bool, ...]:
    """Return whether a person is free throughout each of the spans.

    A person is free within their weekly windows, except when they are away or busy. Holidays are
    not considered.
    """
    zone, may_be_away = person.zone, bool(person.unavailable or person.busy)
    days = [_local_days(zone, span) for span in spans]
    free = free_intervals(person.availability, zone, sorted({day for some in days for day in some}))
    starts = [low for low, _ in free]

    def is_free(span: Span, some: Sequence[date]) -> bool:
        first, last = (int(one.timestamp() // _SECONDS) for one in span)
        place = bisect_right(starts, first) - 1
        if place < 0 or last > free[place][1]:
            return False
        return not (may_be_away and _is_away(person, first, last, some))

    return tuple(is_free(span, some) for span, some in zip(spans, days, strict=True))


def _local_days(zone: ZoneInfo, span: Span) -> Sequence[date]:
    first, last = (one.astimezone(zone).date() for one in (span[0], span[1] - _MINUTE))
    if first == last:
        return (first,)
    return [first + timedelta(n) for n in range((last - first).days + 1)]


def _is_away(person: Person, first: int, last: int, days: Sequence[date]) -> bool:
    """Return whether a person is away or busy in `[first, last)`, in epoch minutes."""
    if any(day in dates for dates in person.unavailable for day in days):
        return True
    for busy in person.busy:
        if busy.day in days:
            busy_from, busy_to = (
                local_to_epoch_minute(busy.day, minute, person.zone)
                for minute in (busy.start_minute, busy.end_minute)
            )
            if busy_from < last and first < busy_to:
                return True
    return False
