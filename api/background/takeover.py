"""Takes over the jobs of workers that have ended without returning them, on any machine.

A worker has ended if its lease is free and its heartbeat has not changed for a while. That time is
measured by the observer's monotonic clock, so that a clock change does not affect it. A worker
that is stopped or hangs keeps its lease, and is not taken over.

The jobs keep their crash counts when they return to their queues (the job engine ensures this), so
a job that keeps crashing its workers is eventually abandoned; see `JobType.max_crashes`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from dbos import DBOS
from dbos._recovery import recover_pending_workflows
from sqlalchemy import column, select, table
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session as Transaction

from api.background.rows import WorkerHeartbeatRow
from api.background.slot_fence import SlotTakenOverError, start_epoch
from api.background.worker_lease import WorkerLease
from api.database.clock import database_now
from api.database.engine import Database, jobs_schema
from api.logging.exception_location import exception_location

_LOG = logging.getLogger(__name__)
_PENDING = "PENDING"

Sign = tuple[int, str] | None
"""The epoch and the last heartbeat of a slot, or `None` for a slot that was never recorded."""


class Takeover:
    """A thread that watches the other slots, and takes over the jobs of ended workers."""

    def __init__(
        self,
        database: Database,
        slot: str,
        *,
        timeout_seconds: float,
        interval_seconds: float,
        return_jobs: Callable[[str], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._slot = database, slot
        self._timeout_seconds, self._interval_seconds = timeout_seconds, interval_seconds
        self._return_jobs, self._monotonic = return_jobs, monotonic
        self._observed: dict[str, tuple[Sign, float]] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="takeover", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread, and wait until it has ended."""
        self._stopping.set()
        self._thread.join()

    def look(self) -> list[str]:
        """Take over the slots whose workers have ended, and return the slots' names."""
        with self._database.reading() as tx:
            signs = _signs_of_others(tx, self._slot)
        now = self._monotonic()
        self._observed = {
            slot: seen
            if (seen := self._observed.get(slot)) is not None and seen[0] == sign
            else (sign, now)
            for slot, sign in signs.items()
        }
        silent = [
            slot for slot, (_, since) in self._observed.items()
            if now - since >= self._timeout_seconds
        ]  # fmt: skip
        return [slot for slot in silent if self._take_over(slot)]

    def _take_over(self, slot: str) -> bool:
        """Return the jobs of a slot to their queues, unless a process holds the slot's lease."""
        lease = WorkerLease(self._database, slot)
        if not lease.acquire():
            return False
        try:
            with self._database.writing() as tx:
                if _sign(tx.get(WorkerHeartbeatRow, slot)) != self._observed[slot][0]:
                    return False
                start_epoch(tx, slot)
                row = tx.get_one(WorkerHeartbeatRow, slot)
                row.takeovers += 1
                row.ended_at = database_now(tx)
            self._return_jobs(slot)
        finally:
            lease.release()
        _LOG.warning("%s has ended; %s has taken over its jobs", slot, self._slot)
        return True

    def _run(self) -> None:
        while not self._stopping.wait(self._interval_seconds):
            try:
                self.look()
            except SlotTakenOverError:
                return  # the heartbeat reports it
            except (SQLAlchemyError, OSError) as error:  # the next round will retry
                _LOG.warning("could not monitor other workers: %s", exception_location(error))


def return_jobs_of(engine: DBOS) -> Callable[[str], None]:
    """Return a function that returns a slot's interrupted jobs to their queues."""

    def return_jobs(slot: str) -> None:
        recover_pending_workflows(engine, [slot])

    return return_jobs


def _signs_of_others(tx: Transaction, own: str) -> dict[str, Sign]:
    """Return the `Sign` of each other slot that has not ended or has jobs assigned to it."""
    job = table(
        "workflow_status",
        column("status"),
        column("executor_id"),
        schema=jobs_schema(tx.connection()),
    )
    owners = set(tx.scalars(select(job.c.executor_id).where(job.c.status == _PENDING).distinct()))
    rows = {row.name: row for row in tx.scalars(select(WorkerHeartbeatRow))}
    running = {name for name, row in rows.items() if row.ended_at is None}
    return {name: _sign(rows.get(name)) for name in (owners | running) - {own, None, ""}}


def _sign(row: WorkerHeartbeatRow | None) -> Sign:
    return None if row is None else (row.epoch, row.seen_at.isoformat())
