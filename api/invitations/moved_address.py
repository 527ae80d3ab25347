"""Moving invitations to a person's new email address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session as Transaction

from api.invitations.event_messages import answer_to_event, draft_event_mail
from api.invitations.outgoing_invitation import ADDRESS, is_cancellation, stored_message
from api.invitations.release import release_sendable
from api.invitations.session_messages import answers_to
from api.mail.rows import SENT_STATES, MailKind, MailRow
from api.participants.group_rows import GroupInvitationRow
from api.participants.rows import PersonRow
from api.services import Services
from api.sessions.rows import SessionRow, SessionState
from coach.invitations import Message, Method, PartStat, Status


def move_invitations(tx: Transaction, services: Services, person_id: str, former: str) -> None:
    """Cancel a person's invitations at their former address, and send them to the new address.

    This affects upcoming sessions and group events to which the person was invited at the former
    address. The cancellation reaches the mail server before the invitation, and both messages
    increase SEQUENCE, so that a calendar that receives both keeps the session. The person keeps
    their reply. Nothing happens if the person now has no address, or has left. Messages are
    released at once if this server sends email.
    """
    now, person = services.now(), tx.get_one(PersonRow, person_id)
    if not former or not person.email or person.left_at is not None:
        return
    mails = [*_moved(tx, person, former, now), *_moved_events(tx, person, former, now)]
    tx.add_all(mails)
    tx.flush()
    release_sendable(tx, services, mails, now=now)


def _moved(tx: Transaction, person: PersonRow, former: str, now: datetime) -> Iterator[MailRow]:
    of_person = or_(SessionRow.coachee_id == person.id, SessionRow.coach_id == person.id)
    sessions = tx.scalars(
        select(SessionRow)
        .where(of_person, SessionRow.state == SessionState.CONFIRMED, SessionRow.starts_at > now)
        .order_by(SessionRow.starts_at, SessionRow.uid)
    ).all()
    answers = answers_to(tx, of_person)
    for session in sessions:
        last = _last_sent(tx, person.id, MailRow.session_id == session.id)
        if last is None or is_cancellation(last):
            continue
        answer = answers.get((session.id, person.id), PartStat.NEEDS_ACTION)
        for message in _messages(stored_message(last), session.sequence, answer, now):
            session.sequence, session.changed_at = message.sequence, now
            session.revision += 1
            is_cancelled = message.method is Method.CANCEL
            address = {ADDRESS: former} if is_cancelled else {}
            yield MailRow(
                kind=MailKind.MOVED_AWAY if is_cancelled else MailKind.INVITATION,
                cycle_id=person.cycle_id,
                person_id=person.id,
                session_id=session.id,
                occasion=session.revision,
                content=message.model_dump(mode="json") | address,
                created_at=now,
            )


def _moved_events(
    tx: Transaction, person: PersonRow, former: str, now: datetime
) -> Iterator[MailRow]:
    invitations = tx.scalars(
        select(GroupInvitationRow)
        .where(
            GroupInvitationRow.person_id == person.id,
            GroupInvitationRow.status == Status.CONFIRMED,
            GroupInvitationRow.starts_at > now,
        )
        .order_by(GroupInvitationRow.starts_at, GroupInvitationRow.id)
    ).all()
    for row in invitations:
        last = _last_sent(tx, person.id, MailRow.group_invitation_id == row.id)
        if last is None or is_cancellation(last):
            continue
        for message in _messages(stored_message(last), row.sequence, answer_to_event(row), now):
            row.sequence, row.changed_at = message.sequence, now
            row.revision += 1
            mail = draft_event_mail(row, message, person.cycle_id, now=now)
            if message.method is Method.CANCEL:
                mail.kind = MailKind.MOVED_AWAY
                mail.content = (mail.content or {}) | {ADDRESS: former}
            yield mail


def _last_sent(tx: Transaction, person_id: str, subject: ColumnElement[bool]) -> MailRow | None:
    return tx.scalar(
        select(MailRow)
        .where(
            MailRow.kind == MailKind.INVITATION,
            subject,
            MailRow.person_id == person_id,
            or_(MailRow.state.in_(SENT_STATES), MailRow.interrupted > 0),
        )
        .order_by(MailRow.occasion.desc())
        .limit(1)
    )


def _messages(
    last: Message, sequence: int, answer: PartStat, now: datetime
) -> tuple[Message, Message]:
    cancellation = Message(
        method=Method.CANCEL,
        invitation=last.invitation,
        sequence=sequence + 1,
        stamp=now,
        asks_again=False,
    )
    request = last.model_copy(
        update={
            "sequence": sequence + 2,
            "stamp": now,
            "asks_again": False,
            "before": None,
            "partstat": answer,
        }
    )
    return cancellation, request
