"""The delivery state machine for outgoing email.

    draft ──► waiting ⇄ sending ──► sent, failed or cancelled
      │          ▲                    │
      │          └── released again ──┤ failed
      └──────► sent otherwise ◄───────┘

A sent email that bounces becomes failed.

A worker sends the emails to one domain one at a time. A release queues a job only for the first
email to each domain; when a job starts, it queues the job for the next email to its domain. The
number of queued jobs therefore does not depend on the number of emails, and a code never waits
behind invitations.

Emails to one person about the same session are sent in the order of their release: an email is not
queued until the mail server has accepted or finally refused the previous email, so that a
cancellation cannot overtake its invitation. A person's invitations wait in the same way for the
email that introduces them.

The content of an email is composed for each attempt, because it contains a secret link, which is
never stored in plain text. Unless the person, the link or the settings change, all attempts have
the same content and Message-ID, which identifies duplicates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import aliased

from api.background.job import NO_DELAY, Enqueue, Job
from api.mail import facts
from api.mail.composer import MailRegistry
from api.mail.rows import (
    UNDELIVERED_STATES,
    MailKind,
    MailRow,
    MailState,
    find_mail,
)
from api.mail.stored_problem import encode_problem
from coach.texts.facts import Displayed

MAIL_JOB = "mail"
_ENDED = (MailState.FAILED, MailState.SENT, MailState.SENT_OTHERWISE)
_URGENT, _NORMAL = 0, 1  # priorities
_INITIAL_BACKOFF = timedelta(minutes=1)
_MAX_BACKOFF = timedelta(hours=1)


def release(
    tx: Transaction,
    enqueue: Enqueue,
    mails: Sequence[MailRow],
    addresses: Mapping[str, str],
    *,
    now: datetime,
) -> None:
    """Release new, drafted, failed or sent emails for delivery, in the given order.

    `addresses` maps person ids to current email addresses, omitting people without an address.
    """
    first: dict[str, MailRow] = {}
    for place, mail in enumerate(mails):
        if mail.state in _ENDED:
            mail.tries += 1  # gives the next job a new id
        mail.state, mail.released_at = MailState.WAITING, now + timedelta(microseconds=place)
        mail.queued_at = mail.ended_at = None
        mail.domain = addresses.get(mail.person_id, "").rpartition("@")[2].lower()
        first.setdefault(mail.domain, mail)
    tx.add_all(mails)
    tx.flush()
    for domain, mail in first.items():
        if mail.kind is MailKind.CODE or tx.scalar(_ready(MailRow.id == mail.id)) is not None:
            _queue_attempt(tx, enqueue, mail, now=now)
        else:
            queue_next(tx, enqueue, domain, now=now)


def start_attempt(tx: Transaction, enqueue: Enqueue, mail_id: str, *, now: datetime) -> bool:
    """Mark an email as being sent, and queue the next email to the same domain.

    Returns `False` if the email is not waiting for delivery. An email that a crashed worker was
    sending is sent again, and its interrupted attempt is counted.
    """
    mail = find_mail(tx, mail_id)
    if mail is None:  # erased, so that its domain is unknown
        queue_next(tx, enqueue, now=now)
        return False
    due = mail.state in UNDELIVERED_STATES
    if due:
        mail.interrupted += mail.state is MailState.SENDING
        mail.state, mail.attempted_at = MailState.SENDING, now
        tx.flush()
    queue_next(tx, enqueue, mail.domain, now=now)
    return due


def queue_next(
    tx: Transaction, enqueue: Enqueue, domain: str | None = None, *, now: datetime
) -> None:
    """Queue the next email to one domain, or to every domain, unless one is already queued."""
    waiting = MailRow.state == MailState.WAITING
    domains = [domain] if domain is not None else _domains_with_unqueued(tx)
    for each in domains:
        queued = select(MailRow.id).where(MailRow.domain == each, waiting, MailRow.queued_at <= now)
        if tx.scalar(queued.limit(1)) is not None:
            continue
        mail = tx.scalar(_ready(MailRow.domain == each, waiting, MailRow.queued_at.is_(None)))
        if mail is not None:
            _queue_attempt(tx, enqueue, mail, now=now)


def record_sent(tx: Transaction, enqueue: Enqueue, mail_id: str, *, now: datetime) -> None:
    """Record that the mail server has accepted an email."""
    _end_attempt(tx, enqueue, mail_id, MailState.SENT, now=now)


def record_cancelled(tx: Transaction, enqueue: Enqueue, mail_id: str, *, now: datetime) -> None:
    """Record that there is no longer a reason to send an email."""
    _end_attempt(tx, enqueue, mail_id, MailState.CANCELLED, now=now)


def record_server_problem(tx: Transaction, mail_id: str, problem: Displayed) -> None:
    """Record on a waiting email why the mail server is unavailable."""
    mail = _attempted(tx, mail_id)
    if mail is not None:
        mail.state, mail.problem = MailState.WAITING, encode_problem(problem)


def record_temporary_failure(
    tx: Transaction,
    enqueue: Enqueue,
    registry: MailRegistry,
    mail_id: str,
    problem: Displayed,
    *,
    now: datetime,
    give_up_after: timedelta,
) -> None:
    """Queue another attempt with exponential backoff, or give up after `give_up_after`."""
    mail = _attempted(tx, mail_id)
    if mail is None:
        return
    if now - (mail.released_at or mail.created_at) >= give_up_after:
        hours = give_up_after // timedelta(hours=1)
        reason = facts.GAVE_UP(count=hours, reason=problem)
        record_permanent_failure(tx, enqueue, registry, mail_id, reason, now=now)
        return
    delay = min(_INITIAL_BACKOFF * 2**mail.tries, _MAX_BACKOFF)
    mail.tries += 1
    mail.state, mail.problem = MailState.WAITING, encode_problem(problem)
    _queue_attempt(tx, enqueue, mail, now=now, delay=delay)


def record_permanent_failure(
    tx: Transaction,
    enqueue: Enqueue,
    registry: MailRegistry,
    mail_id: str,
    problem: Displayed,
    *,
    now: datetime,
) -> None:
    """Record that an email cannot be delivered until the programme office takes action."""
    mail = _end_attempt(tx, enqueue, mail_id, MailState.FAILED, now=now, problem=problem)
    if mail is not None:
        registry.on_failed(tx, mail)


def record_bounced(mail: MailRow) -> bool:
    """Record that a sent email has bounced; return `False` if it was not in the state `SENT`."""
    is_new = mail.state is MailState.SENT
    if is_new:
        mail.state, mail.problem = MailState.FAILED, encode_problem(facts.BOUNCED())
    return is_new


def _queue_attempt(
    tx: Transaction,
    enqueue: Enqueue,
    mail: MailRow,
    *,
    now: datetime,
    delay: timedelta = NO_DELAY,
) -> None:
    """Queue the next delivery attempt of an email, in the partition of its domain."""
    mail.queued_at = now + delay
    job = Job(
        MAIL_JOB,
        f"{mail.id}.{mail.tries}",
        partition=mail.domain,
        delay=delay,
        priority=_URGENT if mail.kind is MailKind.CODE else _NORMAL,
    )
    enqueue(tx, job)


def _domains_with_unqueued(tx: Transaction) -> list[str]:
    query = select(MailRow.domain).where(
        MailRow.state == MailState.WAITING, MailRow.queued_at.is_(None)
    )
    return [domain or "" for domain in tx.scalars(query.distinct())]


def _attempted(tx: Transaction, mail_id: str) -> MailRow | None:
    """Return an email that is being sent, or `None` if it was erased or its state has changed."""
    mail = find_mail(tx, mail_id)
    return mail if mail is not None and mail.state is MailState.SENDING else None


def _end_attempt(
    tx: Transaction,
    enqueue: Enqueue,
    mail_id: str,
    state: MailState,
    *,
    now: datetime,
    problem: Displayed = "",
) -> MailRow | None:
    """Record the end of an attempt, and queue the emails that were waiting for it."""
    mail = _attempted(tx, mail_id)
    if mail is None:
        return None
    mail.state, mail.ended_at, mail.problem = state, now, encode_problem(problem)
    tx.flush()
    followers = select(MailRow.domain).where(
        MailRow.person_id == mail.person_id,
        MailRow.state == MailState.WAITING,
        MailRow.queued_at.is_(None),
    )
    for domain in tx.scalars(followers.distinct()).all():
        queue_next(tx, enqueue, domain, now=now)
    return mail


def _ready(*conditions: ColumnElement[bool]) -> Select[MailRow]:
    """Select the first email that meets `conditions` and does not need to wait for another one."""
    earlier = aliased(MailRow)
    of_the_same = and_(
        or_(earlier.kind == MailRow.kind, earlier.kind == MailKind.MOVED_AWAY),
        or_(
            earlier.session_id == MailRow.session_id,
            earlier.group_invitation_id == MailRow.group_invitation_id,
        ),
        earlier.occasion < MailRow.occasion,
    )
    introduces = and_(earlier.kind == MailKind.INTRODUCTION, MailRow.kind == MailKind.INVITATION)
    held_back = select(earlier.id).where(
        earlier.person_id == MailRow.person_id,
        earlier.state.in_(UNDELIVERED_STATES),
        or_(of_the_same, introduces),
    )
    return (
        select(MailRow)
        .where(*conditions, ~held_back.exists())
        .order_by(MailRow.released_at, MailRow.id)
        .limit(1)
    )
