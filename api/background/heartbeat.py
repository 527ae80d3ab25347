"""Worker heartbeats, which show other processes that a slot's worker is alive."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from api.background.rows import WorkerHeartbeatRow
from api.background.slot_fence import SlotTakenOverError
from api.background.worker_lease import WorkerLease
from api.database.clock import database_now
from api.database.engine import Database
from api.logging.exception_location import exception_location

STALE_AFTER = timedelta(seconds=60)
"""The time without a heartbeat after which a worker is reported as silent."""

_LOG = logging.getLogger(__name__)


class Heartbeat:
    """A thread that regularly records, by the database's clock, that a slot's worker is alive.

    It also reacquires the lease if the connection that held it was lost. If another worker has
    taken the slot over, it calls `on_taken_over` once and ends.
    """

    def __init__(
        self,
        database: Database,
        slot: str,
        lease: WorkerLease | None,
        *,
        interval_seconds: float,
        on_taken_over: Callable[[], None],
    ) -> None:
        self._database, self._slot, self._lease = database, slot, lease
        self._interval_seconds, self._on_taken_over = interval_seconds, on_taken_over
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread, and wait until it has ended."""
        self._stopping.set()
        self._thread.join()

    def beat(self) -> None:
        """Reacquire the lease if it was lost, and record one heartbeat.

        Raises:
            SlotTakenOverError: another worker has taken the slot over.
        """
        if self._lease is not None and not self._lease.acquire():
            _LOG.warning("%s has lost its lease, and another process holds it", self._slot)
        with self._database.writing() as tx:
            tx.get_one(WorkerHeartbeatRow, self._slot).seen_at = database_now(tx)

    def _run(self) -> None:
        while not self._stopping.wait(self._interval_seconds):
            try:
                self.beat()
            except SlotTakenOverError:
                _LOG.error("another worker has taken over the jobs of %s", self._slot)
                self._on_taken_over()
                return
            except SQLAlchemyError as error:  # the next heartbeat will retry
                _LOG.warning("heartbeat of %s missed: %s", self._slot, exception_location(error))
