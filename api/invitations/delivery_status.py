"""How far this server has come with the mails of a cycle."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from api.cycles.service import cycle_row
from api.invitations.pending import PendingMessages, count_pending
from api.invitations.rows import OutboxRow
from api.mail.rows import MailKind, MailRow, MailState
from api.participants.person_summary import PersonSummary, person_summary
from api.participants.rows import PersonRow
from api.services import Services
from api.sessions.rows import SessionRow
from api.values import FrozenModel
from coach.invitations import Message


class FailedMail(FrozenModel):
    """A mail that could not be delivered: its recipient, their address, and why.

    `outbox_id` is the message it carries, which can be saved and sent in another way; reminders
    have none. `number` and `start` are of the session it is about.
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

    `sends` says whether it sends mail. `trouble` is the last reply of the mail server that keeps a
    waiting mail from being sent; it is empty if there is none.
    """

    sends: bool
    waiting: int
    sent: int
    failed: tuple[FailedMail, ...]
    trouble: str


class CycleMail(FrozenModel):
    """The pending messages of a cycle, and the delivery status of its mails."""

    pending: PendingMessages
    delivery: DeliveryStatus


def cycle_mail(tx: Transaction, services: Services, cycle_id: str) -> CycleMail:
    """The pending messages of a cycle, and the delivery status of its mails.

    Raises:
        NotFoundError: there is no such cycle.
    """
    return CycleMail(
        pending=count_pending(tx, services, cycle_id),
        delivery=delivery_status_of(tx, services, cycle_id),
    )


def delivery_status(services: Services, cycle_id: str) -> DeliveryStatus:
    """The delivery status of the mails of a cycle, one-time codes excluded.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        return delivery_status_of(tx, services, cycle_id)


def delivery_status_of(tx: Transaction, services: Services, cycle_id: str) -> DeliveryStatus:
    """The delivery status of the mails of a cycle, one-time codes excluded.

    Raises:
        NotFoundError: there is no such cycle.
    """
    cycle_row(tx, cycle_id)
    of_cycle = (MailRow.cycle_id == cycle_id, MailRow.kind != MailKind.CODE)
    query = select(MailRow.state, func.count()).where(*of_cycle).group_by(MailRow.state)
    counts = dict.fromkeys(MailState, 0)
    for state, number in tx.execute(query):
        counts[state] = number
    trouble = tx.scalar(
        select(MailRow.problem)
        .where(*of_cycle, MailRow.state == MailState.WAITING, MailRow.problem != "")
        .order_by(MailRow.queued_at.desc())
        .limit(1)
    )
    return DeliveryStatus(
        sends=services.settings.mail.enabled,
        waiting=counts[MailState.WAITING],
        sent=counts[MailState.SENT],
        failed=_failed_mails(tx, cycle_id),
        trouble=trouble or "",
    )


def _failed_mails(tx: Transaction, cycle_id: str) -> tuple[FailedMail, ...]:
    """The failed mails of a cycle, grouped by person."""
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
            id=mail.id,
            kind=mail.kind,
            to=person_summary(person),
            address=person.email,
            problem=mail.problem,
            outbox_id=mail.outbox_id,
            number=session.number,
            start=session.starts_at if message is None else _start_in_message(message),
            ended_at=mail.ended_at,
        )
        for mail, person, message, session in failed
    )


def _start_in_message(row: OutboxRow) -> datetime:
    """The start of the session as the message gives it, which may have changed since."""
    return Message.model_validate(row.message).invitation.start
