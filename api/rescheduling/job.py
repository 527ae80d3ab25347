"""The job that closes expired proposals. It runs once an hour across all workers."""

from __future__ import annotations

from api.background.database_retry import retry_while_unavailable
from api.background.job_type import JobContext, JobHandler, JobType, hourly
from api.rescheduling.expiry import close_expired_proposals


def create_expiry_handler(context: JobContext) -> JobHandler:
    """Create the handler for the job that closes expired proposals."""

    def close_expired(_period: str) -> None:
        retry_while_unavailable(context.stopping, lambda: close_expired_proposals(context.services))

    return close_expired


JOBS = (
    JobType(
        name="proposals",
        create_handler=create_expiry_handler,
        poll_seconds=5.0,
        schedule=hourly,
    ),
)
