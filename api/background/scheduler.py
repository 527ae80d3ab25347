"""Scheduled jobs: once in each period over all workers.

Every few seconds each worker queues the job of the current period. The period is part of the job's
id, so that it is queued once, by the first worker. After a change of the clock, a suspend or a time
without servers, the current period is queued. Missed periods are not made up for: such a job does
all that is due, however long it has been.
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
    """A thread that queues scheduled jobs."""

    def __init__(self, services: Services, enqueue: Enqueue, job_types: Sequence[JobType]) -> None:
        self._services, self._enqueue = services, enqueue
        self._scheduled = [(one, one.schedule) for one in job_types if one.schedule is not None]
        self._last_enqueued: dict[str, str] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scheduler", daemon=True)

    def start(self) -> None:
        """Start the thread, which queues what is due at once."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread, and wait for it."""
        self._stopping.set()
        self._thread.join()

    def enqueue_due(self) -> None:
        """Queue the job of the current period of each scheduled type, if it is a new period."""
        now = self._services.now()
        for job_type, schedule in self._scheduled:
            period = schedule(now)
            if self._last_enqueued.get(job_type.name) != period:
                with self._services.database.writing() as tx:
                    self._enqueue(tx, Job(job_type.name, period))
                self._last_enqueued[job_type.name] = period

    def _run(self) -> None:
        while True:
            try:
                self.enqueue_due()
            except SQLAlchemyError as error:  # the database is unavailable; tried again
                _LOG.warning("scheduled jobs could not be queued: %s", exception_location(error))
            if self._stopping.wait(_INTERVAL_SECONDS):
                return
