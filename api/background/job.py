"""Jobs for use cases: work for later, queued in the transaction that causes it.

What a job does is in the `job.py` of its subject.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session as Transaction

NO_DELAY = timedelta(0)


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do.

    Attributes:
        job_type: the name of a `JobType`.
        subject_id: what to do it with: an id or a period, never personal data. A second job of the
            same type and `subject_id` is the same job, and queued once.
        partition: of a partitioned type; the jobs of one partition run one after the other.
        delay: the job does not start before this time has passed.
    """

    job_type: str
    subject_id: str
    partition: str | None = None
    delay: timedelta = NO_DELAY

    @property
    def id(self) -> str:
        """Identifies the job in its queue."""
        return f"{self.job_type}-{self.subject_id}"


Enqueue = Callable[[Transaction, Job], None]
"""Puts a job into its queue within a transaction; a job that is in it already stays as it is."""
