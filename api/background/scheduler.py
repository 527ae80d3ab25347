"""Scheduled jobs, which run once per period across all workers.

At short intervals, each worker queues the jobs of the current period. The period is part of a job's
id, so the job is queued only once. Periods missed because of downtime or a clock change are
skipped, because each job also processes the outstanding work of earlier periods.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

from sqlalchemy.exc import SQLAlchemyError

from api.background.job import Enqueue, Job
from api.background.job_type import JobType
from api.background.slot_fence import SlotTakenOverError
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
        """Start the thread, which immediately queues the jobs of the current periods."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread, and wait until it has ended."""
        self._stopping.set()
        self._thread.join()

    def enqueue_due(self) -> None:
        """Queue a job of each scheduled type for which a new period has started."""
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
            except SlotTakenOverError:
                return  # the heartbeat reports it
            except SQLAlchemyError as error:  # database unavailable; the next round will retry
                _LOG.warning("scheduled jobs could not be queued: %s", exception_location(error))
            if self._stopping.wait(_INTERVAL_SECONDS):
                return
