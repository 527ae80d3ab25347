"""Replies to sessions: accepting, declining and suggesting another time."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.http.principal import AccessRole, Principal
from api.sessions import facts
from api.sessions.rows import ReplyRow, SessionRow, SessionState
from api.sessions.schedule import person_schedule
from api.sessions.session_details import SessionDetails
from api.values import FrozenModel
from coach.errors import ConflictError, NotAllowedError
from coach.feedback import LongText
from coach.sessions import Reply


class ReplyInput(FrozenModel):
    """A reply: `accepted`, or `declined` with an optional `comment` that suggests another time."""

    reply: Literal[Reply.ACCEPTED, Reply.DECLINED]
    comment: LongText = ""


def store_reply(
    tx: Transaction,
    principal: Principal,
    session: SessionRow,
    reply: ReplyInput,
    *,
    now: datetime,
) -> None:
    """Store the principal's reply to one of their sessions, replacing any earlier reply.

    Raises:
        NotAllowedError: `principal` is not a coach or coachee.
        ConflictError: the session is cancelled or over.
    """
    if principal.person_id is None:
        raise NotAllowedError(facts.NOT_A_PARTICIPANT_OF_SESSION())
    if session.state is SessionState.CANCELLED:
        raise ConflictError(facts.CANCELLED_NO_REPLY())
    if session.ends_at <= now:
        raise ConflictError(facts.OVER_NO_REPLY())
    row = tx.scalar(
        select(ReplyRow).where(
            ReplyRow.session_id == session.id, ReplyRow.person_id == principal.person_id
        )
    )
    if row is None:
        row = ReplyRow(session_id=session.id, person_id=principal.person_id)
        tx.add(row)
    row.reply, row.comment = reply.reply, reply.comment
    row.sequence, row.replied_at = session.sequence, now
    record_event(tx, f"session {reply.reply}", "session", session.id)


def store_pending_acceptances(tx: Transaction, principal: Principal, *, now: datetime) -> int:
    """Accept all upcoming sessions to which the principal has not replied; return their number.

    Raises:
        NotAllowedError: `principal` is not a participant in a cycle.
    """
    if principal.person_id is None:
        raise NotAllowedError(facts.NOT_A_PARTICIPANT())
    pending = [
        session.id
        for session in person_schedule(tx, principal.person_id).sessions
        if session.state is SessionState.CONFIRMED
        and session.end > now
        and _own_reply(session, principal) is Reply.NONE
    ]
    rows = select(SessionRow).where(SessionRow.id.in_(pending)).order_by(SessionRow.starts_at)
    for session in tx.scalars(rows).all():
        store_reply(tx, principal, session, ReplyInput(reply=Reply.ACCEPTED), now=now)
    return len(pending)


def _own_reply(session: SessionDetails, principal: Principal) -> Reply | None:
    return session.coach_reply if principal.role is AccessRole.COACH else session.coachee_reply
