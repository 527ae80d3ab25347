"""Whether a person is free at a given time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from coach.availability import epoch_minute, free_intervals, local_to_epoch_minute
from coach.people import Person


def is_free(person: Person, start: datetime, end: datetime) -> bool:
    """Return whether `[start, end)` is in a person's weekly windows, and not while they are away.

    Holidays are not considered. `start` and `end` are aware datetimes.
    """
    begin, finish = (one.astimezone(person.zone) for one in (start, end))
    last = (end - timedelta(minutes=1)).astimezone(person.zone).date()
    days = [begin.date() + timedelta(n) for n in range((last - begin.date()).days + 1)]
    if any(day in dates for dates in person.unavailable for day in days):
        return False
    first_minute, last_minute = (epoch_minute(one.astimezone(UTC)) for one in (begin, finish))
    for busy in person.busy:
        if busy.day in days:
            busy_from, busy_to = (
                local_to_epoch_minute(busy.day, minute, person.zone)
                for minute in (busy.start_minute, busy.end_minute)
            )
            if busy_from < last_minute and first_minute < busy_to:
                return False
    return any(
        low <= first_minute and last_minute <= high
        for low, high in free_intervals(person.availability, person.zone, days)
    )
