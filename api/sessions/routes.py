"""JSON routes for schedules, individual sessions and replies."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import MANAGER, PERSON, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.lists.json_pages import JsonPageDep, set_total
from api.sessions import service as sessions
from api.sessions.replies import ReplyInput
from api.sessions.schedule import PersonSchedule
from api.sessions.session_details import SessionDetails

MY_SESSIONS = APIRouter(prefix=API, tags=["me"])
SCHEDULE = APIRouter(prefix=API, tags=["schedule"])
SESSIONS = APIRouter(prefix=f"{API}/sessions", tags=["sessions"])


@MY_SESSIONS.get("/me/sessions", responses=problem_responses(404))
def my_sessions(services: ServicesDep, principal: PrincipalDep) -> PersonSchedule:
    """List your own sessions, with times in your time zone."""
    return sessions.read_own_schedule(services, principal)


@SCHEDULE.get("/cycles/{cycle_id}/schedule", responses=problem_responses(404))
def cycle_schedule(
    cycle_id: str, services: ServicesDep, request: Request, response: Response, page: JsonPageDep
) -> tuple[SessionDetails, ...]:
    """List a cycle's published sessions with replies, in chronological order.

    Cancelled sessions are included.
    """
    found, total = sessions.read_cycle_schedule(services, cycle_id, page)
    set_total(request, response, page, total)
    return found


@SESSIONS.get("/{session_id}", responses=problem_responses(404))
def read_session(session_id: str, services: ServicesDep, principal: PrincipalDep) -> SessionDetails:
    """Get one session, with times in your time zone or, for managers, in the cycle's time zone."""
    return sessions.read_session(services, principal, session_id)


@SESSIONS.put("/{session_id}/reply", responses=problem_responses(404, 409, 422))
def reply(
    session_id: str, answer: ReplyInput, services: ServicesDep, principal: PrincipalDep
) -> SessionDetails:
    """Accept or decline a session. Use the comment to suggest another time."""
    return sessions.submit_reply(services, principal, session_id, answer)


ROUTERS = (MY_SESSIONS, SCHEDULE, SESSIONS)
PERMISSIONS: Permissions = {
    ("GET", API + "/me/sessions"): Permission(PERSON),
    ("GET", API + "/cycles/{cycle_id}/schedule"): Permission(
        MANAGER, audit_action="timetable opened"
    ),
    ("GET", API + "/sessions/{session_id}"): Permission(
        MANAGER | PERSON, own_only=True, audit_action="session opened"
    ),
    ("PUT", API + "/sessions/{session_id}/reply"): Permission(PERSON, own_only=True),
}
