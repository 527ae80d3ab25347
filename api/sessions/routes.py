"""A person's sessions, and one session: its invitation, the replies, and what is said of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.calendar.wording import invitation_file_name
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import MANAGER, PERSON, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.invitations import outbox as messages
from api.participants.rows import Side
from api.sessions import replies, schedule
from api.sessions.replies import ReplyInput
from api.sessions.schedule import PersonSchedule
from api.sessions.session_details import SessionDetails

MY_SESSIONS = APIRouter(prefix=API, tags=["me"])
SESSIONS = APIRouter(prefix=f"{API}/sessions", tags=["sessions"])
INVITATION = APIRouter(prefix=f"{API}/sessions", tags=["invitations"])
ICS = "text/calendar"


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


@INVITATION.get(
    "/{session_id}/invitation.ics",
    responses=problem_responses(404) | {200: {"content": {ICS: {}}}},
    response_class=Response,
)
def invitation(
    session_id: str,
    services: ServicesDep,
    principal: PrincipalDep,
    side: Annotated[Side | None, Query(description="For managers: whose invitation.")] = None,
) -> Response:
    """The session as a calendar object: a request, or a cancellation where it was cancelled."""
    with services.database.reading() as tx:
        outgoing_invitation = messages.session_invitation(tx, principal, session_id, side)
    name = invitation_file_name(outgoing_invitation.message.invitation, ".ics")
    return Response(
        messages.render_ics(outgoing_invitation, services.settings.deployment),
        media_type=f"{ICS}; method={outgoing_invitation.message.method}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


ROUTERS = (
    MY_SESSIONS,
    SESSIONS,
    INVITATION,
)
PERMISSIONS: Permissions = {
    ("GET", API + "/me/sessions"): Permission(PERSON),
    ("GET", API + "/sessions/{session_id}"): Permission(
        MANAGER | PERSON, own_only=True, audit_action="session opened"
    ),
    ("PUT", API + "/sessions/{session_id}/reply"): Permission(PERSON, own_only=True),
    ("GET", API + "/sessions/{session_id}/invitation.ics"): Permission(
        MANAGER | PERSON, own_only=True, audit_action="session opened"
    ),
}
