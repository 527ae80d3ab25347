"""Applies a message to a person's invitation to a group event, and drafts it as an email."""

from __future__ import annotations

from datetime import datetime

from api.invitations.outgoing_invitation import OutgoingInvitation
from api.invitations.session_messages import PARTSTAT
from api.mail.rows import MailKind, MailRow
from api.participants.group_rows import GroupInvitationRow
from api.participants.rows import PersonRow
from coach.invitations import Invitation, Message, Method, PartStat, SentInvitation, Status
from coach.sessions import Reply


def current_reply(row: GroupInvitationRow) -> Reply:
    """Return the person's reply, or `NONE` if the person has been asked again since."""
    return row.reply if row.reply_sequence >= row.asked_sequence else Reply.NONE


def answer_to_event(row: GroupInvitationRow) -> PartStat:
    """Return the person's current reply as a participation status (PARTSTAT, RFC 5545)."""
    return PARTSTAT[current_reply(row)]


def announced_invitation(row: GroupInvitationRow, uid: str) -> Invitation:
    """Return an invitation as last announced. `uid` is the UID of the event on this date."""
    return Invitation(
        uid=uid,
        number=1,
        count=1,
        start=row.starts_at,
        end=row.ends_at,
        join_link=row.join_link or None,
        place=row.place,
        event=row.kind,
        first_day=row.first_day,
        last_day=row.last_day,
        is_required=row.is_required,
    )


def sent_to_person(row: GroupInvitationRow, uid: str) -> SentInvitation:
    """Return the invitation last sent to the person, with their reply."""
    return SentInvitation(
        invitation=announced_invitation(row, uid),
        sequence=row.sequence,
        status=row.status,
        partstat=answer_to_event(row),
    )


def apply_event_message(row: GroupInvitationRow, message: Message, *, now: datetime) -> None:
    """Update an invitation as `message` announces, and increase the revision of an existing one."""
    invitation = message.invitation
    row.kind, row.is_required = invitation.event or row.kind, invitation.is_required
    row.starts_at, row.ends_at = invitation.start, invitation.end
    row.first_day, row.last_day = invitation.first_day, invitation.last_day
    row.place, row.join_link = invitation.place, invitation.join_link or ""
    row.revision = 0 if row.changed_at is None else row.revision + 1
    row.sequence, row.status, row.changed_at = message.sequence, message.status, now
    if message.asks_again:
        row.asked_sequence = message.sequence


def latest_event_invitation(
    row: GroupInvitationRow, uid: str, person: PersonRow
) -> OutgoingInvitation:
    """Return a request or cancellation to `person` with the current state of an invitation."""
    confirmed = row.status is Status.CONFIRMED
    message = Message(
        method=Method.REQUEST if confirmed else Method.CANCEL,
        invitation=announced_invitation(row, uid),
        sequence=row.sequence,
        stamp=row.changed_at,
        asks_again=False,
        partstat=answer_to_event(row),
        refuses_counter=True,
    )
    return OutgoingInvitation(
        message=message,
        person_id=person.id,
        session_id="",
        group_invitation_id=row.id,
        name=person.name,
        address=person.email,
        timezone=person.timezone,
        attach_ics=person.attach_ics,
    )


def draft_event_mail(
    row: GroupInvitationRow, message: Message, cycle_id: str, *, now: datetime
) -> MailRow:
    """Return a draft email about a message applied to the invitation.

    The email asks calendars not to offer counter-proposals, because the office sets the time for
    everybody.
    """
    content = message.model_copy(update={"refuses_counter": True})
    return MailRow(
        kind=MailKind.INVITATION,
        cycle_id=cycle_id,
        person_id=row.person_id,
        group_invitation_id=row.id,
        occasion=row.revision,
        content=content.model_dump(mode="json"),
        created_at=now,
    )
