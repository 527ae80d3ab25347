"""Use cases of aides: reading the times of a coachee's upcoming sessions, and answering them.

An aide sees neither with whom a session is, nor what it is about, where it takes place, or any
comment. Further actions of aides, such as proposing another time, belong here: they take the
aide's principal, act for the principal that `coachee_of` returns, and call `tell_coachee`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session as Transaction

from api.accounts.rows import CredentialRow
from api.aides.notices import EVENT_OF_REPLY, AideEvent, answer_content, notify_of_answer
from api.http.principal import AccessRole, Principal
from api.participants.service import person_row
from api.services import Services
from api.sessions.replies import ReplyInput, store_reply
from api.sessions.rows import SessionRow, SessionState
from api.sessions.schedule import own_session, person_schedule, session_details
from api.sessions.session_details import SessionDetails
from api.values import FrozenModel
from coach.sessions import Reply


class AideReply(FrozenModel):
    """An aide's answer to a session, without a comment."""

    reply: Literal[Reply.ACCEPTED, Reply.DECLINED]


class AideTime(FrozenModel):
    """The time of a session as an aide sees it, in the coachee's time zone.

    `cancelled` is whether the session has been cancelled, `reply` the coachee's latest answer.
    """

    id: str
    start: datetime
    end: datetime
    timezone: str
    cancelled: bool
    reply: Reply


class AideTimes(FrozenModel):
    """The upcoming sessions that an aide sees; `label` is the name that the coachee gave them."""

    label: str
    times: tuple[AideTime, ...]


def read_times(services: Services, principal: Principal) -> AideTimes:
    """Return the times of the sessions that have not ended, in chronological order."""
    now = services.now()
    with services.database.reading() as tx:
        sessions = person_schedule(tx, principal.person_id or "").sessions
        coming = tuple(_time(session) for session in sessions if session.end > now)
        return AideTimes(label=_label(tx, principal), times=coming)


def answer(services: Services, principal: Principal, session_id: str, given: AideReply) -> AideTime:
    """Accept or decline a session for the coachee, who is notified by email if the answer changes.

    Raises:
        NotFoundError: there is no such session, or it is not the coachee's.
        ConflictError: the session is cancelled or over, or too many answers were changed today.
    """
    coachee = coachee_of(principal)
    with services.database.writing() as tx:
        session = own_session(tx, coachee, session_id)
        before = session_details(tx, coachee, session_id).coachee_reply
        reply = ReplyInput(reply=given.reply)
        store_reply(tx, services, coachee, session, reply, now=services.now())
        if before is not given.reply:
            tell_coachee(tx, services, principal, session, EVENT_OF_REPLY[given.reply])
        tx.flush()
        return _time(session_details(tx, coachee, session_id))


def coachee_of(principal: Principal) -> Principal:
    """Return the coachee whom an aide answers for, unverified, to pass to use cases of sessions.

    The audit trail still names the aide, who is the principal of the transaction.

    Raises:
        ValueError: `principal` is not an aide.
    """
    if principal.role is not AccessRole.AIDE:
        raise ValueError(principal.role)
    return replace(principal, role=AccessRole.COACHEE, verification=None, device_id=None)


def tell_coachee(
    tx: Transaction,
    services: Services,
    principal: Principal,
    session: SessionRow,
    event: AideEvent,
) -> None:
    """Tell a coachee by email what an aide did; see `notify_of_answer`."""
    person = person_row(tx, principal.person_id or "")
    label = _label(tx, principal)
    content = answer_content(label, event, session.starts_at, session.ends_at)
    notify_of_answer(tx, services, person, content)


def _label(tx: Transaction, principal: Principal) -> str:
    return tx.get_one(CredentialRow, principal.credential_id).label


def _time(session: SessionDetails) -> AideTime:
    return AideTime(
        id=session.id,
        start=session.start,
        end=session.end,
        timezone=session.timezone,
        cancelled=session.state is not SessionState.CONFIRMED,
        reply=session.coachee_reply or Reply.NONE,
    )
