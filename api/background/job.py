"""Jobs: work to do later, queued in the transaction that causes it.

Each subject implements its jobs in its `job.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session as Transaction

NO_DELAY = timedelta(0)


@dataclass(frozen=True, slots=True)
class Job:
    """A unit of work.

    Attributes:
        job_type: the name of a `JobType`.
        subject_id: what the job is about: an id or a period, never personal data. Jobs of the same
            type with the same `subject_id` are one job, which is queued once.
        partition: for partitioned types; jobs in the same partition run one after the other.
        delay: the minimum time before the job starts.
    """

    job_type: str
    subject_id: str
    partition: str | None = None
    delay: timedelta = NO_DELAY

    @property
    def id(self) -> str:
        """The id of the job in its queue."""
        return f"{self.job_type}-{self.subject_id}"


Enqueue = Callable[[Transaction, Job], None]
"""Queues a job within a transaction; does nothing if it is already queued."""
