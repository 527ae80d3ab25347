"""Delivery jobs: one durable job per email; each worker sends one email at a time.

If a worker crashes after the mail server has accepted an email and before this is recorded, it
sends the email again after a restart. A crash causes at most one duplicate and never loses an
email.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from sqlalchemy.orm import Session as Transaction

from api.background.database_retry import retry_while_unavailable
from api.background.job_type import JobContext, JobHandler, JobType, WorkerShutdownError
from api.mail import delivery, smtp
from api.mail.composer import ComposedMail, MailRegistry
from api.mail.delivery import MAIL_JOB, QUEUE_MAILS_JOB
from coach.errors import ConflictError

_LOG = logging.getLogger(__name__)
_MIN_BACKOFF_SECONDS = 2.0
_MAX_BACKOFF_SECONDS = 300.0
_PREFETCH = 16


class MailJob:
    """The job handler that delivers emails, one at a time."""

    def __init__(self, context: JobContext, registry: MailRegistry) -> None:
        self._services = context.services
        self._settings = context.services.settings
        self._stopping = context.stopping
        self._registry = registry

    def __call__(self, subject_id: str) -> None:
        """Send the email whose id is the prefix of `subject_id`, or record why it is not sent.

        Blocks while the mail server is unavailable, which also delays all other emails.

        Raises:
            WorkerShutdownError: the worker is shutting down.
        """
        mail_id = subject_id.partition(".")[0]
        backoff = _MIN_BACKOFF_SECONDS
        while True:
            composed_mail = retry_while_unavailable(self._stopping, partial(self._compose, mail_id))
            if composed_mail is None:
                return
            try:
                self._send(mail_id, composed_mail)
            except smtp.ServerUnavailableError as error:
                _LOG.warning("emails are waiting: the mail server is unavailable")
                self._record(partial(self._server_problem, mail_id, str(error)))
            else:
                return
            if self._stopping.wait(backoff):
                raise WorkerShutdownError
            backoff = min(2 * backoff, _MAX_BACKOFF_SECONDS)

    def _send(self, mail_id: str, composed_mail: ComposedMail) -> None:
        mail, sender = self._settings.mail, self._settings.deployment.organiser_address
        if self._stopping.is_set():
            raise WorkerShutdownError
        try:
            smtp.send_message(mail, sender, composed_mail.recipient, composed_mail.content)
        except smtp.TemporaryFailureError as error:
            self._record(partial(self._temporary_failure, mail_id, str(error)))
        except smtp.PermanentFailureError as error:
            self._record(partial(self._permanent_failure, mail_id, str(error)))
        else:
            self._record(partial(self._sent, mail_id))

    def _compose(self, mail_id: str) -> ComposedMail | None:
        """Compose the email, or record why it will not be sent and return `None`."""
        database, now = self._services.database, self._services.now
        try:
            with database.reading() as tx:
                composed_mail = self._registry.compose(tx, self._services, mail_id)
        except ConflictError as error:
            with database.writing() as tx:
                self._permanent_failure(mail_id, str(error), tx)
            return None
        if composed_mail is None:
            with database.writing() as tx:
                delivery.record_dropped(tx, mail_id, now=now())
        return composed_mail

    def _record(self, write: Callable[[Transaction], None]) -> None:
        def in_transaction() -> None:
            with self._services.database.writing() as tx:
                write(tx)

        retry_while_unavailable(self._stopping, in_transaction)

    def _sent(self, mail_id: str, tx: Transaction) -> None:
        delivery.record_sent(tx, self._registry, mail_id, now=self._services.now())

    def _server_problem(self, mail_id: str, problem: str, tx: Transaction) -> None:
        delivery.record_server_problem(tx, mail_id, problem)

    def _permanent_failure(self, mail_id: str, problem: str, tx: Transaction) -> None:
        now = self._services.now()
        delivery.record_permanent_failure(tx, self._registry, mail_id, problem, now=now)

    def _temporary_failure(self, mail_id: str, problem: str, tx: Transaction) -> None:
        delivery.record_temporary_failure(
            tx,
            self._services.enqueue,
            self._registry,
            mail_id,
            problem,
            now=self._services.now(),
            give_up_after=timedelta(hours=self._settings.mail.give_up_hours),
        )


def create_dispatch_handler(context: JobContext, registry: MailRegistry) -> JobHandler:
    """Create the handler that queues delivery jobs for released emails.

    The handler works in batches, so that it does not block other writers.
    """
    services = context.services

    def queue_all(_subject_id: str) -> None:
        def queue_batch() -> int:
            with services.database.writing() as tx:
                return delivery.queue_batch(tx, services.enqueue, registry, now=services.now())

        while retry_while_unavailable(context.stopping, queue_batch):
            if context.stopping.is_set():
                raise WorkerShutdownError
            time.sleep(0)  # yields to other writers

    return queue_all


def mail_job_types(registry: MailRegistry) -> tuple[JobType, ...]:
    """Return the job types for the delivery of the emails in `registry`."""
    return (
        JobType(
            name=QUEUE_MAILS_JOB,
            create_handler=lambda context: create_dispatch_handler(context, registry),
            max_crashes=None,
            is_enabled=lambda settings: settings.mail.enabled,
        ),
        JobType(
            name=MAIL_JOB,
            create_handler=lambda context: MailJob(context, registry),
            prefetch=_PREFETCH,
            partitioned=True,
            poll_seconds=0.2,
            max_crashes=None,
            is_enabled=lambda settings: settings.mail.enabled,
        ),
    )
