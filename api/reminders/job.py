"""The job that creates reminders and follow-up questions when they are due.

It runs once an hour across all workers.
"""

from __future__ import annotations

from functools import partial

from api.background.database_retry import retry_while_unavailable
from api.background.job_type import JobContext, JobHandler, JobType, hourly
from api.reminders.follow_ups import write_due_questions
from api.reminders.service import write_due_reminders

REMINDERS_JOB = "reminding"


def create_reminder_handler(context: JobContext) -> JobHandler:
    """Create the handler for the reminder job."""

    def write_reminders(_period: str) -> None:
        for write in (write_due_reminders, write_due_questions):
            retry_while_unavailable(context.stopping, partial(write, context.services))

    return write_reminders


JOBS = (
    JobType(
        name=REMINDERS_JOB,
        create_handler=create_reminder_handler,
        poll_seconds=5.0,
        schedule=hourly,
        is_enabled=lambda settings: settings.mail.enabled,
    ),
)
