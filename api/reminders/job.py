"""Reminders, once an hour over all workers."""

from __future__ import annotations

from api.background.database_retry import retry_while_unavailable
from api.background.job_type import JobContext, JobHandler, JobType, hourly
from api.reminders import service as reminding
from api.reminders.service import REMINDERS_JOB


def create_reminder_handler(context: JobContext) -> JobHandler:
    """Writes the reminders that are due, and queues their mails."""
    services = context.services

    def write_due_reminders(_period: str) -> None:
        def once() -> int:
            with services.database.writing() as tx:
                return reminding.write_due_reminders(
                    tx, services.enqueue, services.settings.mail, now=services.now()
                )

        retry_while_unavailable(context.stopping, once)

    return write_due_reminders


JOBS = (
    JobType(
        name=REMINDERS_JOB,
        create_handler=create_reminder_handler,
        poll_seconds=5.0,
        schedule=hourly,
        is_enabled=lambda settings: settings.mail.enabled,
    ),
)
