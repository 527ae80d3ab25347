"""JSON routes for group events, for the programme office and for invited people."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Response

from api.group_events import attendance, changes, own, reading
from api.group_events.attendance import AttendanceInput
from api.group_events.entered import GroupEventInput
from api.group_events.own import OwnEvent
from api.group_events.views import GroupEvent
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import MANAGER, PERSON, Permission, Permissions
from api.http.principal import TokenScope
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.http.versions import RequiredVersion, set_version
from api.sessions.replies import ReplyInput

GROUP_EVENTS = APIRouter(prefix=f"{API}/cycles/{{cycle_id}}/events", tags=["group events"])
OWN_EVENTS = APIRouter(prefix=f"{API}/me/events", tags=["group events"])


@GROUP_EVENTS.get("", operation_id="list_group_events", responses=problem_responses(404))
def list_events(cycle_id: str, services: ServicesDep) -> tuple[GroupEvent, ...]:
    """List a cycle's group events with everybody's replies, cancelled events last."""
    return reading.list_events(services, cycle_id).events


@GROUP_EVENTS.post(
    "",
    operation_id="create_group_event",
    status_code=HTTPStatus.CREATED,
    responses=problem_responses(404, 409, 422),
)
def create_event(
    cycle_id: str, entered: GroupEventInput, services: ServicesDep, response: Response
) -> GroupEvent:
    """Create a group event. The invitations wait among the messages until you release them."""
    return _versioned(changes.create_event(services, cycle_id, entered), response)


@GROUP_EVENTS.get("/{event_id}", operation_id="read_group_event", responses=problem_responses(404))
def read_event(
    cycle_id: str, event_id: str, services: ServicesDep, response: Response
) -> GroupEvent:
    """Get a group event with everybody's replies. `ETag` is its version."""
    return _versioned(reading.read_event(services, cycle_id, event_id).event, response)


@GROUP_EVENTS.put(
    "/{event_id}",
    operation_id="change_group_event",
    responses=problem_responses(404, 409, 412, 422, 428),
)
def change_event(
    cycle_id: str,
    event_id: str,
    entered: GroupEventInput,
    services: ServicesDep,
    *,
    version: RequiredVersion,
    response: Response,
) -> GroupEvent:
    """Change a group event. People are asked again only if a time changes."""
    changed = changes.change_event(services, cycle_id, event_id, entered, version=version)
    return _versioned(changed, response)


@GROUP_EVENTS.post(
    "/{event_id}/cancel",
    operation_id="cancel_group_event",
    responses=problem_responses(404, 409, 412, 428),
)
def cancel_event(
    cycle_id: str,
    event_id: str,
    services: ServicesDep,
    *,
    version: RequiredVersion,
    response: Response,
) -> GroupEvent:
    """Cancel a group event. The cancellations wait among the messages until you release them."""
    return _versioned(changes.cancel_event(services, cycle_id, event_id, version=version), response)


@GROUP_EVENTS.put(
    "/{event_id}/attendance",
    operation_id="record_group_attendance",
    responses=problem_responses(404, 409, 412, 422, 428),
)
def record_attendance(
    cycle_id: str,
    event_id: str,
    given: AttendanceInput,
    services: ServicesDep,
    *,
    version: RequiredVersion,
    response: Response,
) -> GroupEvent:
    """Record who attended a group event on one of its dates, once it has begun."""
    recorded = attendance.record_attendance(services, cycle_id, event_id, given, version=version)
    return _versioned(recorded, response)


@OWN_EVENTS.get("", operation_id="list_my_events", responses=problem_responses())
def list_my_events(services: ServicesDep, principal: PrincipalDep) -> tuple[OwnEvent, ...]:
    """List the group events to which you are or were invited."""
    return own.read_own_events(services, principal)


@OWN_EVENTS.put(
    "/{invitation_id}/reply",
    operation_id="reply_to_event",
    responses=problem_responses(404, 409, 422),
)
def reply_to_event(
    invitation_id: str, reply: ReplyInput, services: ServicesDep, principal: PrincipalDep
) -> OwnEvent:
    """Accept or decline a group event. The programme office sees your reply."""
    return own.reply_to_event(services, principal, invitation_id, reply)


def _versioned(event: GroupEvent, response: Response) -> GroupEvent:
    set_version(response, event.version)
    return event


ROUTERS = (GROUP_EVENTS, OWN_EVENTS)
_EVENTS = API + "/cycles/{cycle_id}/events"
_WRITE = Permission(MANAGER, scope=TokenScope.PEOPLE)
PERMISSIONS: Permissions = {
    ("GET", _EVENTS): Permission(MANAGER, audit_action="group events opened"),
    ("POST", _EVENTS): _WRITE,
    ("GET", _EVENTS + "/{event_id}"): Permission(MANAGER, audit_action="group events opened"),
    ("PUT", _EVENTS + "/{event_id}"): _WRITE,
    ("POST", _EVENTS + "/{event_id}/cancel"): _WRITE,
    ("PUT", _EVENTS + "/{event_id}/attendance"): _WRITE,
    ("GET", API + "/me/events"): Permission(PERSON, own_only=True),
    ("PUT", API + "/me/events/{invitation_id}/reply"): Permission(PERSON, own_only=True),
}
