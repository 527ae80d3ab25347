"""Retention, once a day over all workers: warnings, cycles past their time, secrets, old jobs."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from api.background.database_retry import retry_while_unavailable
from api.background.job_type import JobContext, JobHandler, JobType, WorkerShutdownError, daily
from api.background.purge import purge_finished_jobs
from api.data_protection import retention_policy as retention_dates
from api.data_protection import retention_sweep as retention
from api.data_protection.retention_sweep import RETENTION_JOB

_JOB_RETENTION = timedelta(days=7)


def create_retention_handler(context: JobContext) -> JobHandler:
    """Does whatever is due, one transaction for each cycle."""
    services, stopping = context.services, context.stopping
    days = services.settings.retention_days

    def record_erasure_warnings() -> tuple[str, ...]:
        with services.database.writing() as tx:
            retention_dates.record_erasure_warnings(tx, days, now=services.now())
            return retention.due_cycles(tx, days, now=services.now())

    def erase(cycle_id: str) -> None:
        with services.database.writing() as tx:
            retention.erase_cycle(tx, cycle_id, days, now=services.now())

    def sweep() -> None:
        with services.database.writing() as tx:
            retention.sweep(tx, now=services.now())
        services.database.truncate_wal()
        purge_finished_jobs(services.settings.database_url, services.now() - _JOB_RETENTION)

    def retain(_day: str) -> None:
        for cycle_id in retry_while_unavailable(stopping, record_erasure_warnings):
            if stopping.is_set():
                raise WorkerShutdownError
            retry_while_unavailable(stopping, partial(erase, cycle_id))
        retry_while_unavailable(stopping, sweep)

    return retain


JOBS = (
    JobType(
        name=RETENTION_JOB,
        create_handler=create_retention_handler,
        poll_seconds=30,
        schedule=daily,
    ),
)
