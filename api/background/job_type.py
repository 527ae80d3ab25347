"""Job types: how each kind of job is queued and performed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from api.services import Services
from api.settings import Settings

PeriodKey = Callable[[datetime], str]
"""Returns the name of the period that contains a time; a scheduled job runs once per period."""


class WorkerShutdownError(BaseException):
    """The worker is shutting down; the job returns to its queue, where any worker can take it.

    Not a subclass of `Exception`, because the job engine would treat that as the end of the job.
    """


@dataclass(frozen=True, slots=True)
class JobContext:
    """The context of a job handler: services, and its worker's slot.

    When `stopping` is set, handlers that cannot finish immediately raise `WorkerShutdownError`.
    """

    services: Services
    slot: str
    stopping: threading.Event = field(default_factory=threading.Event)


JobHandler = Callable[[str], None]
"""Performs the job with the given `subject_id`; safe to call again after a crash at any point."""


@dataclass(frozen=True, slots=True)
class JobType:
    """A type of durable job.

    Attributes:
        name: the prefix of each job's id. It must never change, because queued jobs are stored with
            it.
        create_handler: creates the job handler; called once when a worker starts.
        queue: the name of the queue; defaults to the name of the job type.
        concurrency: how many jobs one worker performs at a time.
        prefetch: how many jobs one worker takes from the queue at a time.
        partitioned: whether each job has a partition, in which one job runs at a time across all
            workers.
        poll_seconds: how often a worker looks for jobs.
        max_crashes: a job is abandoned if workers have crashed during it more often than this;
            `None` means never. An orderly shutdown does not count as a crash.
        schedule: for scheduled types, the period in which the job runs once across all workers.
        is_enabled: returns whether a worker with the given settings performs such jobs.
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
        """The name of the queue."""
        return self.queue or self.name


def daily(now: datetime) -> str:
    """Return the day in UTC: `2027-03-01`."""
    return f"{now.astimezone(UTC):%Y-%m-%d}"


def hourly(now: datetime) -> str:
    """Return the hour in UTC: `2027-03-01T22`."""
    return f"{now.astimezone(UTC):%Y-%m-%dT%H}"
