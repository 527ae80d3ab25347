"""Sending mails: one durable job a mail, one mail at a time in each worker.

The mark that a mail was sent is the only thing written after the mail server has taken it. A worker
that dies in between hands it over once more when it is back: a crash costs one duplicate at most,
and loses none.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from functools import partial

from api.background.database_retry import retry_while_unavailable
from api.background.job import Enqueue
from api.background.job_type import JobContext, JobHandler, JobType, WorkerShutdownError
from api.mail import delivery as posting
from api.mail import smtp
from api.mail.composer import ComposedMail, MailComposer
from api.mail.delivery import MAIL_JOB, QUEUE_MAILS_JOB
from api.mail.rows import MailRow, MailState
from coach.errors import ConflictError

_LOG = logging.getLogger(__name__)
_MIN_BACKOFF_SECONDS = 2.0
_MAX_BACKOFF_SECONDS = 300.0
_PREFETCH = 16


class MailJob:
    """Sends mails, one at a time."""

    def __init__(self, context: JobContext) -> None:
        services = context.services
        self._settings = services.settings
        self._database, self._now = services.database, services.now
        self._enqueue: Enqueue = services.enqueue
        self._composer = MailComposer(services.keyring, services.settings)
        self._stopping = context.stopping

    def __call__(self, subject_id: str) -> None:
        """Send the mail that `subject_id` begins with, or note why it is not sent.

        While the mail server is away this waits, and all other mails with it: none can go out.

        Raises:
            WorkerShutdownError: the server goes down before that.
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
                _LOG.warning("mails wait: the mail server is away")
                retry_while_unavailable(
                    self._stopping, partial(self._record_problem, mail_id, str(error))
                )
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
            retry_while_unavailable(
                self._stopping, partial(self._record_temporary_failure, mail_id, str(error))
            )
        except smtp.PermanentFailureError as error:
            retry_while_unavailable(
                self._stopping, partial(self._record_permanent_failure, mail_id, str(error))
            )
        else:
            retry_while_unavailable(self._stopping, partial(self._record_sent, mail_id))

    def _compose(self, mail_id: str) -> ComposedMail | None:
        """The mail as it is to be sent, where it still is; otherwise it is noted why not."""
        try:
            with self._database.reading() as tx:
                composed_mail = self._composer.composed_mail(tx, mail_id, now=self._now())
        except ConflictError as error:
            self._record_permanent_failure(mail_id, str(error))
            return None
        if composed_mail is None:
            self._drop(mail_id)
        return composed_mail

    def _drop(self, mail_id: str) -> None:
        with self._database.writing() as tx:
            row = tx.get(MailRow, mail_id)
            if row is not None and row.state is MailState.WAITING:
                row.state, row.ended_at, row.problem = MailState.DROPPED, self._now(), ""

    def _record_sent(self, mail_id: str) -> None:
        with self._database.writing() as tx:
            posting.record_sent(tx, mail_id, now=self._now())

    def _record_problem(self, mail_id: str, problem: str) -> None:
        with self._database.writing() as tx:
            posting.record_server_problem(tx, mail_id, problem)

    def _record_permanent_failure(self, mail_id: str, problem: str) -> None:
        with self._database.writing() as tx:
            posting.record_permanent_failure(tx, mail_id, problem, now=self._now())

    def _record_temporary_failure(self, mail_id: str, problem: str) -> None:
        with self._database.writing() as tx:
            posting.record_temporary_failure(
                tx,
                self._enqueue,
                mail_id,
                problem,
                now=self._now(),
                give_up_after=timedelta(hours=self._settings.mail.give_up_hours),
            )


def create_dispatch_handler(context: JobContext) -> JobHandler:
    """Queues the jobs of mails that were released, some at a time, so that nobody waits for it."""
    services = context.services

    def queue_all(_subject_id: str) -> None:
        def queue_batch() -> int:
            with services.database.writing() as tx:
                return posting.queue_batch(tx, services.enqueue, now=services.now())

        while retry_while_unavailable(context.stopping, queue_batch):
            if context.stopping.is_set():
                raise WorkerShutdownError
            time.sleep(0)  # others who write come in between

    return queue_all


JOBS = (
    JobType(
        name=QUEUE_MAILS_JOB,
        create_handler=create_dispatch_handler,
        max_crashes=None,
        is_enabled=lambda settings: settings.mail.enabled,
    ),
    JobType(
        name=MAIL_JOB,
        create_handler=MailJob,
        prefetch=_PREFETCH,
        partitioned=True,
        poll_seconds=0.2,
        max_crashes=None,
        is_enabled=lambda settings: settings.mail.enabled,
    ),
)
