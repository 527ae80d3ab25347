"""Finds the person and the session that an incoming email is about."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session as Transaction

from api.calendar.eml import message_token
from api.invitations.outgoing_invitation import stored_message
from api.mail.rows import MailKind, MailRow
from api.participants.group_rows import GroupInvitationRow
from api.participants.notices import known_addresses
from api.participants.rows import PersonRow
from api.replies.event_order import invitation_by_uid
from api.replies.reading.incoming_mail import IncomingMail
from api.replies.sender import TokenIndex, tokens_in
from api.sessions.rows import SessionRow

_MAX_PEOPLE = 20  # people with the same address, who may be one human in several cycles


@dataclass(frozen=True, slots=True)
class Attribution:
    """A person, one of their sessions, and the sequence of the message that they answer.

    `event` is the person's invitation to a group event, if the email is about a group event instead
    of a session. `is_certain` is false if the email only claims to be from the person.
    """

    person: PersonRow | None = None
    session: SessionRow | None = None
    event: GroupInvitationRow | None = None
    sequence: int | None = None
    is_certain: bool = False


def attribute(
    tx: Transaction, index: TokenIndex, mail: IncomingMail, *, now: datetime
) -> Attribution:
    """Return the person who sent a reply by email, and the session concerned.

    The person is identified by a token or, if there is none, by the address of the only attendee or
    of the sender. An address is certain only if the receiving mail server has authenticated it.
    """
    token_owner = index.person_of(tokens_in(mail.recipients))
    if token_owner is not None:
        people: Sequence[PersonRow] = [tx.get_one(PersonRow, token_owner)]
    elif mail.answer is not None and len(mail.answer.attendees) == 1:
        claimed = mail.answer.attendees[0].address
        certain = mail.is_authenticated and mail.sender == claimed
        return _session_of(tx, people_at(tx, claimed), mail, is_certain=certain, now=now)
    else:
        people = people_at(tx, mail.sender)
    certain = token_owner is not None or mail.is_authenticated
    return _session_of(tx, people, mail, is_certain=certain, now=now)


def people_at(tx: Transaction, address: str) -> list[PersonRow]:
    """Return up to `_MAX_PEOPLE` people with this address who have not left, ordered by id."""
    if not address:
        return []
    rows = (
        select(PersonRow)
        .where(func.lower(PersonRow.email) == address, PersonRow.left_at.is_(None))
        .order_by(PersonRow.id)
        .limit(_MAX_PEOPLE)
    )
    return list(tx.scalars(rows))


def _session_of(
    tx: Transaction,
    people: Sequence[PersonRow],
    mail: IncomingMail,
    *,
    is_certain: bool,
    now: datetime,
) -> Attribution:
    """Return the person, and the session or group event, that the email is about."""
    for person in people:
        session, event, sequence = None, None, None
        if mail.answer is not None:
            session, sequence = _by_uid(tx, person, mail.answer.uid), mail.answer.sequence
            event = invitation_by_uid(tx, person.id, mail.answer.uid)
        elif found := _by_reference(tx, person, mail.references, now=now):
            session, event, sequence = found
        if session is not None or event is not None:
            return Attribution(person, session, event, sequence, is_certain)
    return Attribution(people[0] if len(people) == 1 else None, is_certain=is_certain)


def _by_uid(tx: Transaction, person: PersonRow, uid: str) -> SessionRow | None:
    return tx.scalar(
        select(SessionRow).where(
            SessionRow.cycle_id == person.cycle_id,
            SessionRow.uid == uid,
            or_(SessionRow.coachee_id == person.id, SessionRow.coach_id == person.id),
        )
    )


def _by_reference(
    tx: Transaction, person: PersonRow, references: Sequence[str], *, now: datetime
) -> tuple[SessionRow | None, GroupInvitationRow | None, int] | None:
    """Return the session or group event whose invitation has one of the ids, and its sequence."""
    row = invitation_with(tx, person, {one.partition("@")[0] for one in references}, now=now)
    if row is None:
        return None
    session = None if row.session_id is None else tx.get_one(SessionRow, row.session_id)
    event_id = row.group_invitation_id
    event = None if event_id is None else tx.get_one(GroupInvitationRow, event_id)
    return session, event, stored_message(row).sequence


def invitation_with(
    tx: Transaction, person: PersonRow, tokens: Collection[str], *, now: datetime
) -> MailRow | None:
    """Return the person's invitation whose Message-ID begins with one of the tokens."""
    if not tokens:
        return None
    addresses = {person.email, *known_addresses(tx, person, now=now)}
    mails = select(MailRow).where(
        MailRow.person_id == person.id,
        MailRow.kind == MailKind.INVITATION,
        or_(MailRow.session_id.is_not(None), MailRow.group_invitation_id.is_not(None)),
    )
    for row in tx.scalars(mails):
        message = stored_message(row)
        if any(message_token(message, address) in tokens for address in addresses):
            return row
    return None
