"""Times that people have declined; later runs treat them as unavailable at these times."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session as Transaction

from api.participants.rows import DeclinedTimeRow, PersonRow
from coach.availability import MINUTES_PER_DAY, BusyTime

_HUMAN = func.coalesce(PersonRow.human_id, PersonRow.id)
Times = tuple[datetime, datetime]
"""A time interval `[start, end)` that somebody has declined, in UTC."""


def remember_declined_time(
    tx: Transaction, person_id: str, start: datetime, end: datetime, *, now: datetime
) -> None:
    """Store that a person cannot meet in `[start, end)`, unless this is already stored."""
    known = select(DeclinedTimeRow.id).where(
        DeclinedTimeRow.person_id == person_id,
        DeclinedTimeRow.starts_at == start,
        DeclinedTimeRow.ends_at == end,
    )
    if tx.scalar(known) is None:
        tx.add(DeclinedTimeRow(person_id=person_id, starts_at=start, ends_at=end, declined_at=now))
        tx.flush()


def forget_declined_time(tx: Transaction, person_id: str, start: datetime, end: datetime) -> None:
    """Delete a person's declined times that overlap `[start, end)`, which they now accept."""
    tx.execute(
        delete(DeclinedTimeRow).where(
            DeclinedTimeRow.person_id == person_id,
            DeclinedTimeRow.starts_at < end,
            DeclinedTimeRow.ends_at > start,
        )
    )


def declined_times(tx: Transaction, person_ids: Collection[str]) -> dict[str, tuple[Times, ...]]:
    """Return people's declined times `[start, end)` in ascending order, keyed by person id."""
    rows = tx.execute(
        select(DeclinedTimeRow.person_id, DeclinedTimeRow.starts_at, DeclinedTimeRow.ends_at)
        .where(DeclinedTimeRow.person_id.in_(person_ids))
        .order_by(DeclinedTimeRow.starts_at, DeclinedTimeRow.ends_at)
    )
    found: dict[str, tuple[Times, ...]] = {}
    for person_id, start, end in rows:
        found[person_id] = (*found.get(person_id, ()), (start, end))
    return found


def declined_by_human(tx: Transaction, cycle_id: str) -> dict[str, list[Times]]:
    """Return the session times that the humans in a cycle have declined, including in other cycles.

    The keys are the ids of humans, or of people who are not linked to a human.
    """
    here = select(_HUMAN).where(PersonRow.cycle_id == cycle_id)
    return _by_human(tx, _HUMAN.in_(here))


def declined_since(tx: Transaction, cycle_id: str, moment: datetime) -> dict[str, list[Times]]:
    """Return the session times declined in a cycle since `moment`, keyed by human."""
    return _by_human(tx, PersonRow.cycle_id == cycle_id, DeclinedTimeRow.declined_at > moment)


def _by_human(tx: Transaction, *conditions: ColumnElement[bool]) -> dict[str, list[Times]]:
    rows = (
        select(_HUMAN, DeclinedTimeRow.starts_at, DeclinedTimeRow.ends_at)
        .join(PersonRow, PersonRow.id == DeclinedTimeRow.person_id)
        .where(*conditions)
        .order_by(DeclinedTimeRow.starts_at, DeclinedTimeRow.ends_at)
    )
    found: dict[str, list[Times]] = defaultdict(list)
    for key, start, end in tx.execute(rows):
        found[key].append((start, end))
    return found


def busy_times_in(time: Times, zone: ZoneInfo) -> Iterator[BusyTime]:
    """Split a time interval at midnight in `zone`, and yield the parts as busy times."""
    begin, end = (one.astimezone(zone) for one in time)
    day = begin.date()
    while day <= end.date():
        first = begin.hour * 60 + begin.minute if day == begin.date() else 0
        last = end.hour * 60 + end.minute if day == end.date() else MINUTES_PER_DAY
        if first < last:
            yield BusyTime(day, first, last)
        day += timedelta(days=1)
