"""An invitation or cancellation to one person, and its calendar object and mail."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from api.calendar.eml import ReplyLinks, eml_bytes
from api.calendar.ics import ics_bytes
from api.calendar.recipient import Recipient
from api.http.urls import person_session
from api.invitations.rows import OutboxRow
from api.organisation import Organisation
from api.participants.rows import PersonRow
from api.services import Services
from api.sessions.rows import SessionRow, SessionState
from api.values import FrozenModel
from coach.invitations import Invitation, Message, Method


class OutgoingInvitation(FrozenModel):
    """A message to one person about one session, ready to be rendered."""

    message: Message
    person_id: str
    session_id: str
    name: str
    address: str
    timezone: str

    @property
    def needs_link(self) -> bool:
        """Whether its mail has buttons that lead to the person's page; a cancellation has none."""
        return self.message.method is Method.REQUEST

    @property
    def recipient(self) -> Recipient:
        """The person it is addressed to."""
        return Recipient(name=self.name, address=self.address, zone=ZoneInfo(self.timezone))


def stored_invitation(row: OutboxRow, person: PersonRow) -> OutgoingInvitation:
    """A message of the outbox."""
    return _outgoing_invitation(Message.model_validate(row.message), person, row.session_id)


def latest_invitation(row: SessionRow, person: PersonRow) -> OutgoingInvitation:
    """The message that describes a session as it is now: a request, or a cancellation."""
    confirmed = row.state is SessionState.CONFIRMED
    message = Message(
        method=Method.REQUEST if confirmed else Method.CANCEL,
        invitation=current_invitation(row),
        sequence=row.sequence,
        stamp=row.changed_at,
        asks_again=False,
    )
    return _outgoing_invitation(message, person, row.id)


def current_invitation(row: SessionRow) -> Invitation:
    """A session as its people are invited to it now."""
    return Invitation(
        uid=row.uid,
        number=row.number,
        count=row.count,
        start=row.starts_at,
        end=row.ends_at,
    )


def render_ics(outgoing_invitation: OutgoingInvitation, deployment: Organisation) -> bytes:
    """The calendar object (RFC 5545)."""
    return ics_bytes(outgoing_invitation.message, outgoing_invitation.recipient, deployment)


def render_eml(
    outgoing_invitation: OutgoingInvitation, services: Services, message_id: str, secret: str
) -> bytes:
    """The mail of the outbox message `message_id`, with the calendar object attached.

    All buttons lead to the person's page about the session, behind the secret link `secret`. A
    cancellation has no buttons and needs no secret.
    """
    deployment = services.settings.deployment
    page = services.settings.base_url + person_session(secret, outgoing_invitation.session_id)
    return eml_bytes(
        outgoing_invitation.message,
        outgoing_invitation.recipient,
        deployment,
        calendar=render_ics(outgoing_invitation, deployment),
        reply_token=services.keyring.reply_token(message_id),
        links=ReplyLinks(accept=page, decline=page, propose=page),
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
