"""The age of queues: how long their oldest job has been waiting."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import BigInteger, case, column, func, or_, select, table
from sqlalchemy.orm import Session as Transaction

from api.background.job_type import JobType
from api.database.engine import jobs_schema

_WAITING, _DELAYED = "ENQUEUED", "DELAYED"


def queue_ages(tx: Transaction, job_types: Iterable[JobType], now: datetime) -> dict[str, float]:
    """Return how many seconds the oldest job of each type has been waiting, keyed by type name.

    A job starts waiting when it is queued or returned to its queue, or when its delay ends. The age
    is 0 if no job of the type is waiting. `now` is the current time by the database's clock.
    """
    job = table(
        "workflow_status",
        column("name"),
        column("status"),
        column("updated_at", BigInteger),
        column("delay_until_epoch_ms", BigInteger),
        schema=jobs_schema(tx.connection()),
    )
    due = func.coalesce(job.c.delay_until_epoch_ms, 0)
    since = case((due > job.c.updated_at, due), else_=job.c.updated_at)
    overdue = (job.c.status == _DELAYED) & (due <= int(now.timestamp() * 1000))
    oldest = tx.execute(
        select(job.c.name, func.min(since))
        .where(or_(job.c.status == _WAITING, overdue))
        .group_by(job.c.name)
    )
    ages = {name: max(0.0, now.timestamp() - at / 1000) for name, at in oldest}
    return {job_type.name: 0.0 for job_type in job_types} | ages
