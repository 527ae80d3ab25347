"""Counts orphaned jobs: running jobs whose worker no longer sends heartbeats.

An orphaned job resumes when another worker takes it over, which happens once the lease on its slot
is free (see `api.background.takeover`), or when a worker with the same slot starts on any machine.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import column, func, select, table
from sqlalchemy.orm import Session as Transaction

from api.background.heartbeat import STALE_AFTER
from api.background.job_type import JobType
from api.background.rows import WorkerHeartbeatRow
from api.database.engine import jobs_schema

_PENDING = "PENDING"


def count_orphaned_jobs(
    tx: Transaction, job_types: Iterable[JobType], now: datetime
) -> dict[str, int]:
    """Return the number of orphaned jobs of each type, keyed by type name.

    `now` is the current time by the database's clock.
    """
    job = table(
        "workflow_status",
        column("name"),
        column("status"),
        column("executor_id"),
        schema=jobs_schema(tx.connection()),
    )
    counts = tx.execute(
        select(job.c.name, func.count())
        .outerjoin(WorkerHeartbeatRow, WorkerHeartbeatRow.name == job.c.executor_id)
        .where(
            job.c.status == _PENDING,
            WorkerHeartbeatRow.seen_at.is_(None) | (WorkerHeartbeatRow.seen_at < now - STALE_AFTER),
        )
        .group_by(job.c.name)
    )
    return {job_type.name: 0 for job_type in job_types} | dict(map(tuple, counts))
