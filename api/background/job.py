"""Jobs: background work, queued in the same transaction as the change that requires it.

Each subject implements its jobs in a module named `job.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session as Transaction

NO_DELAY = timedelta(0)


@dataclass(frozen=True, slots=True)
class Job:
    """A unit of background work.

    Attributes:
        job_type: the name of a `JobType`.
        subject_id: the id or period to process; never personal data. Jobs with the same type and
            `subject_id` are the same job, which is queued only once.
        partition: the partition, for partitioned types. Its jobs run one at a time.
        delay: the minimum time before the job starts.
        priority: jobs with a lower number leave their queue or partition first; at least 0.
    """

    job_type: str
    subject_id: str
    partition: str | None = None
    delay: timedelta = NO_DELAY
    priority: int = 0

    @property
    def id(self) -> str:
        """The id of the job in its queue."""
        return f"{self.job_type}-{self.subject_id}"


Enqueue = Callable[[Transaction, Job], None]
"""Queues a job as part of a transaction, unless the same job was queued before."""
