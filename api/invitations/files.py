"""Invitations as files: calendar objects (`.ics`), emails (`.eml`) and ZIP archives of emails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.calendar.wording import invitation_file_name
from api.database.existing_row import existing_row, no_such_row
from api.http.principal import AccessRole, Principal
from api.invitations import facts
from api.invitations.introduction import (
    OutgoingIntroduction,
    render_introduction,
    stored_introduction,
)
from api.invitations.outgoing_invitation import (
    OutgoingInvitation,
    coach_names,
    is_cancellation,
    latest_invitation,
    render_eml,
    render_ics,
    stored_invitation,
)
from api.invitations.pending import pending_rows
from api.invitations.session_messages import answers_to
from api.mail.rows import OUTBOX_KINDS, MailKind, MailRow
from api.participants.rows import PersonRow, Side
from api.participants.service import person_row
from api.personal_links import links
from api.services import Services
from api.sessions.rows import SessionRow
from api.sessions.schedule import own_session
from coach.errors import ConflictError
from coach.invitations import PartStat

OutgoingMail = OutgoingInvitation | OutgoingIntroduction
_OWN_SIDE = {AccessRole.COACH: Side.COACH, AccessRole.COACHEE: Side.COACHEE}


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """A calendar object as a downloadable file."""

    name: str
    media_type: str
    content: bytes


def session_calendar_file(
    services: Services, principal: Principal, session_id: str, side: Side | None = None
) -> CalendarFile:
    """Return a session in its current state as a calendar object for one of its participants.

    Coaches and coachees get the file addressed to them. Managers get the file addressed to the
    participant on `side`, by default the coachee.

    Raises:
        NotFoundError: there is no such session, or `principal` is not a participant.
    """
    with services.database.reading() as tx:
        row = own_session(tx, principal, session_id)
        recipient_side = _OWN_SIDE.get(principal.role) or side or Side.COACHEE
        person = person_row(tx, row.coach_id if recipient_side is Side.COACH else row.coachee_id)
        answer = answers_to(tx, SessionRow.id == row.id).get(
            (row.id, person.id), PartStat.NEEDS_ACTION
        )
        invitation = latest_invitation(
            row, person, answer, coach_names(tx, SessionRow.id == row.id)
        )
    return CalendarFile(
        name=invitation_file_name(invitation.message.invitation, ".ics"),
        media_type=f"text/calendar; method={invitation.message.method}; charset=utf-8",
        content=render_ics(invitation, services),
    )


def outbox_mail(services: Services, message_id: str) -> bytes:
    """Return an outbox message as a ready-to-send email.

    Raises:
        NotFoundError: there is no such message.
        ConflictError: the message is not a cancellation and its recipient has no working secret
            link; or it is an introduction to a person without upcoming sessions.
    """
    with services.database.reading() as tx:
        row = existing_row(tx, MailRow, message_id, "message")
        if row.kind not in OUTBOX_KINDS:
            raise no_such_row(message_id, "message")
        outgoing = outgoing_mail(tx, row, person_row(tx, row.person_id), None)
        secret = ""
        if not is_cancellation(row):
            secret = links.link_of(tx, services.keyring, row.person_id, now=services.now()).secret
    return render_outgoing(outgoing, services, secret)


def export_pending(services: Services, cycle_id: str) -> Iterator[tuple[str, bytes]]:
    """Yield a cycle's sendable pending messages, as pairs of a file name and a complete email.

    Emails to the same person are consecutive, oldest first, and each is rendered when it is
    requested. Messages remain pending until they are marked as sent. The export is recorded in the
    audit trail because it contains all recipients' addresses and secret links.

    Raises:
        NotFoundError: there is no such cycle.
    """
    now = services.now()
    with services.database.writing() as tx:
        rows = pending_rows(
            tx, cycle_id, now=now, mail_enabled=services.settings.mail.enabled
        ).sendable
        people = {
            row.id: row
            for row in tx.scalars(select(PersonRow).where(PersonRow.cycle_id == cycle_id))
        }
        secrets = links.link_secrets(tx, services.keyring, people, now=now)
        record_event(tx, "messages exported", "cycle", cycle_id, messages=len(rows))
        coaches = coach_names(tx, SessionRow.cycle_id == cycle_id)
        mails = [
            (outgoing_mail(tx, row, people[row.person_id], coaches), secrets.get(row.person_id, ""))
            for row in rows
        ]
    return (
        (_mail_file_name(number, outgoing), render_outgoing(outgoing, services, secret))
        for number, (outgoing, secret) in enumerate(mails, start=1)
        if isinstance(outgoing, OutgoingInvitation) or outgoing.sessions
    )


def outgoing_mail(
    tx: Transaction, row: MailRow, person: PersonRow, coaches: Mapping[str, str] | None
) -> OutgoingMail:
    """Return the introduction, invitation or cancellation in an email to `person`.

    `coaches` contains the coaches' names, keyed by session; `None` to look them up.
    """
    if row.kind is MailKind.INTRODUCTION:
        return stored_introduction(tx, row, person)
    if coaches is None:
        coaches = coach_names(tx, SessionRow.id == row.session_id)
    return stored_invitation(row, person, coaches)


def render_outgoing(
    outgoing: OutgoingMail, services: Services, secret: str, reply_token: str | None = None
) -> bytes:
    """Render an introduction, invitation or cancellation, using the link secret `secret`.

    `reply_token` replaces the token by which the recipient's replies are recognised.

    Raises:
        ConflictError: the message is an introduction to a person without upcoming sessions.
    """
    if isinstance(outgoing, OutgoingInvitation):
        return render_eml(outgoing, services, secret, reply_token)
    if not outgoing.sessions:
        raise ConflictError(facts.NO_COMING_SESSIONS())
    return render_introduction(outgoing, services, secret, reply_token)


def _mail_file_name(number: int, outgoing: OutgoingMail) -> str:
    """Return a file name without the recipient's name, such as `0001-invitation-session-2.eml`."""
    if isinstance(outgoing, OutgoingIntroduction):
        return f"{number:04}-introduction.eml"
    kind = "invitation" if outgoing.needs_link else "cancellation"
    invitation = outgoing.message.invitation
    if invitation.event is not None:
        return f"{number:04}-{kind}-group-session.eml"
    return f"{number:04}-{kind}-session-{invitation.number}.eml"
