"""The job that reads replies by email. It runs once a minute across all workers."""

from __future__ import annotations

import logging

from api.background.database_retry import retry_while_unavailable
from api.background.job_type import JobContext, JobHandler, JobType, minutely
from api.replies.drop_folder import read_drop_folder
from api.replies.mailbox import MailboxUnavailableError, read_mailbox
from api.replies.retention import delete_old_mails

REPLIES_JOB = "reading replies"
_LOG = logging.getLogger(__name__)


def create_reply_handler(context: JobContext) -> JobHandler:
    """Create the handler for the job that reads replies."""
    services, stopping = context.services, context.stopping
    settings = services.settings.replies

    def read_replies(_period: str) -> None:
        if settings.host:
            try:
                read_mailbox(services, stopping=stopping)
            except MailboxUnavailableError as error:
                _LOG.warning("replies are waiting: %s", error)
        if settings.drop_folder is not None:
            try:
                read_drop_folder(services, settings.drop_folder, stopping=stopping)
            except OSError as error:
                _LOG.warning("replies are waiting: the folder cannot be read: %s", error.strerror)
        retry_while_unavailable(stopping, lambda: delete_old_mails(services))

    return read_replies


JOBS = (
    JobType(
        name=REPLIES_JOB,
        create_handler=create_reply_handler,
        poll_seconds=5.0,
        schedule=minutely,
        is_enabled=lambda settings: settings.replies.enabled,
    ),
)
