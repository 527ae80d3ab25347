"""What a kind of job is, and where jobs are done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from api.services import Services
from api.settings import Settings

PeriodKey = Callable[[datetime], str]
"""Names the stretch of time that a moment lies in; a scheduled job is done once in each."""


class WorkerShutdownError(BaseException):
    """The server is going down: the job is given back as it is, and taken up again by a worker.

    No `Exception`, because the job engine would take one for the end of the job.
    """


@dataclass(frozen=True, slots=True)
class JobContext:
    """Where jobs are done: with these services, in this worker's slot.

    Once `stopping` is set, whatever takes longer than a moment raises `WorkerShutdownError`.
    """

    services: Services
    slot: str
    stopping: threading.Event = field(default_factory=threading.Event)


JobHandler = Callable[[str], None]
"""Does one job, given what it is about; safe to call again after a crash at any point."""


@dataclass(frozen=True, slots=True)
class JobType:
    """One kind of durable job. Its module ends with one of these, and the table names it.

    Attributes:
        name: stands before each job's identifier; stays, because queued jobs bear it.
        create_handler: makes what does the jobs, once for each worker, when that starts.
        queue: where its jobs wait; the name, where nothing else is said.
        concurrency: how many of them one worker does at a time.
        prefetch: how many one worker takes out of the queue at a time; the others wait in it.
        partitioned: whether each job has a lane, of which one is done at a time over all workers.
        poll_seconds: how often a worker looks for new ones.
        max_crashes: how often a worker may die over one before it is given up; without a number
            it never is. A worker that is stopped in order has not died.
        schedule: of a scheduled kind, the period in which it is done once, over all workers.
        is_enabled: whether a worker with these settings can do it; the others leave it alone.
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
        """Where its jobs wait."""
        return self.queue or self.name


def daily(now: datetime) -> str:
    """The day of a moment, in UTC."""
    return f"{now.astimezone(UTC):%Y-%m-%d}"


def hourly(now: datetime) -> str:
    """The hour of a moment, in UTC."""
    return f"{now.astimezone(UTC):%Y-%m-%dT%H}"
