"""Delivery state machine of outgoing email: released, attempted, then sent, failed or dropped.

A row stores the purpose and state of an email. The content is composed for each attempt, because it
contains a secret link, which is never stored in plain text. Unless the person, the link or the
settings change, all attempts have the same content and Message-ID, which identifies duplicates.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.background.job import NO_DELAY, Enqueue, Job
from api.database.types import new_id
from api.mail.composer import MailRegistry
from api.mail.rows import MailRow, MailState

MAIL_JOB = "mail"
QUEUE_MAILS_JOB = "post"
_BATCH_SIZE = 100
_INITIAL_BACKOFF = timedelta(minutes=1)
_MAX_BACKOFF = timedelta(hours=1)
_MAX_PROBLEM_LENGTH = 300


def release(tx: Transaction, enqueue: Enqueue, mails: Sequence[MailRow]) -> None:
    """Store new emails and release them for delivery, which a job queues in batches."""
    tx.add_all(mails)
    tx.flush()
    _enqueue_dispatch(enqueue, tx, mails)


def requeue_failed(
    tx: Transaction, enqueue: Enqueue, mails: Sequence[MailRow], *, now: datetime
) -> None:
    """Release failed emails for delivery again."""
    for mail in mails:
        mail.state, mail.ended_at = MailState.WAITING, None
        mail.queued_at, mail.created_at = None, now
        mail.tries += 1  # gives the next job a new id
    _enqueue_dispatch(enqueue, tx, mails)


def queue_batch(tx: Transaction, enqueue: Enqueue, registry: MailRegistry, *, now: datetime) -> int:
    """Queue delivery jobs for a batch of released emails.

    Returns the size of the batch, which is 0 once all emails are queued.
    """
    mails = tx.scalars(
        select(MailRow)
        .where(MailRow.state == MailState.WAITING, MailRow.queued_at.is_(None))
        .order_by(MailRow.created_at, MailRow.id)
        .limit(_BATCH_SIZE)
    ).all()
    addresses = registry.find_addresses(tx, {mail.person_id for mail in mails}) if mails else {}
    for mail in mails:
        queue_attempt(tx, enqueue, mail, addresses.get(mail.person_id, ""), now=now)
    return len(mails)


def queue_attempt(
    tx: Transaction,
    enqueue: Enqueue,
    mail: MailRow,
    address: str,
    *,
    now: datetime,
    delay: timedelta = NO_DELAY,
) -> None:
    """Queue the next delivery attempt of an email, in the partition of its recipient's domain."""
    mail.queued_at = now
    partition = address.rpartition("@")[2].lower()
    enqueue(tx, Job(MAIL_JOB, f"{mail.id}.{mail.tries}", partition=partition, delay=delay))


def record_sent(tx: Transaction, registry: MailRegistry, mail_id: str, *, now: datetime) -> None:
    """Record that the mail server has accepted an email."""
    mail = tx.get_one(MailRow, mail_id)
    mail.state, mail.ended_at, mail.problem = MailState.SENT, now, ""
    registry.on_sent(tx, mail, now)


def record_dropped(tx: Transaction, mail_id: str, *, now: datetime) -> None:
    """Record that there is no longer a reason to send an email, if it is still waiting."""
    mail = tx.get(MailRow, mail_id)
    if mail is not None and mail.state is MailState.WAITING:
        mail.state, mail.ended_at, mail.problem = MailState.DROPPED, now, ""


def record_server_problem(tx: Transaction, mail_id: str, problem: str) -> None:
    """Record why the mail server is unavailable, on the email whose attempt failed."""
    tx.get_one(MailRow, mail_id).problem = problem[:_MAX_PROBLEM_LENGTH]


def record_temporary_failure(
    tx: Transaction,
    enqueue: Enqueue,
    registry: MailRegistry,
    mail_id: str,
    problem: str,
    *,
    now: datetime,
    give_up_after: timedelta,
) -> None:
    """Queue another attempt with exponential backoff, or give up after `give_up_after`."""
    mail = tx.get_one(MailRow, mail_id)
    if now - mail.created_at >= give_up_after:
        _mark_failed(tx, registry, mail, f"gave up after {give_up_after}: {problem}", now)
        return
    delay = min(_INITIAL_BACKOFF * 2**mail.tries, _MAX_BACKOFF)
    mail.tries += 1
    mail.problem = problem[:_MAX_PROBLEM_LENGTH]
    address = registry.find_addresses(tx, [mail.person_id]).get(mail.person_id, "")
    queue_attempt(tx, enqueue, mail, address, now=now, delay=delay)


def record_permanent_failure(
    tx: Transaction, registry: MailRegistry, mail_id: str, problem: str, *, now: datetime
) -> None:
    """Record that an email cannot be delivered until the programme office takes action."""
    _mark_failed(tx, registry, tx.get_one(MailRow, mail_id), problem, now)


def _mark_failed(
    tx: Transaction, registry: MailRegistry, mail: MailRow, problem: str, now: datetime
) -> None:
    mail.state, mail.ended_at = MailState.FAILED, now
    mail.problem = problem[:_MAX_PROBLEM_LENGTH]
    registry.on_failed(tx, mail)


def _enqueue_dispatch(enqueue: Enqueue, tx: Transaction, mails: Sequence[MailRow]) -> None:
    if mails:
        enqueue(tx, Job(QUEUE_MAILS_JOB, new_id()))
