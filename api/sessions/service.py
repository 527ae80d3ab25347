"""Use cases for reading schedules and sessions, and for replying."""

from __future__ import annotations

from api.http.principal import Principal
from api.lists.json_pages import JsonPage
from api.services import Services
from api.sessions.replies import ReplyInput, store_pending_acceptances, store_reply
from api.sessions.reply_history import KeptReply, reply_history
from api.sessions.schedule import (
    PersonSchedule,
    cycle_schedule,
    own_schedule,
    own_session,
    session_details,
    session_ids,
    sessions_by_id,
)
from api.sessions.session_details import SessionDetails


def read_cycle_schedule(
    services: Services, cycle_id: str, page: JsonPage
) -> tuple[tuple[SessionDetails, ...], int]:
    """Return a page of a cycle's published sessions in chronological order, and the total number.

    Cancelled sessions are included.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        if page.limit is None:
            sessions = cycle_schedule(tx, cycle_id)
            return tuple(page.of(sessions)), len(sessions)
        ids = session_ids(tx, cycle_id)
        return sessions_by_id(tx, cycle_id, page.of(ids)), len(ids)


def read_own_schedule(services: Services, principal: Principal) -> PersonSchedule:
    """Return the principal's own sessions in chronological order.

    Raises:
        NotFoundError: `principal` is not a participant in a cycle.
    """
    with services.database.reading() as tx:
        return own_schedule(tx, principal)


def read_session(services: Services, principal: Principal, session_id: str) -> SessionDetails:
    """Return a session as shown to `principal`, a manager or one of its two participants.

    Raises:
        NotFoundError: there is no such session, or `principal` may not see it.
    """
    with services.database.reading() as tx:
        return session_details(tx, principal, session_id)


def read_reply_history(services: Services, session_id: str) -> tuple[KeptReply, ...]:
    """Return all replies to a session in order of receipt."""
    with services.database.reading() as tx:
        return reply_history(tx, session_id)


def submit_reply(
    services: Services, principal: Principal, session_id: str, reply: ReplyInput
) -> SessionDetails:
    """Store the principal's reply to one of their sessions, replacing any earlier reply.

    Returns the session as shown to the principal.

    Raises:
        NotFoundError: there is no such session, or `principal` may not see it.
        NotAllowedError: `principal` is not a participant in the session.
        ConflictError: the session is cancelled or over.
    """
    with services.database.writing() as tx:
        session = own_session(tx, principal, session_id)
        store_reply(tx, services, principal, session, reply, now=services.now())
        return session_details(tx, principal, session_id)


def accept_pending(services: Services, principal: Principal) -> int:
    """Accept all upcoming sessions to which the principal has not replied; return how many.

    Raises:
        NotAllowedError: `principal` is not a participant in a cycle.
    """
    with services.database.writing() as tx:
        return store_pending_acceptances(tx, services, principal, now=services.now())
