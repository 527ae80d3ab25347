"""The job that delivers events to webhooks. It runs once a minute across all workers."""

from __future__ import annotations

from datetime import UTC, datetime

from api.background.database_retry import retry_while_unavailable
from api.background.job_type import JobContext, JobHandler, JobType
from api.webhooks.delivery import deliver_due


def every_minute(now: datetime) -> str:
    """Return the UTC date, hour and minute of `now`, such as `2027-03-01T22:05`."""
    return f"{now.astimezone(UTC):%Y-%m-%dT%H:%M}"


def create_webhook_handler(context: JobContext) -> JobHandler:
    """Create the handler of the job."""

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
        schedule=every_minute,
    ),
)
