"""A person's sessions, and one session: its invitation, the replies, and what is said of it."""

from __future__ import annotations

from fastapi import APIRouter

from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import MANAGER, PERSON, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.sessions import replies, schedule
from api.sessions.replies import ReplyInput
from api.sessions.schedule import PersonSchedule
from api.sessions.session_details import SessionDetails

MY_SESSIONS = APIRouter(prefix=API, tags=["me"])
SESSIONS = APIRouter(prefix=f"{API}/sessions", tags=["sessions"])


@MY_SESSIONS.get("/me/sessions", responses=problem_responses(404))
def my_sessions(services: ServicesDep, principal: PrincipalDep) -> PersonSchedule:
    """Your own sessions, in your time zone."""
    with services.database.reading() as tx:
        return schedule.person_schedule(tx, principal.person_id or "")


@SESSIONS.get("/{session_id}", responses=problem_responses(404))
def read_session(session_id: str, services: ServicesDep, principal: PrincipalDep) -> SessionDetails:
    """One session, its times in the zone of whoever asks."""
    with services.database.reading() as tx:
        return schedule.session_view(tx, principal, session_id)


@SESSIONS.put("/{session_id}/reply", responses=problem_responses(404, 409, 422))
def reply(
    session_id: str, answer: ReplyInput, services: ServicesDep, principal: PrincipalDep
) -> SessionDetails:
    """Accept or decline; another time that would do goes into the comment."""
    with services.database.writing() as tx:
        return replies.submit_reply(tx, principal, session_id, answer, now=services.now())


ROUTERS = (
    MY_SESSIONS,
    SESSIONS,
)
PERMISSIONS: Permissions = {
    ("GET", API + "/me/sessions"): Permission(PERSON),
    ("GET", API + "/sessions/{session_id}"): Permission(
        MANAGER | PERSON, own_only=True, audit_action="session opened"
    ),
    ("PUT", API + "/sessions/{session_id}/reply"): Permission(PERSON, own_only=True),
}
