"""Invitations and cancellations for one person, rendered as calendar objects and emails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session as Transaction

from api.calendar.eml import ReplyLinks, eml_bytes
from api.calendar.ics import ics_bytes
from api.calendar.recipient import Recipient
from api.http import urls
from api.mail.rows import MailKind, MailRow
from api.organisation import Organisation
from api.participants.rows import PersonRow, Side
from api.services import Services
from api.sessions.rows import SessionRow, SessionState
from api.texts.reader_language import mail_renderer
from api.values import FrozenModel
from coach.invitations import Invitation, Message, Method, PartStat

ADDRESS = "address"  # key of the content of an email to a former address


class OutgoingInvitation(FrozenModel):
    """A message to one person about one session or group event, ready to be rendered.

    Either `session_id` or `group_invitation_id` is empty. `coach_name` is the name of the coach if
    the recipient is the coachee, otherwise `None`. `has_moved` is true if the message cancels an
    invitation at a former address. `attach_ics` is true if emails to the recipient contain calendar
    objects, provided that the deployment attaches them.
    """

    message: Message
    person_id: str
    session_id: str
    group_invitation_id: str = ""
    name: str
    address: str
    timezone: str
    coach_name: str | None = None
    has_moved: bool = False
    attach_ics: bool = True

    @property
    def needs_link(self) -> bool:
        """Whether the email has buttons that link to the recipient's page.

        Cancellations have none.
        """
        return self.message.method is Method.REQUEST

    def named_message(self, deployment: Organisation) -> Message:
        """Return the message, including the coach's name if the deployment allows it."""
        if self.coach_name is None or not deployment.names_coach:
            return self.message
        invitation = self.message.invitation.model_copy(update={"with_name": self.coach_name})
        return self.message.model_copy(update={"invitation": invitation})

    @property
    def recipient(self) -> Recipient:
        """The recipient of the message."""
        return Recipient(name=self.name, address=self.address, zone=ZoneInfo(self.timezone))


def stored_message(mail: MailRow) -> Message:
    """Return the invitation or cancellation in an email."""
    content = mail.content or {}
    return Message.model_validate({key: content[key] for key in content if key != ADDRESS})


def is_cancellation(mail: MailRow) -> bool:
    """Return whether an email is a cancellation, which has no link."""
    return mail.content is not None and mail.content["method"] == Method.CANCEL


def without_place(content: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return an email's content with the session's place and link removed, for erasure."""
    if content is None:
        return None
    redacted = dict(content)
    for name in ("invitation", "before"):
        if redacted.get(name):
            redacted[name] = redacted[name] | {"place": "", "join_link": None}
    return redacted


def coach_names(tx: Transaction, sessions: ColumnElement[bool]) -> dict[str, str]:
    """Return the names of the given sessions' coaches, keyed by session id.

    `sessions` is a condition on the columns of `SessionRow`.
    """
    names = tx.execute(
        select(SessionRow.id, PersonRow.name)
        .join(PersonRow, PersonRow.id == SessionRow.coach_id)
        .where(sessions)
    )
    return {row.id: row.name for row in names}


def stored_invitation(
    mail: MailRow, person: PersonRow, coaches: Mapping[str, str]
) -> OutgoingInvitation:
    """Return the invitation or cancellation in an email to `person`.

    `coaches` contains the coaches' names, keyed by session.
    """
    outgoing = _outgoing_invitation(
        stored_message(mail), person, mail.session_id or "", coaches
    ).model_copy(update={"group_invitation_id": mail.group_invitation_id or ""})
    if mail.kind is not MailKind.MOVED_AWAY:
        return outgoing
    return outgoing.model_copy(update={"address": (mail.content or {})[ADDRESS], "has_moved": True})


def latest_invitation(
    row: SessionRow, person: PersonRow, partstat: PartStat, coaches: Mapping[str, str]
) -> OutgoingInvitation:
    """Return a request or cancellation to `person` with the current state of a session.

    `partstat` is the person's current answer, and `coaches` contains the coaches' names, keyed by
    session.
    """
    confirmed = row.state is SessionState.CONFIRMED
    message = Message(
        method=Method.REQUEST if confirmed else Method.CANCEL,
        invitation=current_invitation(row),
        sequence=row.sequence,
        stamp=row.changed_at,
        asks_again=False,
        partstat=partstat,
    )
    return _outgoing_invitation(message, person, row.id, coaches)


def current_invitation(row: SessionRow) -> Invitation:
    """Return a session's current state as an invitation."""
    return Invitation(
        uid=row.uid,
        number=row.number,
        count=row.count,
        start=row.starts_at,
        end=row.ends_at,
        join_link=row.join_link or None,
        mode=row.mode,
        place=row.place,
    )


def render_ics(
    outgoing_invitation: OutgoingInvitation, services: Services, reply_token: str | None = None
) -> bytes:
    """Render the calendar object (RFC 5545)."""
    return ics_bytes(
        outgoing_invitation.named_message(services.settings.deployment),
        _recipient(outgoing_invitation, services, reply_token),
        services.settings.deployment,
        mail_renderer(services),
    )


def render_eml(
    outgoing_invitation: OutgoingInvitation,
    services: Services,
    secret: str,
    reply_token: str | None = None,
) -> bytes:
    """Render the message as an email.

    The calendar object is attached unless the deployment or the recipient has turned this off.

    The buttons link to the recipient's pages on which they accept, decline or ask for another time,
    using the link secret `secret`. Cancellations have no buttons and need no secret. `reply_token`
    replaces the token by which the recipient's replies are recognised.
    """
    deployment = services.settings.deployment
    calendar = render_ics(outgoing_invitation, services, reply_token)
    return eml_bytes(
        outgoing_invitation.named_message(deployment),
        _recipient(outgoing_invitation, services, reply_token),
        deployment,
        mail_renderer(services),
        calendar=calendar if deployment.attach_ics and outgoing_invitation.attach_ics else None,
        reply_token=reply_token or services.keyring.reply_token(outgoing_invitation.person_id),
        links=_reply_links(services.settings.base_url, secret, outgoing_invitation),
        has_moved=outgoing_invitation.has_moved,
    )


def _recipient(
    outgoing_invitation: OutgoingInvitation, services: Services, reply_token: str | None
) -> Recipient:
    token = reply_token or services.keyring.reply_token(outgoing_invitation.person_id)
    organiser = services.settings.deployment.organiser_for(token)
    return replace(outgoing_invitation.recipient, organiser=organiser)


def _reply_links(server: str, secret: str, outgoing: OutgoingInvitation) -> ReplyLinks:
    session_id = outgoing.session_id
    if outgoing.group_invitation_id:
        page = server + urls.person_event(secret, outgoing.group_invitation_id)
        return ReplyLinks(
            accept=f"{page}/accept",
            decline=f"{page}/decline",
            propose=f"{page}/another-time",
            calendar=f"{page}/invitation.ics",
        )
    return ReplyLinks(
        accept=server + urls.person_session_accept(secret, session_id),
        decline=server + urls.person_session_decline(secret, session_id),
        propose=server + urls.person_session_another_time(secret, session_id),
        calendar=f"{server}{urls.person_session(secret, session_id)}/invitation.ics",
    )


def _outgoing_invitation(
    message: Message, person: PersonRow, session_id: str, coaches: Mapping[str, str]
) -> OutgoingInvitation:
    return OutgoingInvitation(
        message=message,
        person_id=person.id,
        session_id=session_id,
        name=person.name,
        address=person.email,
        timezone=person.timezone,
        attach_ics=person.attach_ics,
        coach_name=coaches.get(session_id) if person.side is Side.COACHEE else None,
    )
