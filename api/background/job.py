"""Jobs as workflows see them: what is to be done later, queued in the transaction that causes it.

What a job does is in the `job.py` of its subject.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session as Transaction

NOW = timedelta(0)


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do: its kind, and what it is about.

    Attributes:
        kind: a name in the table of kinds.
        about: identifies what is to be done: an id or a period, never personal data. The same kind
            and `about` again is the same job, and queued once.
        lane: of a kind that has lanes, which one; jobs of one lane are done one after the other.
        wait: how long from now it may not begin.
    """

    kind: str
    about: str
    lane: str | None = None
    wait: timedelta = NOW

    @property
    def id(self) -> str:
        """What the job is known by."""
        return f"{self.kind}-{self.about}"


Enqueue = Callable[[Transaction, Job], None]
"""Puts a job into its queue within a transaction; doing so twice queues it once."""
