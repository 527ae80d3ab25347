"""Use cases for aides: viewing a coachee's upcoming sessions, and accepting or declining them.

An aide sees the time of a session and the coachee's reply, but not the other participant, topic,
place or comments. Other use cases for aides, such as those in `api.aides.another_time`, follow the
same pattern: they take the aide's principal, act as the principal that `coachee_of` returns, and
call `tell_coachee`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session as Transaction

from api.accounts.rows import CredentialRow
from api.aides.notices import EVENT_OF_REPLY, AideAct, answer_content, notify_of_answer
from api.http.principal import AccessRole, Principal
from api.participants.service import person_row
from api.rescheduling.open_proposals import SessionNotice, session_notices
from api.services import Services
from api.sessions.replies import ReplyInput, store_reply
from api.sessions.rows import SessionState
from api.sessions.schedule import own_session, person_schedule, session_details
from api.sessions.session_details import SessionDetails
from api.values import FrozenModel
from coach.sessions import Reply


class AideReply(FrozenModel):
    """An aide's answer to a session, without a comment."""

    reply: Literal[Reply.ACCEPTED, Reply.DECLINED]


class AideTime(FrozenModel):
    """The time of a session as an aide sees it, in the coachee's time zone.

    Attributes:
        cancelled: whether the session has been cancelled.
        can_move: whether the session is upcoming and confirmed, so that other times can be
            proposed.
        reply: the coachee's latest reply.
        own_proposal: whether there is an open proposal by the coachee, or by an aide on the
            coachee's behalf.
        other_proposal: whether there is an open proposal by the other participant.
    """

    id: str
    start: datetime
    end: datetime
    timezone: str
    cancelled: bool
    can_move: bool
    reply: Reply
    own_proposal: bool
    other_proposal: bool


class AideTimes(FrozenModel):
    """The upcoming sessions that an aide sees; `label` is the coachee's name for the aide."""

    label: str
    times: tuple[AideTime, ...]


def read_times(services: Services, principal: Principal) -> AideTimes:
    """Return the times of the coachee's sessions that have not ended, in chronological order."""
    now = services.now()
    with services.database.reading() as tx:
        sessions = person_schedule(tx, principal.person_id or "").sessions
        proposals = session_notices(tx, principal.person_id or "", now=now)
        coming = tuple(
            aide_time(session, proposals.get(session.id), now=now)
            for session in sessions
            if session.end > now
        )
        return AideTimes(label=label_of(tx, principal), times=coming)


def answer(services: Services, principal: Principal, session_id: str, given: AideReply) -> AideTime:
    """Accept or decline a session for the coachee, who is notified by email if the answer changes.

    Raises:
        NotFoundError: there is no such session, or it is not the coachee's.
        ConflictError: the session is cancelled or over, or the aide has sent too many answers
            today.
    """
    coachee = coachee_of(principal)
    with services.database.writing() as tx:
        session = own_session(tx, coachee, session_id)
        before = session_details(tx, coachee, session_id).coachee_reply
        reply = ReplyInput(reply=given.reply)
        store_reply(tx, services, coachee, session, reply, now=services.now())
        if before is not given.reply:
            act = AideAct(EVENT_OF_REPLY[given.reply], session.starts_at, session.ends_at)
            tell_coachee(tx, services, principal, act)
        tx.flush()
        return read_time(tx, services, coachee, session_id)


def read_time(tx: Transaction, services: Services, coachee: Principal, session_id: str) -> AideTime:
    """Return one session of a coachee as an aide sees it.

    Raises:
        NotFoundError: there is no such session, or it is not the coachee's.
    """
    now = services.now()
    notice = session_notices(tx, coachee.person_id or "", now=now).get(session_id)
    return aide_time(session_details(tx, coachee, session_id), notice, now=now)


def coachee_of(principal: Principal) -> Principal:
    """Return an unverified principal for the coachee on whose behalf an aide acts.

    The audit trail still names the aide, who is the principal of the transaction.

    Raises:
        ValueError: `principal` is not an aide.
    """
    if principal.role is not AccessRole.AIDE:
        raise ValueError(principal.role)
    return replace(principal, role=AccessRole.COACHEE, verification=None, device_id=None)


def tell_coachee(tx: Transaction, services: Services, principal: Principal, act: AideAct) -> None:
    """Notify a coachee by email of an aide's action; see `notify_of_answer`."""
    person = person_row(tx, principal.person_id or "")
    notify_of_answer(tx, services, person, answer_content(label_of(tx, principal), act))


def label_of(tx: Transaction, principal: Principal) -> str:
    """Return the name that the coachee gave the aide."""
    return tx.get_one(CredentialRow, principal.credential_id).label


def aide_time(session: SessionDetails, notice: SessionNotice | None, *, now: datetime) -> AideTime:
    """Return the details of a session that an aide may see: time, reply, and open proposals."""
    confirmed = session.state is SessionState.CONFIRMED
    return AideTime(
        id=session.id,
        start=session.start,
        end=session.end,
        timezone=session.timezone,
        cancelled=not confirmed,
        can_move=confirmed and session.start > now,
        reply=session.coachee_reply or Reply.NONE,
        own_proposal=notice is not None and notice.own_proposal,
        other_proposal=notice is not None and notice.other_proposal,
    )
