"""The daily retention job: warns managers, erases cycles, and deletes expired secrets and jobs."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from api.background.database_retry import retry_while_unavailable
from api.background.job_type import JobContext, JobHandler, JobType, WorkerShutdownError, daily
from api.background.purge import purge_finished_jobs
from api.data_protection import retention_sweep
from api.data_protection.retention_sweep import RETENTION_JOB

_JOB_RETENTION = timedelta(days=7)


def create_retention_handler(context: JobContext) -> JobHandler:
    """Create the handler of the retention job, which uses one transaction per cycle."""
    services, stopping = context.services, context.stopping

    def sweep() -> None:
        retention_sweep.delete_stale_secrets(services)
        purge_finished_jobs(services.settings.database_url, services.now() - _JOB_RETENTION)

    def retain(_day: str) -> None:
        list_due = partial(retention_sweep.warn_and_list_due_cycles, services)
        for cycle_id in retry_while_unavailable(stopping, list_due):
            if stopping.is_set():
                raise WorkerShutdownError
            erase = partial(retention_sweep.erase_due_cycle, services, cycle_id)
            retry_while_unavailable(stopping, erase)
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
