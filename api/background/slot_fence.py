"""Fences off workers whose slot was taken over, by checking the epoch in each write transaction.

The epoch of a slot increases each time a worker starts with the slot, and each time another worker
takes the slot's jobs over. Write transactions run one at a time, so an epoch that is current when
a transaction begins is still current when it commits.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.background.job_type import WorkerShutdownError
from api.background.rows import WorkerHeartbeatRow
from api.database.clock import database_now


class SlotTakenOverError(WorkerShutdownError):
    """Another worker has taken this worker's jobs over; nothing was written."""


class SlotFence:
    """The epoch of a worker's slot, which is checked at the start of its write transactions."""

    def __init__(self, slot: str) -> None:
        self._slot = slot
        self._epoch: int | None = None

    def claim(self, tx: Transaction) -> None:
        """Start a new epoch of the slot, so that transactions of its earlier workers fail."""
        self._epoch = start_epoch(tx, self._slot)
        row = tx.get_one(WorkerHeartbeatRow, self._slot)
        row.started_at = row.seen_at = database_now(tx)
        row.ended_at = None

    def check(self, tx: Transaction) -> None:
        """Check that the slot still has the claimed epoch.

        Raises:
            SlotTakenOverError: the slot has a different epoch.
        """
        current = tx.scalar(
            select(WorkerHeartbeatRow.epoch).where(WorkerHeartbeatRow.name == self._slot)
        )
        if self._epoch is not None and current != self._epoch:
            raise SlotTakenOverError


def start_epoch(tx: Transaction, slot: str) -> int:
    """Increase the epoch of a slot, and return the new epoch."""
    row = tx.get(WorkerHeartbeatRow, slot)
    if row is None:
        now = database_now(tx)
        row = WorkerHeartbeatRow(name=slot, started_at=now, seen_at=now, epoch=0, takeovers=0)
        tx.add(row)
    row.epoch += 1
    tx.flush()
    return row.epoch
