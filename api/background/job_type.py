"""Job types: how the jobs of one kind are queued and performed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from api.services import Services
from api.settings import Settings

PeriodKey = Callable[[datetime], str]
"""Returns the name of the period that a time lies in; a scheduled job runs once in each."""


class WorkerShutdownError(BaseException):
    """The worker is shutting down: the job goes back to its queue, for any worker to take.

    Not an `Exception`, which the job engine would take for the end of the job.
    """


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a job handler works with: services, and the slot of its worker.

    Once `stopping` is set, a handler that takes longer than a moment raises `WorkerShutdownError`.
    """

    services: Services
    slot: str
    stopping: threading.Event = field(default_factory=threading.Event)


JobHandler = Callable[[str], None]
"""Performs the job with a `subject_id`; safe to call again after a crash at any point."""


@dataclass(frozen=True, slots=True)
class JobType:
    """One type of durable job.

    Attributes:
        name: begins the id of each job. Never changes, because queued jobs are stored with it.
        create_handler: called once in each worker, when that starts.
        queue: the name of its queue; by default its own name.
        concurrency: how many jobs one worker performs at a time.
        prefetch: how many jobs one worker takes from the queue at a time.
        partitioned: each job has a partition, of which one runs at a time over all workers.
        poll_seconds: how often a worker looks for jobs.
        max_crashes: a job during which a worker has crashed more often is given up; `None` is
            never. An orderly stop is no crash.
        schedule: the period in which it runs once over all workers, for a scheduled type.
        is_enabled: whether a worker with these settings performs such jobs; others leave them.
    """

    name: str
    create_handler: Callable[[JobContext], JobHandler]
    queue: str = ""
    concurrency: int = 1
    prefetch: int = 1
    partitioned: bool = False
    poll_seconds: float = 1.0
    max_crashes: int | None = 10
    schedule: PeriodKey | None = None
    is_enabled: Callable[[Settings], bool] = lambda _settings: True

    @property
    def queue_name(self) -> str:
        """The name of its queue."""
        return self.queue or self.name


def daily(now: datetime) -> str:
    """The day, in UTC: `2027-03-01`."""
    return f"{now.astimezone(UTC):%Y-%m-%d}"


def hourly(now: datetime) -> str:
    """The hour, in UTC: `2027-03-01T22`."""
    return f"{now.astimezone(UTC):%Y-%m-%dT%H}"
