"""Mails that this server sends by itself: released by the office, tried, sent, or refused.

A mail's row says what it is and what became of it. Its bytes are made again for each try, from
what is stored: they hold a secret link, which lies nowhere in clear. While person, link and
settings stay as they are, they are the same bytes under the same Message-ID, so that a message
handed over twice is recognised.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.background.job import Enqueue, Job
from api.cycles.service import cycle_row
from api.database.types import new_id
from api.invitations.dispatch import sendable_rows
from api.invitations.outbox import announced_start
from api.invitations.rows import OutboxRow
from api.mail.rows import MailKind, MailRow, MailState
from api.participants.person_summary import PersonSummary, person_summary
from api.participants.rows import PersonRow
from api.sessions.rows import SessionRow
from api.values import FrozenModel
from coach.errors import ConflictError, NotFoundError

MAIL_JOB = "mail"
QUEUE_MAILS_JOB = "post"
_BATCH_SIZE = 100
_INITIAL_BACKOFF = timedelta(minutes=1)
_MAX_BACKOFF = timedelta(hours=1)
_MAX_PROBLEM_LENGTH = 300
_STATE_PHRASES = {
    MailState.WAITING: "is about to be sent by this server",
    MailState.SENT: "was sent by this server",
    MailState.DROPPED: "was noted already, or is not needed any more",
}


class FailedMail(FrozenModel):
    """A mail that could not be delivered: to whom, at which address, and why.

    `outbox_id` is the message it carried, to be saved and sent in another way; reminders have none.
    `number` and `start` are of the session it tells of.
    """

    id: str
    kind: MailKind
    to: PersonSummary
    address: str
    problem: str
    outbox_id: str | None
    number: int
    start: datetime
    ended_at: datetime | None


class DeliveryStatus(FrozenModel):
    """How far this server has come with the mails of a cycle.

    `sends` says whether it sends any. `trouble` is what stands in the way of one that waits, as
    the mail server put it last; empty where nothing does.
    """

    sends: bool
    waiting: int
    sent: int
    failed: tuple[FailedMail, ...]
    trouble: str


def release_messages(
    tx: Transaction, enqueue: Enqueue, cycle_id: str, until: datetime, *, now: datetime
) -> int:
    """Have everything sent that waits in a cycle and was written up to `until`; tells how many.

    Raises:
        NotFoundError: there is no such cycle.
    """
    ready = [
        row for row in sendable_rows(tx, cycle_id, now=now, sends=True) if row.created_at <= until
    ]
    tx.add_all(
        MailRow(
            kind=MailKind.INVITATION,
            cycle_id=cycle_id,
            person_id=row.person_id,
            outbox_id=row.id,
            state=MailState.WAITING,
            created_at=now,
        )
        for row in ready
    )
    tx.flush()
    if ready:
        enqueue(tx, Job(QUEUE_MAILS_JOB, new_id()))
    record_event(tx, "messages released", "cycle", cycle_id, messages=len(ready))
    return len(ready)


def queue_batch(tx: Transaction, enqueue: Enqueue, *, now: datetime) -> int:
    """Queue the jobs of some mails that were released; tells how many, 0 once there are no more."""
    rows = tx.execute(
        select(MailRow, PersonRow.email)
        .join(PersonRow, PersonRow.id == MailRow.person_id)
        .where(MailRow.state == MailState.WAITING, MailRow.queued_at.is_(None))
        .order_by(MailRow.created_at, MailRow.id)
        .limit(_BATCH_SIZE)
    ).all()
    for row, address in rows:
        queue_attempt(tx, enqueue, row, address, now=now)
    return len(rows)


def queue_attempt(
    tx: Transaction,
    enqueue: Enqueue,
    row: MailRow,
    address: str,
    *,
    now: datetime,
    wait: timedelta = timedelta(0),
) -> None:
    """Queue the next try of a mail, in the lane of the domain it goes to."""
    row.queued_at = now
    partition = address.rpartition("@")[2].lower()
    enqueue(tx, Job(MAIL_JOB, f"{row.id}.{row.tries}", partition=partition, wait=wait))


def record_sent(tx: Transaction, mail_id: str, *, now: datetime) -> None:
    """Note that the mail server has taken a mail."""
    row = tx.get_one(MailRow, mail_id)
    row.state, row.ended_at, row.problem = MailState.SENT, now, ""
    if row.outbox_id is not None:
        tx.get_one(OutboxRow, row.outbox_id).sent_at = now


def record_server_problem(tx: Transaction, mail_id: str, problem: str) -> None:
    """Note what keeps every mail from being sent, beside the one that met it first."""
    tx.get_one(MailRow, mail_id).problem = problem[:_MAX_PROBLEM_LENGTH]


def record_temporary_failure(
    tx: Transaction,
    enqueue: Enqueue,
    mail_id: str,
    problem: str,
    *,
    now: datetime,
    give_up_after: timedelta,
) -> None:
    """Have a mail tried again later, each time later still, until it is too old."""
    row = tx.get_one(MailRow, mail_id)
    if now - row.created_at >= give_up_after:
        _mark_failed(tx, row, f"tried for {give_up_after} in vain: {problem}", now)
        return
    wait = min(_INITIAL_BACKOFF * 2**row.tries, _MAX_BACKOFF)
    row.tries += 1
    row.problem = problem[:_MAX_PROBLEM_LENGTH]
    queue_attempt(tx, enqueue, row, tx.get_one(PersonRow, row.person_id).email, now=now, wait=wait)


def record_permanent_failure(tx: Transaction, mail_id: str, problem: str, *, now: datetime) -> None:
    """Note that a mail cannot be delivered, for a person to look at."""
    _mark_failed(tx, tx.get_one(MailRow, mail_id), problem, now)


def retry_failed(tx: Transaction, enqueue: Enqueue, cycle_id: str, *, now: datetime) -> int:
    """Have every mail of a cycle tried again that could not be delivered; tells how many.

    One-time codes are left alone: they are asked for anew.

    Raises:
        NotFoundError: there is no such cycle.
    """
    cycle_row(tx, cycle_id)
    failed = tx.scalars(
        select(MailRow).where(
            MailRow.cycle_id == cycle_id,
            MailRow.kind != MailKind.CODE,
            MailRow.state == MailState.FAILED,
        )
    ).all()
    for row in failed:
        row.state, row.ended_at, row.queued_at, row.created_at = MailState.WAITING, None, None, now
        row.tries += 1  # its next job is another one than the last
    if failed:
        enqueue(tx, Job(QUEUE_MAILS_JOB, new_id()))
    record_event(tx, "mails tried again", "cycle", cycle_id, mails=len(failed))
    return len(failed)


def mark_sent_otherwise(tx: Transaction, cycle_id: str, mail_id: str, *, now: datetime) -> None:
    """Note that the office has sent a mail in another way that could not be delivered.

    Raises:
        NotFoundError: there is no such mail in this cycle.
        ConflictError: it is not among those that could not be delivered.
    """
    row = tx.get(MailRow, mail_id)
    if row is None or row.cycle_id != cycle_id or row.kind is MailKind.CODE:
        raise NotFoundError(f"there is no mail {mail_id} in this cycle")
    if row.state is not MailState.FAILED:
        raise ConflictError(
            f"this mail {_STATE_PHRASES[row.state]}; only one that could not be delivered can be "
            "noted as sent in another way"
        )
    row.state, row.ended_at = MailState.DROPPED, now
    if row.outbox_id is not None:
        tx.get_one(OutboxRow, row.outbox_id).sent_at = now
    record_event(tx, "mail sent otherwise", "mail", row.id)


def delivery_status(tx: Transaction, cycle_id: str, *, sends: bool) -> DeliveryStatus:
    """How far the mails of a cycle are; codes are not among them.

    Raises:
        NotFoundError: there is no such cycle.
    """
    cycle_row(tx, cycle_id)
    here = (MailRow.cycle_id == cycle_id, MailRow.kind != MailKind.CODE)
    query = select(MailRow.state, func.count()).where(*here).group_by(MailRow.state)
    counts = dict.fromkeys(MailState, 0)
    for state, number in tx.execute(query):
        counts[state] = number
    trouble = tx.scalar(
        select(MailRow.problem)
        .where(*here, MailRow.state == MailState.WAITING, MailRow.problem != "")
        .order_by(MailRow.queued_at.desc())
        .limit(1)
    )
    return DeliveryStatus(
        sends=sends,
        waiting=counts[MailState.WAITING],
        sent=counts[MailState.SENT],
        failed=_failed_mails(tx, cycle_id),
        trouble=trouble or "",
    )


def require_mail_enabled(*, sends: bool) -> None:
    """Refuse where this server sends no mail.

    Raises:
        ConflictError: it does not.
    """
    if not sends:
        raise ConflictError(
            "this server sends no mail: save the messages and send them yourself, "
            "or set GENDER_COACH_MAIL__HOST"
        )


def _failed_mails(tx: Transaction, cycle_id: str) -> tuple[FailedMail, ...]:
    """The mails of a cycle that could not be delivered, one person's together."""
    failed = tx.execute(
        select(MailRow, PersonRow, OutboxRow, SessionRow)
        .join(PersonRow, PersonRow.id == MailRow.person_id)
        .outerjoin(OutboxRow, OutboxRow.id == MailRow.outbox_id)
        .join(SessionRow, SessionRow.id == func.coalesce(MailRow.session_id, OutboxRow.session_id))
        .where(
            MailRow.cycle_id == cycle_id,
            MailRow.kind != MailKind.CODE,
            MailRow.state == MailState.FAILED,
        )
        .order_by(PersonRow.code, SessionRow.starts_at, MailRow.id)
    )
    return tuple(
        FailedMail(
            id=row.id,
            kind=row.kind,
            to=person_summary(person),
            address=person.email,
            problem=row.problem,
            outbox_id=row.outbox_id,
            number=session.number,
            start=session.starts_at if message is None else announced_start(message),
            ended_at=row.ended_at,
        )
        for row, person, message, session in failed
    )


def _mark_failed(tx: Transaction, row: MailRow, problem: str, now: datetime) -> None:
    row.state, row.ended_at = MailState.FAILED, now
    row.problem = problem[:_MAX_PROBLEM_LENGTH]
    record_event(tx, "mail not delivered", "mail", row.id)
