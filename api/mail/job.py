"""Delivery jobs: one durable job per email; each worker sends one email at a time.

If a worker crashes after the mail server has accepted an email and before this is recorded, the
email is sent again. A crash causes at most one duplicate and never loses an email.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy.orm import Session as Transaction

from api.background.database_retry import retry_while_unavailable
from api.background.job_type import JobContext, JobHandler, JobType, WorkerShutdownError
from api.logging.exception_location import exception_location
from api.mail import delivery, facts, smtp
from api.mail.composer import ComposedMail, MailRegistry
from api.mail.delivery import MAIL_JOB
from coach.errors import ConflictError, DomainError
from coach.texts.facts import Displayed

_QUEUEING_JOB = "post"  # queued by versions before schema 0015, never by this one
_LOG = logging.getLogger(__name__)
_MIN_BACKOFF_SECONDS = 2.0
_MAX_BACKOFF_SECONDS = 300.0
_PREFETCH = 16
Value = TypeVar("Value")


class CompositionError(DomainError):
    """An email cannot be composed because of an error in the application."""


class MailJob:
    """The job handler that delivers emails, one at a time."""

    def __init__(self, context: JobContext, registry: MailRegistry) -> None:
        self._services = context.services
        self._settings = context.services.settings
        self._stopping = context.stopping
        self._registry = registry

    def __call__(self, subject_id: str) -> None:
        """Send the email whose id precedes the dot in `subject_id`, or record why it is not sent.

        Blocks while the mail server is unavailable, which also delays all other emails.

        Raises:
            WorkerShutdownError: the worker is shutting down.
        """
        mail_id = subject_id.partition(".")[0]
        backoff = _MIN_BACKOFF_SECONDS
        while self._start(mail_id):
            try:
                self._attempt(mail_id)
            except smtp.ServerUnavailableError as error:
                _LOG.warning("emails are waiting: the mail server is unavailable")
                self._write(partial(_record_unavailable, mail_id, error.shown))
            else:
                return
            if self._stopping.wait(backoff):
                raise WorkerShutdownError
            backoff = min(2 * backoff, _MAX_BACKOFF_SECONDS)

    def _start(self, mail_id: str) -> bool:
        """Mark the email as being sent; return `False` if it must not be sent.

        Raises:
            WorkerShutdownError: the worker is shutting down.
        """
        if self._stopping.is_set():
            raise WorkerShutdownError
        return self._write(
            lambda tx: delivery.start_attempt(
                tx, self._services.enqueue, mail_id, now=self._services.now()
            )
        )

    def _attempt(self, mail_id: str) -> None:
        """Compose and send the email, and record the result, unless the server is unavailable."""
        now, enqueue = self._services.now, self._services.enqueue
        try:
            composed_mail = self._compose(mail_id)
            if composed_mail is None:
                self._write(lambda tx: delivery.record_cancelled(tx, enqueue, mail_id, now=now()))
                return
            self._send(composed_mail)
        except smtp.TemporaryFailureError as error:
            self._write(partial(self._temporary_failure, mail_id, error.shown))
        except (ConflictError, CompositionError, smtp.PermanentFailureError) as error:
            self._write(partial(self._permanent_failure, mail_id, error.shown))
        else:
            self._write(lambda tx: delivery.record_sent(tx, enqueue, mail_id, now=now()))

    def _compose(self, mail_id: str) -> ComposedMail | None:
        def in_transaction() -> ComposedMail | None:
            with self._services.database.reading() as tx:
                return self._registry.compose(tx, self._services, mail_id)

        try:
            return retry_while_unavailable(self._stopping, in_transaction)
        except (ConflictError, WorkerShutdownError):
            raise
        except Exception as error:
            _LOG.error("email %s cannot be composed: %s", mail_id, exception_location(error))
            raise CompositionError(facts.CANNOT_BE_COMPOSED(id=mail_id)) from error

    def _send(self, composed_mail: ComposedMail) -> None:
        if self._stopping.is_set():
            raise WorkerShutdownError
        mail, sender = self._settings.mail, self._settings.deployment.organiser_address
        smtp.send_message(mail, sender, composed_mail.recipient, composed_mail.content)

    def _temporary_failure(self, mail_id: str, problem: Displayed, tx: Transaction) -> None:
        delivery.record_temporary_failure(
            tx,
            self._services.enqueue,
            self._registry,
            mail_id,
            problem,
            now=self._services.now(),
            give_up_after=timedelta(hours=self._settings.mail.give_up_hours),
        )

    def _permanent_failure(self, mail_id: str, problem: Displayed, tx: Transaction) -> None:
        now = self._services.now()
        delivery.record_permanent_failure(
            tx, self._services.enqueue, self._registry, mail_id, problem, now=now
        )

    def _write(self, change: Callable[[Transaction], Value]) -> Value:
        """Call `change` in a write transaction, retrying while the database is unavailable."""

        def in_transaction() -> Value:
            with self._services.database.writing() as tx:
                return change(tx)

        return retry_while_unavailable(self._stopping, in_transaction)


def _record_unavailable(mail_id: str, problem: Displayed, tx: Transaction) -> None:
    delivery.record_server_problem(tx, mail_id, problem)


def create_queueing_handler(context: JobContext) -> JobHandler:
    """Create the handler for the jobs that earlier versions used to queue released emails."""
    services = context.services

    def queue_released(_subject_id: str) -> None:
        def queue_next() -> None:
            with services.database.writing() as tx:
                delivery.queue_next(tx, services.enqueue, now=services.now())

        retry_while_unavailable(context.stopping, queue_next)

    return queue_released


def mail_job_types(registry: MailRegistry) -> tuple[JobType, ...]:
    """Return the job types for the delivery of the emails in `registry`."""
    return (
        JobType(
            name=MAIL_JOB,
            create_handler=lambda context: MailJob(context, registry),
            prefetch=_PREFETCH,
            partitioned=True,
            poll_seconds=0.2,
            max_crashes=None,
            is_enabled=lambda settings: settings.mail.enabled,
        ),
        JobType(
            name=_QUEUEING_JOB,
            create_handler=create_queueing_handler,
            max_crashes=None,
            is_enabled=lambda settings: settings.mail.enabled,
        ),
    )
