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

from api.background.database_retry import patiently
from api.background.job import Enqueue
from api.background.job_type import Doer, JobKind, StoppedError, Workplace
from api.mail import delivery as posting
from api.mail import smtp
from api.mail.composer import Ready, Writing
from api.mail.delivery import MAIL_JOB, POST_JOB
from api.mail.rows import MailRow, MailState
from coach.errors import ConflictError

_LOG = logging.getLogger(__name__)
_SHORTEST_PAUSE_SECONDS = 2.0
_LONGEST_PAUSE_SECONDS = 300.0
_LANES_AHEAD = 16


class Mailing:
    """Sends mails, one at a time."""

    def __init__(self, place: Workplace) -> None:
        services = place.services
        self._settings = services.settings
        self._database, self._now = services.database, services.now
        self._enqueue: Enqueue = services.enqueue
        self._writing = Writing(services.keyring, services.settings)
        self._stopping = place.stopping

    def __call__(self, about: str) -> None:
        """Send the mail that `about` begins with, or note why it is not sent.

        While the mail server is away this waits, and all other mails with it: none can go out.

        Raises:
            StoppedError: the server goes down before that.
        """
        mail_id = about.partition(".")[0]
        pause = _SHORTEST_PAUSE_SECONDS
        while True:
            ready = patiently(self._stopping, partial(self._ready, mail_id))
            if ready is None:
                return
            try:
                self._send(mail_id, ready)
            except smtp.ServerAwayError as error:
                _LOG.warning("mails wait: the mail server is away")
                patiently(self._stopping, partial(self._note_trouble, mail_id, str(error)))
            else:
                return
            if self._stopping.wait(pause):
                raise StoppedError
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def _send(self, mail_id: str, ready: Ready) -> None:
        mail, sender = self._settings.mail, self._settings.deployment.organiser_address
        if self._stopping.is_set():
            raise StoppedError
        try:
            smtp.hand_over(mail, sender, ready.recipient, ready.content)
        except smtp.RefusedForNowError as error:
            patiently(self._stopping, partial(self._note_refused_for_now, mail_id, str(error)))
        except smtp.RefusedError as error:
            patiently(self._stopping, partial(self._note_refused, mail_id, str(error)))
        else:
            patiently(self._stopping, partial(self._note_sent, mail_id))

    def _ready(self, mail_id: str) -> Ready | None:
        """The mail as it is to be sent, where it still is; otherwise it is noted why not."""
        try:
            with self._database.reading() as tx:
                ready = self._writing.ready(tx, mail_id, now=self._now())
        except ConflictError as error:
            self._note_refused(mail_id, str(error))
            return None
        if ready is None:
            self._drop(mail_id)
        return ready

    def _drop(self, mail_id: str) -> None:
        with self._database.writing() as tx:
            row = tx.get(MailRow, mail_id)
            if row is not None and row.state is MailState.WAITING:
                row.state, row.ended_at, row.problem = MailState.DROPPED, self._now(), ""

    def _note_sent(self, mail_id: str) -> None:
        with self._database.writing() as tx:
            posting.note_sent(tx, mail_id, now=self._now())

    def _note_trouble(self, mail_id: str, problem: str) -> None:
        with self._database.writing() as tx:
            posting.note_trouble(tx, mail_id, problem)

    def _note_refused(self, mail_id: str, problem: str) -> None:
        with self._database.writing() as tx:
            posting.note_refused(tx, mail_id, problem, now=self._now())

    def _note_refused_for_now(self, mail_id: str, problem: str) -> None:
        with self._database.writing() as tx:
            posting.note_refused_for_now(
                tx,
                self._enqueue,
                mail_id,
                problem,
                now=self._now(),
                give_up_after=timedelta(hours=self._settings.mail.give_up_hours),
            )


def open_post(place: Workplace) -> Doer:
    """Queues the jobs of mails that were released, some at a time, so that nobody waits for it."""
    services = place.services

    def queue_all(_about: str) -> None:
        def queue_some() -> int:
            with services.database.writing() as tx:
                return posting.queue_some(tx, services.enqueue, now=services.now())

        while patiently(place.stopping, queue_some):
            if place.stopping.is_set():
                raise StoppedError
            time.sleep(0)  # others who write come in between

    return queue_all


MAIL = JobKind(
    name=MAIL_JOB,
    open=Mailing,
    ahead=_LANES_AHEAD,
    lanes=True,
    poll_seconds=0.2,
    most_crashes=None,
    works_with=lambda settings: settings.mail.on,
)
POST = JobKind(
    name=POST_JOB,
    open=open_post,
    most_crashes=None,
    works_with=lambda settings: settings.mail.on,
)
