"""Worker heartbeats, by which orphaned jobs are detected."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from api.background.rows import WorkerHeartbeatRow
from api.database.engine import Database
from api.logging.exception_location import exception_location

_INTERVAL_SECONDS = 10.0
STALE_AFTER = timedelta(seconds=60)
"""A worker is considered dead after this time without a heartbeat."""

_LOG = logging.getLogger(__name__)


class Heartbeat:
    """A thread that regularly records that a slot's worker is alive."""

    def __init__(self, database: Database, slot: str, now: Callable[[], datetime]) -> None:
        self._database, self._slot, self._now = database, slot, now
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Record that the worker has started, and start the thread."""
        now = self._now()
        with self._database.writing() as tx:
            tx.merge(WorkerHeartbeatRow(name=self._slot, started_at=now, seen_at=now))
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread, and wait until it has ended."""
        self._stopping.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._stopping.wait(_INTERVAL_SECONDS):
            try:
                with self._database.writing() as tx:
                    tx.get_one(WorkerHeartbeatRow, self._slot).seen_at = self._now()
            except SQLAlchemyError as error:  # the next heartbeat will retry
                _LOG.warning("heartbeat of %s missed: %s", self._slot, exception_location(error))
