"""Applies a message to its session, and stores it as draft emails to both participants."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session as Transaction

from api.cycles.service import cycle_row, policy_of
from api.invitations.outgoing_invitation import current_invitation
from api.mail.rows import MailKind, MailRow
from api.sessions.current_replies import IS_CURRENT
from api.sessions.rows import ReplyRow, SessionRow, SessionState
from coach.invitations import Message, Method, PartStat, SentInvitation, Status
from coach.sessions import Reply

Answers = Mapping[tuple[str, str], PartStat]
"""People's valid answers to sessions, keyed by session id and person id."""

PARTSTAT = {
    Reply.NONE: PartStat.NEEDS_ACTION,
    Reply.ACCEPTED: PartStat.ACCEPTED,
    Reply.DECLINED: PartStat.DECLINED,
}


def answers_to(tx: Transaction, sessions: ColumnElement[bool]) -> Answers:
    """Return the answers to the given sessions, excluding any that later changes invalidated.

    `sessions` is a condition on the columns of `SessionRow`.
    """
    replies = tx.scalars(
        select(ReplyRow)
        .join(SessionRow, SessionRow.id == ReplyRow.session_id)
        .where(sessions, IS_CURRENT)
    )
    return {(reply.session_id, reply.person_id): PARTSTAT[reply.reply] for reply in replies}


def last_sent(row: SessionRow) -> SentInvitation:
    """Return a session as last announced to its participants."""
    return SentInvitation(
        invitation=current_invitation(row),
        sequence=row.sequence,
        status=Status.CONFIRMED if row.state is SessionState.CONFIRMED else Status.CANCELLED,
    )


def apply_message(row: SessionRow, message: Message, *, now: datetime) -> None:
    """Update a session as `message` announces. The revision of an existing session increases."""
    invitation = message.invitation
    is_new = row.changed_at is None
    row.number, row.count = invitation.number, invitation.count
    row.starts_at, row.ends_at = invitation.start, invitation.end
    row.mode, row.place = invitation.mode, invitation.place
    row.join_link = invitation.join_link or ""
    row.sequence, row.changed_at = message.sequence, now
    row.revision = 0 if is_new else row.revision + 1
    row.state = (
        SessionState.CONFIRMED if message.method is Method.REQUEST else SessionState.CANCELLED
    )
    if message.asks_again:
        row.asked_sequence = message.sequence


def counter_cutoff(tx: Transaction, cycle_id: str) -> timedelta:
    """Return how long before a session its participants can still agree on another time."""
    hours = policy_of(cycle_row(tx, cycle_id)).sessions.reschedule_cutoff_hours
    return timedelta(hours=hours)


def draft_mails(
    row: SessionRow,
    message: Message,
    answers: Answers,
    *,
    plan_id: str | None,
    cutoff: timedelta,
    now: datetime,
) -> tuple[MailRow, MailRow]:
    """Return draft emails to the coachee and the coach about a message applied to their session.

    `answers` are the answers from before the change. `plan_id` is the plan whose publication causes
    the message, or `None`. Within `cutoff` before the session, calendars should not offer to
    propose another time.
    """
    is_late = message.invitation.start - now < cutoff
    message = message.model_copy(update={"refuses_counter": is_late})

    def to(person_id: str) -> MailRow:
        answer = answers.get((row.id, person_id), PartStat.NEEDS_ACTION)
        return MailRow(
            kind=MailKind.INVITATION,
            cycle_id=row.cycle_id,
            person_id=person_id,
            plan_id=plan_id,
            session_id=row.id,
            occasion=row.revision,
            content=message.answered(answer).model_dump(mode="json"),
            created_at=now,
        )

    return to(row.coachee_id), to(row.coach_id)
