"""Stranded jobs: in work by a worker that is no longer heard of.

They go on once a worker of that slot starts again, here or on another machine.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import column, func, select, table
from sqlalchemy.orm import Session as Transaction

from api.background.heartbeat import STALE_AFTER
from api.background.registry import JOB_TYPES_BY_NAME
from api.database.table_copy import jobs_schema
from api.runs.rows import SlotRow

_PENDING = "PENDING"


def count_orphaned_jobs(tx: Transaction, now: datetime) -> dict[str, int]:
    """How many jobs of each kind are stranded; of every kind there is, 0 where none is."""
    job = table(
        "workflow_status",
        column("name"),
        column("status"),
        column("executor_id"),
        schema=jobs_schema(tx.connection()),
    )
    counts = tx.execute(
        select(job.c.name, func.count())
        .outerjoin(SlotRow, SlotRow.name == job.c.executor_id)
        .where(
            job.c.status == _PENDING,
            SlotRow.seen_at.is_(None) | (SlotRow.seen_at < now - STALE_AFTER),
        )
        .group_by(job.c.name)
    )
    return dict.fromkeys(JOB_TYPES_BY_NAME, 0) | dict(map(tuple, counts))
