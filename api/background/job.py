"""Jobs as workflows see them: what is to be done later, queued in the transaction that causes it.

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
    """One thing to do: its kind, and what it is about.

    Attributes:
        job_type: a name in the table of kinds.
        subject_id: identifies what is to be done: an id or a period, never personal data. The same
            kind and `subject_id` again is the same job, and queued once.
        partition: of a kind that has lanes, which one; jobs of one lane are done one after the
            other.
        wait: how long from now it may not begin.
    """

    job_type: str
    subject_id: str
    partition: str | None = None
    wait: timedelta = NO_DELAY

    @property
    def id(self) -> str:
        """What the job is known by."""
        return f"{self.job_type}-{self.subject_id}"


Enqueue = Callable[[Transaction, Job], None]
"""Puts a job into its queue within a transaction; doing so twice queues it once."""
