"""The job that delivers events to webhooks. It runs once a minute across all workers."""

from __future__ import annotations

from api.background.database_retry import retry_while_unavailable
from api.background.job_type import JobContext, JobHandler, JobType, minutely
from api.webhooks.delivery import deliver_due


def create_webhook_handler(context: JobContext) -> JobHandler:
    """Create the handler for the job that delivers events to webhooks."""

    def deliver(_period: str) -> None:
        retry_while_unavailable(
            context.stopping, lambda: deliver_due(context.services, context.stopping)
        )

    return deliver


JOBS = (
    JobType(
        name="webhooks",
        create_handler=create_webhook_handler,
        poll_seconds=5.0,
        schedule=minutely,
    ),
)
