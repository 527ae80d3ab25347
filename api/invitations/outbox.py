"""The outbox: a cycle's invitations and cancellations, as shown to the programme office."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.cycles.service import cycle_row
from api.invitations.outgoing_invitation import stored_message
from api.mail.rows import SENT_STATES, MailKind, MailRow
from api.participants.person_summary import PersonSummary, person_summary
from api.participants.rows import PersonRow
from api.services import Services
from api.values import FrozenModel
from coach.group_events import GroupEventKind
from coach.invitations import Method


class OutboxMessage(FrozenModel):
    """An outbox message with its recipient, session and delivery time.

    `event` is the kind of the group event that the message is about, if any; `session_id` is then
    empty.
    """

    id: str
    plan_id: str
    session_id: str
    to: PersonSummary
    method: Method
    event: GroupEventKind | None
    number: int
    start: datetime
    sequence: int
    created_at: datetime
    sent_at: datetime | None


def list_outbox(services: Services, cycle_id: str) -> tuple[OutboxMessage, ...]:
    """Return all of a cycle's invitations and cancellations, newest first.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        cycle_row(tx, cycle_id)
        return _outbox_messages(tx, cycle_id)


def _outbox_messages(tx: Transaction, cycle_id: str) -> tuple[OutboxMessage, ...]:
    rows = tx.execute(
        select(MailRow, PersonRow)
        .join(PersonRow, PersonRow.id == MailRow.person_id)
        .where(MailRow.cycle_id == cycle_id, MailRow.kind == MailKind.INVITATION)
        .order_by(MailRow.created_at.desc(), MailRow.id)
    )
    return tuple(_outbox_message(mail, person) for mail, person in rows)


def _outbox_message(mail: MailRow, person: PersonRow) -> OutboxMessage:
    message = stored_message(mail)
    return OutboxMessage(
        id=mail.id,
        plan_id=mail.plan_id or "",
        session_id=mail.session_id or "",
        to=person_summary(person),
        method=message.method,
        event=message.invitation.event,
        number=message.invitation.number,
        start=message.invitation.start,
        sequence=message.sequence,
        created_at=mail.created_at,
        sent_at=mail.ended_at if mail.state in SENT_STATES else None,
    )
