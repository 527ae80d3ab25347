"""Replies: a person accepts or declines a session, or asks for another time."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.http.principal import AccessRole, Principal
from api.sessions.rows import ReplyRow, SessionState
from api.sessions.schedule import own_session, person_schedule, session_view
from api.sessions.session_details import SessionDetails
from api.values import FrozenModel
from coach.errors import ConflictError, NotAllowedError
from coach.feedback import LongText
from coach.sessions import Reply


class ReplyInput(FrozenModel):
    """An answer: `accepted`, or `declined` with, in `comment`, another time that would do."""

    reply: Literal[Reply.ACCEPTED, Reply.DECLINED]
    comment: LongText = ""


def submit_reply(
    tx: Transaction, principal: Principal, session_id: str, answer: ReplyInput, *, now: datetime
) -> SessionDetails:
    """Keep a person's answer to one of their sessions; a later answer replaces an earlier one.

    Raises:
        NotFoundError: there is no such session, or it is somebody else's.
        NotAllowedError: `principal` is nobody the session invites.
        ConflictError: the session is cancelled or over.
    """
    session = own_session(tx, principal, session_id)
    if principal.person_id is None:
        raise NotAllowedError("only the two people of a session reply to it")
    if session.state is SessionState.CANCELLED:
        raise ConflictError("the session is cancelled; no reply is needed")
    if session.ends_at <= now:
        raise ConflictError("the session is over; no reply is needed")
    row = tx.scalar(
        select(ReplyRow).where(
            ReplyRow.session_id == session_id, ReplyRow.person_id == principal.person_id
        )
    )
    if row is None:
        row = ReplyRow(session_id=session_id, person_id=principal.person_id)
        tx.add(row)
    row.reply, row.comment = answer.reply, answer.comment
    row.sequence, row.replied_at = session.sequence, now
    record_event(tx, f"session {answer.reply}", "session", session_id)
    return session_view(tx, principal, session_id)


def accept_pending(tx: Transaction, principal: Principal, *, now: datetime) -> int:
    """Accept every coming session of a person that waits for an answer; tells how many.

    Raises:
        NotAllowedError: `principal` is nobody whom sessions invite.
    """
    if principal.person_id is None:
        raise NotAllowedError("only people who have sessions reply to them")
    pending = [
        session.id
        for session in person_schedule(tx, principal.person_id).sessions
        if session.state is SessionState.CONFIRMED
        and session.end > now
        and _own_reply(session, principal) is Reply.NONE
    ]
    for session_id in pending:
        submit_reply(tx, principal, session_id, ReplyInput(reply=Reply.ACCEPTED), now=now)
    return len(pending)


def _own_reply(session: SessionDetails, principal: Principal) -> Reply | None:
    return session.coach_reply if principal.role is AccessRole.COACH else session.coachee_reply
