"""Invitations: of one session as it stands now, and of the messages in the outbox."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.calendar.eml import ReplyLinks, eml_bytes
from api.calendar.ics import ics_bytes
from api.calendar.recipient import Recipient
from api.cycles.service import cycle_row
from api.http.principal import AccessRole, Principal
from api.invitations.rows import OutboxRow
from api.organisation import Organisation
from api.participants.person_summary import PersonSummary, person_summary
from api.participants.rows import PersonRow, Side
from api.participants.service import person_row
from api.sessions.rows import SessionRow, SessionState
from api.sessions.schedule import own_session
from api.values import FrozenModel
from coach.errors import NotFoundError
from coach.invitations import Invitation, Message, Method


class OutboxMessage(FrozenModel):
    """A message as the outbox lists it: to whom, about which session, and whether it went out."""

    id: str
    plan_id: str
    session_id: str
    to: PersonSummary
    method: Method
    number: int
    start: datetime
    sequence: int
    created_at: datetime
    sent_at: datetime | None


class OutgoingInvitation(FrozenModel):
    """A message ready to be rendered: what it tells, to whom, and the session it is about."""

    message: Message
    person_id: str
    session_id: str
    name: str
    address: str
    timezone: str

    @property
    def needs_link(self) -> bool:
        """Whether its buttons lead anywhere: a cancellation has none."""
        return self.message.method is Method.REQUEST

    @property
    def recipient(self) -> Recipient:
        """The one person it goes to."""
        return Recipient(name=self.name, address=self.address, zone=ZoneInfo(self.timezone))


def session_invitation(
    tx: Transaction, principal: Principal, session_id: str, side: Side | None
) -> OutgoingInvitation:
    """The invitation to a session as it stands: to whoever asks, or, for managers, to `side`.

    Raises:
        NotFoundError: there is no such session, or it is somebody else's.
    """
    row = own_session(tx, principal, session_id)
    own = {AccessRole.COACH: Side.COACH, AccessRole.COACHEE: Side.COACHEE}.get(principal.role)
    to = own or side or Side.COACHEE
    person = person_row(tx, row.coach_id if to is Side.COACH else row.coachee_id)
    return _outgoing_invitation(_current_message(row), person, session_id)


def outbox(tx: Transaction, cycle_id: str) -> tuple[OutboxMessage, ...]:
    """Every message of a cycle, the youngest first.

    Raises:
        NotFoundError: there is no such cycle.
    """
    cycle_row(tx, cycle_id)
    rows = tx.execute(
        select(OutboxRow, PersonRow)
        .join(PersonRow, PersonRow.id == OutboxRow.person_id)
        .where(OutboxRow.cycle_id == cycle_id)
        .order_by(OutboxRow.created_at.desc(), OutboxRow.id)
    )
    return tuple(_outbox_message(row, person) for row, person in rows)


def outbox_invitation(tx: Transaction, message_id: str) -> OutgoingInvitation:
    """A message of the outbox.

    Raises:
        NotFoundError: there is no such message.
    """
    row = tx.get(OutboxRow, message_id)
    if row is None:
        raise NotFoundError(f"there is no message {message_id}")
    return outgoing_invitation_of(row, person_row(tx, row.person_id))


def outgoing_invitation_of(row: OutboxRow, person: PersonRow) -> OutgoingInvitation:
    """A message of the outbox to that person."""
    return _outgoing_invitation(Message.model_validate(row.message), person, row.session_id)


def announced_start(row: OutboxRow) -> datetime:
    """When the session begins of which a message of the outbox tells."""
    return Message.model_validate(row.message).invitation.start


def render_ics(outgoing_invitation: OutgoingInvitation, deployment: Organisation) -> bytes:
    """The calendar object."""
    return ics_bytes(outgoing_invitation.message, outgoing_invitation.recipient, deployment)


def render_eml(
    outgoing_invitation: OutgoingInvitation, deployment: Organisation, reply_token: str, page: str
) -> bytes:
    """The mail, whose buttons all lead to the one page that asks before anything happens.

    A cancellation has no buttons; its `page` is not looked at.
    """
    links = ReplyLinks(accept=page, decline=page, propose=page)
    return eml_bytes(
        outgoing_invitation.message,
        outgoing_invitation.recipient,
        deployment,
        calendar=render_ics(outgoing_invitation, deployment),
        reply_token=reply_token,
        links=links,
    )


def current_invitation(row: SessionRow) -> Invitation:
    """A session as a person is invited to it now."""
    return Invitation(
        uid=row.uid,
        number=row.number,
        count=row.count,
        start=row.starts_at,
        end=row.ends_at,
    )


def _current_message(row: SessionRow) -> Message:
    confirmed = row.state is SessionState.CONFIRMED
    return Message(
        method=Method.REQUEST if confirmed else Method.CANCEL,
        invitation=current_invitation(row),
        sequence=row.sequence,
        stamp=row.changed_at,
        asks_again=False,
    )


def _outgoing_invitation(
    message: Message, person: PersonRow, session_id: str
) -> OutgoingInvitation:
    return OutgoingInvitation(
        message=message,
        person_id=person.id,
        session_id=session_id,
        name=person.name,
        address=person.email,
        timezone=person.timezone,
    )


def _outbox_message(row: OutboxRow, person: PersonRow) -> OutboxMessage:
    message = Message.model_validate(row.message)
    return OutboxMessage(
        id=row.id,
        plan_id=row.plan_id,
        session_id=row.session_id,
        to=person_summary(person),
        method=message.method,
        number=message.invitation.number,
        start=message.invitation.start,
        sequence=message.sequence,
        created_at=row.created_at,
        sent_at=row.sent_at,
    )
