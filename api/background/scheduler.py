"""Scheduled jobs: once in each period over all workers, whatever the clock and the machines do.

Every worker looks at the clock again and again and queues the job of the period that it shows. The
period is in the job's identifier, so that it is queued once, by whichever worker was first. A clock
that is set forth or back, a machine that slept, a server that was down: the next look queues what
the clock then shows. Periods that passed meanwhile are not made up for, because such a job does
whatever is due, since whenever it was.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

from sqlalchemy.exc import SQLAlchemyError

from api.background.job import Enqueue, Job
from api.background.job_type import JobType
from api.logging.exception_location import exception_location
from api.services import Services

_INTERVAL_SECONDS = 20.0
_LOG = logging.getLogger(__name__)


class Scheduler:
    """Looks at the clock in a thread of its own."""

    def __init__(self, services: Services, enqueue: Enqueue, kinds: Sequence[JobType]) -> None:
        self._services, self._enqueue = services, enqueue
        self._scheduled = [(kind, kind.schedule) for kind in kinds if kind.schedule is not None]
        self._last_enqueued: dict[str, str] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ticking", daemon=True)

    def start(self) -> None:
        """Begin, with a first look."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopping.set()
        self._thread.join()

    def enqueue_due(self) -> None:
        """Queue the job of each scheduled kind for the period of this moment, if that is new."""
        now = self._services.now()
        for kind, period in self._scheduled:
            subject_id = period(now)
            if self._last_enqueued.get(kind.name) != subject_id:
                with self._services.database.writing() as tx:
                    self._enqueue(tx, Job(kind.name, subject_id))
                self._last_enqueued[kind.name] = subject_id

    def _run(self) -> None:
        while True:
            try:
                self.enqueue_due()
            except SQLAlchemyError as error:  # the database is away; it is tried again
                _LOG.warning("scheduled jobs could not be queued: %s", exception_location(error))
            if self._stopping.wait(_INTERVAL_SECONDS):
                return
