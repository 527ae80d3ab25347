"""Counts upcoming sessions that a participant cannot attend, except those merely declined."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import Session as Transaction

from api.cycles.rows import CycleRow
from api.participants.rows import PersonRow
from api.rescheduling.obstacles import Obstacle, declined_times, obstructed_sessions
from api.sessions.rows import SessionRow, SessionState

_counts: dict[str, int] = {}
_MOST_COUNTS = 64


def count_obstructed(tx: Transaction, *, now: datetime) -> dict[str, int]:
    """Return the numbers of upcoming sessions a participant cannot attend, keyed by cycle id.

    Sessions that were only declined are not counted.
    """
    cycles = tx.scalars(
        select(SessionRow.cycle_id)
        .where(SessionRow.state == SessionState.CONFIRMED, SessionRow.starts_at > now)
        .distinct()
    ).all()
    return {cycle_id: _count(tx, cycle_id, now) for cycle_id in cycles}


def _count(tx: Transaction, cycle_id: str, now: datetime) -> int:
    """Return a cycle's count, cached until the data that determines it changes."""
    state = _state(tx, cycle_id, now)
    count = _counts.get(state)
    if count is None:
        count = sum(
            any(each.obstacle is not Obstacle.DECLINED for each in one.obstacles)
            for one in obstructed_sessions(tx, cycle_id, now=now)
        )
        if len(_counts) >= _MOST_COUNTS:
            _counts.clear()
        _counts[state] = count
    return count


def _state(tx: Transaction, cycle_id: str, now: datetime) -> str:
    """Return a checksum of all data that determines how many sessions are obstructed."""
    sessions = tx.execute(
        select(
            func.count(),
            func.sum(SessionRow.sequence),
            func.sum(SessionRow.revision),
            func.max(SessionRow.changed_at),
        ).where(
            SessionRow.cycle_id == cycle_id,
            SessionRow.state == SessionState.CONFIRMED,
            SessionRow.starts_at > now,
        )
    ).one()
    people = tx.execute(
        select(PersonRow.id, cast(PersonRow.left_at, Text), cast(PersonRow.profile, Text))
        .where(PersonRow.cycle_id == cycle_id, PersonRow.erased_at.is_(None))
        .order_by(PersonRow.id)
    )
    policy = tx.scalar(select(cast(CycleRow.policy, Text)).where(CycleRow.id == cycle_id))
    parts = [
        f"{cycle_id} {policy} {tuple(sessions)} {sorted(declined_times(tx, cycle_id))}",
        *(f"{code} {left} {profile}" for code, left, profile in people),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
