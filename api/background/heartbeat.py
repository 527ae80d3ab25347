"""A worker says every few seconds that it is alive; which jobs are stranded follows from that."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from api.database.engine import Database
from api.logging.exception_location import exception_location
from api.runs.rows import SlotRow

_INTERVAL_SECONDS = 10.0
STALE_AFTER = timedelta(seconds=60)
_LOG = logging.getLogger(__name__)


class Heartbeat:
    """Writes down, in a thread of its own, when the worker of a slot was last alive."""

    def __init__(self, database: Database, slot: str, now: Callable[[], datetime]) -> None:
        self._database, self._slot, self._now = database, slot, now
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Begin."""
        with self._database.writing() as tx:
            tx.merge(SlotRow(name=self._slot, started_at=self._now(), seen_at=self._now()))
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopping.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._stopping.wait(_INTERVAL_SECONDS):
            try:
                with self._database.writing() as tx:
                    tx.get_one(SlotRow, self._slot).seen_at = self._now()
            except SQLAlchemyError as error:  # the database is away; it is tried again
                _LOG.warning("heartbeat of %s missed: %s", self._slot, exception_location(error))
