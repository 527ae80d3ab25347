"""Job types: how each kind of job is queued and performed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from api.services import Services
from api.settings import Settings

PeriodKey = Callable[[datetime], str]
"""Returns the name of the period that contains a given time."""


class WorkerShutdownError(BaseException):
    """Raised by a job handler during a shutdown to return the job to its queue.

    Does not inherit from `Exception`, because the job engine would record that as a failed job.
    """


@dataclass(frozen=True, slots=True)
class JobContext:
    """The context of a job handler: the services, the worker's slot, and a shutdown event.

    Once `stopping` is set, handlers that cannot finish immediately raise `WorkerShutdownError`.
    """

    services: Services
    slot: str
    stopping: threading.Event = field(default_factory=threading.Event)


JobHandler = Callable[[str], None]
"""Performs the job with the given `subject_id`; must be safe to repeat after any crash."""


@dataclass(frozen=True, slots=True)
class JobType:
    """A type of durable job.

    Attributes:
        name: the prefix of each job's id. It must never change, because queued jobs refer to it.
        create_handler: creates the job handler; called once when a worker starts.
        queue: the name of the queue; defaults to the name of the job type.
        concurrency: the maximum number of jobs that a worker performs at the same time.
        prefetch: the maximum number of unfinished jobs that a worker has taken from the queue.
        partitioned: whether jobs have a partition. In each partition, one job runs at a time across
            all workers.
        poll_seconds: the interval at which a worker polls the queue.
        max_crashes: the maximum number of worker crashes before a job is abandoned; `None` for no
            limit. Orderly shutdowns are not counted.
        schedule: for scheduled types, returns the period that contains a time; one job runs per
            period across all workers.
        is_enabled: returns whether a worker with the given settings performs jobs of this type.
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
    """Return the UTC date of `now`, such as `2027-03-01`."""
    return f"{now.astimezone(UTC):%Y-%m-%d}"


def minutely(now: datetime) -> str:
    """Return the UTC date, hour and minute of `now`, such as `2027-03-01T22:05`."""
    return f"{now.astimezone(UTC):%Y-%m-%dT%H:%M}"


def hourly(now: datetime) -> str:
    """Return the UTC date and hour of `now`, such as `2027-03-01T22`."""
    return f"{now.astimezone(UTC):%Y-%m-%dT%H}"
