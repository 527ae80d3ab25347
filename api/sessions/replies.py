"""Replies to sessions: accepting, declining and suggesting another time."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.http.principal import AccessRole, Principal
from api.participants.declined_times import forget_declined_time, remember_declined_time
from api.services import Services
from api.sessions import facts
from api.sessions.answer_notices import tell_other_participant
from api.sessions.rows import (
    ReplyHistoryRow,
    ReplyRow,
    ReplySource,
    SessionRow,
    SessionState,
)
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
    services: Services,
    principal: Principal,
    session: SessionRow,
    reply: ReplyInput,
    *,
    now: datetime,
    source: ReplySource = ReplySource.PAGE,
    stamp: datetime | None = None,
) -> None:
    """Store the principal's reply to one of their sessions, replacing any earlier reply.

    The other participant is notified of a decline, and of an acceptance after a decline. A declined
    time is stored: until the person accepts it, later runs and offers do not use it. The reply is
    also added to the history of replies. `now` is when the reply was received, and `stamp` when it
    was made; see `ReplyHistoryRow`.

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
    former = (
        row.reply if row.sequence is not None and row.sequence >= session.asked_sequence else None
    )
    row.reply, row.comment = reply.reply, reply.comment
    row.sequence, row.replied_at = session.sequence, now
    if reply.reply is Reply.DECLINED:
        remember_declined_time(tx, row.person_id, session.starts_at, session.ends_at, now=now)
    else:
        forget_declined_time(tx, row.person_id, session.starts_at, session.ends_at)
    if reply.reply is not former and Reply.DECLINED in {reply.reply, former}:
        tell_other_participant(tx, services, session, row.person_id, reply.reply, now=now)
    keep_reply(tx, row, source, stamp, counted=True)
    record_event(tx, f"session {reply.reply}", "session", session.id)


def keep_reply(
    tx: Transaction, reply: ReplyRow, source: ReplySource, stamp: datetime | None, *, counted: bool
) -> None:
    """Add a reply to the history of replies."""
    tx.add(
        ReplyHistoryRow(
            session_id=reply.session_id,
            person_id=reply.person_id,
            source=source,
            reply=reply.reply,
            comment=reply.comment,
            sequence=reply.sequence,
            received_at=reply.replied_at,
            stamp=stamp,
            counted=counted,
        )
    )


def store_pending_acceptances(
    tx: Transaction, services: Services, principal: Principal, *, now: datetime
) -> int:
    """Accept all upcoming sessions to which the principal has not replied; return how many.

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
        store_reply(tx, services, principal, session, ReplyInput(reply=Reply.ACCEPTED), now=now)
    return len(pending)


def _own_reply(session: SessionDetails, principal: Principal) -> Reply | None:
    return session.coach_reply if principal.role is AccessRole.COACH else session.coachee_reply
