"""Use cases of sessions: reading schedules and single sessions, and replying."""

from __future__ import annotations

from api.http.principal import Principal
from api.services import Services
from api.sessions.replies import ReplyInput, store_pending_acceptances, store_reply
from api.sessions.schedule import (
    PersonSchedule,
    cycle_schedule,
    own_session,
    person_schedule,
    session_details,
)
from api.sessions.session_details import SessionDetails


def read_cycle_schedule(services: Services, cycle_id: str) -> tuple[SessionDetails, ...]:
    """Every session ever published in a cycle, in order of time, cancelled ones included.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        return cycle_schedule(tx, cycle_id)


def read_own_schedule(services: Services, principal: Principal) -> PersonSchedule:
    """The principal's own sessions, in order of time.

    Raises:
        NotFoundError: `principal` is not a person of a cycle.
    """
    with services.database.reading() as tx:
        return person_schedule(tx, principal.person_id or "")


def read_session(services: Services, principal: Principal, session_id: str) -> SessionDetails:
    """One session, for a manager or for one of its two people.

    Raises:
        NotFoundError: there is no such session, or it is somebody else's.
    """
    with services.database.reading() as tx:
        return session_details(tx, principal, session_id)


def submit_reply(
    services: Services, principal: Principal, session_id: str, reply: ReplyInput
) -> SessionDetails:
    """Store a person's reply to one of their sessions; it replaces an earlier one.

    Raises:
        NotFoundError: there is no such session, or it is somebody else's.
        NotAllowedError: `principal` is not invited to the session.
        ConflictError: the session is cancelled or over.
    """
    with services.database.writing() as tx:
        session = own_session(tx, principal, session_id)
        store_reply(tx, principal, session, reply, now=services.now())
        return session_details(tx, principal, session_id)


def accept_pending(services: Services, principal: Principal) -> int:
    """Accept every coming session that the person has not replied to; returns how many.

    Raises:
        NotAllowedError: `principal` is not a person of a cycle.
    """
    with services.database.writing() as tx:
        return store_pending_acceptances(tx, principal, now=services.now())
