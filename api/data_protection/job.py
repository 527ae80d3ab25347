"""The daily retention job: warns managers, erases cycles, and deletes expired secrets and jobs."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial

from api.background.database_retry import retry_while_unavailable
from api.background.job_type import JobContext, JobHandler, JobType, WorkerShutdownError, daily
from api.background.purge import purge_finished_jobs
from api.background.queue import migrate_job_tables
from api.data_protection import retention_sweep
from api.data_protection.copies import copy_after_erasure
from api.data_protection.erased_ids import update_list
from api.data_protection.retention_sweep import RETENTION_JOB
from api.services import Services
from coach.errors import DomainError

_LOG = logging.getLogger(__name__)
_JOB_RETENTION = timedelta(days=7)


def create_retention_handler(context: JobContext) -> JobHandler:
    """Create the handler of the retention job, which uses one transaction per cycle."""
    services, stopping = context.services, context.stopping

    def sweep() -> None:
        retention_sweep.delete_stale_secrets(services)
        purge_finished_jobs(services.settings.database_url, services.now() - _JOB_RETENTION)

    def retain(_day: str) -> None:
        list_due = partial(retention_sweep.warn_and_list_due_cycles, services)
        erased = 0
        for cycle_id in retry_while_unavailable(stopping, list_due):
            if stopping.is_set():
                raise WorkerShutdownError
            erase = partial(retention_sweep.erase_due_cycle, services, cycle_id)
            erased += retry_while_unavailable(stopping, erase) is not None
        retry_while_unavailable(stopping, sweep)
        retry_while_unavailable(stopping, partial(update_list, services))
        if erased:
            _copy(services)

    return retain


def _copy(services: Services) -> None:
    """Make a backup after an erasure. The erasure is complete even if no backup can be made."""
    try:
        copy_after_erasure(services, migrate_job_tables)
    except (DomainError, OSError) as error:
        _LOG.error("no backup was made after an erasure: %s", error)


JOBS = (
    JobType(
        name=RETENTION_JOB,
        create_handler=create_retention_handler,
        poll_seconds=30,
        schedule=daily,
    ),
)
