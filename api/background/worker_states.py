"""Determines the states of a deployment's workers, from any of its processes."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from api.background.heartbeat import STALE_AFTER
from api.background.rows import WorkerHeartbeatRow
from api.background.worker_lease import WorkerLease
from api.database.clock import database_now
from api.database.engine import Database
from api.values import FrozenModel


class WorkerState(StrEnum):
    """The state of a worker that is not recorded as ended.

    A silent worker sends no heartbeats but holds its lease: it is stopped or hangs. A dead worker
    does neither, and no other worker has taken over its jobs yet.
    """

    ALIVE = "alive"
    SILENT = "silent"
    DEAD = "dead"


class WorkerStates(FrozenModel):
    """The names of the slots in each state, and the total number of takeovers."""

    slots: dict[WorkerState, tuple[str, ...]]
    takeovers: int


def worker_states(tx: Transaction, database: Database) -> WorkerStates:
    """Return the states of all workers not recorded as ended, and the number of takeovers."""
    now = database_now(tx)
    rows = tx.scalars(
        select(WorkerHeartbeatRow)
        .where(WorkerHeartbeatRow.ended_at.is_(None))
        .order_by(WorkerHeartbeatRow.name)
    )
    slots: dict[WorkerState, tuple[str, ...]] = dict.fromkeys(WorkerState, ())
    for row in rows:
        # A heartbeat in the future was recorded before the clock was set back.
        is_fresh = abs(now - row.seen_at) <= STALE_AFTER
        state = WorkerState.ALIVE if is_fresh else _state_of_silent(database, row.name)
        slots[state] += (row.name,)
    takeovers = tx.scalar(select(func.sum(WorkerHeartbeatRow.takeovers)))
    return WorkerStates(slots=slots, takeovers=takeovers or 0)


def _state_of_silent(database: Database, name: str) -> WorkerState:
    lease = WorkerLease(database, name)
    try:
        return WorkerState.DEAD if lease.acquire() else WorkerState.SILENT
    finally:
        lease.release()
