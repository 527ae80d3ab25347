"""JSON routes for open calls and applications."""

from __future__ import annotations

from datetime import date, datetime
from http import HTTPStatus

from fastapi import APIRouter

from api.enrolment import address_codes, applications, calls, decisions, requests
from api.enrolment.address_codes import ConfirmedAddress, EnteredCode
from api.enrolment.applications import ApplicationInput
from api.enrolment.calls import CallInput, OpenCall
from api.enrolment.requests import RequestSummary
from api.http.dependencies import ServicesDep, TextsDep
from api.http.permissions import EVERYBODY, MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.participants.rows import Side
from api.personal_links.email_change import NewAddress
from api.values import FrozenModel

OFFICE = APIRouter(prefix=f"{API}/cycles", tags=["people"])
DECISIONS = APIRouter(prefix=f"{API}/applications", tags=["people"])
PUBLIC = APIRouter(prefix=f"{API}/calls", tags=["people"])
_WRITE = Permission(MANAGER, scope=TokenScope.PEOPLE)


class CallDescription(FrozenModel):
    """An open call, with the name of its cycle; `side` is `None` if both sides can apply."""

    cycle: str
    side: Side | None
    last_day: date


class SimilarJson(FrozenModel):
    """A human in the directory who may be the applicant, and why."""

    human_id: str
    name: str
    email: str
    because: tuple[str, ...]


class ApplicationJson(FrozenModel):
    """An application. `cells` contains its values, keyed by the lists' column names."""

    id: str
    side: Side
    name: str
    email: str
    cells: dict[str, str]
    created_at: datetime
    similar: tuple[SimilarJson, ...]


@OFFICE.put("/{cycle_id}/call", responses=problem_responses(404, 409, 422))
def open_call(cycle_id: str, wanted: CallInput, services: ServicesDep) -> OpenCall:
    """Open a call; anyone with its link can apply. The link of any earlier call stops working."""
    return calls.open_call(services, cycle_id, wanted)


@OFFICE.delete(
    "/{cycle_id}/call", status_code=HTTPStatus.NO_CONTENT, responses=problem_responses(404)
)
def close_call(cycle_id: str, services: ServicesDep) -> None:
    """Close the call. Applications remain."""
    calls.close_call(services, cycle_id)


@OFFICE.get("/{cycle_id}/applications", responses=problem_responses(404))
def list_applications(
    cycle_id: str, services: ServicesDep, texts: TextsDep
) -> tuple[ApplicationJson, ...]:
    """List the applications that are awaiting a decision, with possible duplicates."""
    return tuple(
        ApplicationJson(
            id=one.id,
            side=one.side,
            name=one.name,
            email=one.email,
            cells=one.cells,
            created_at=one.created_at,
            similar=tuple(
                SimilarJson(
                    human_id=each.human.id,
                    name=each.human.name,
                    email=each.human.email,
                    because=tuple(map(texts.text, each.reasons)),
                )
                for each in one.similar
            ),
        )
        for one in decisions.read_applications(services, cycle_id).waiting
    )


@OFFICE.post("/{cycle_id}/details-requests", responses=problem_responses(404, 409))
def request_details(cycle_id: str, services: ServicesDep) -> RequestSummary:
    """Send everybody their secret link, and ask them to enter their times and details."""
    return requests.request_from_all(services, cycle_id)


@DECISIONS.post(
    "/{application_id}/approve",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problem_responses(404, 409, 422),
)
def approve(application_id: str, services: ServicesDep) -> None:
    """Add the applicant to their side's list, and send them their secret link."""
    decisions.approve(services, application_id)


@DECISIONS.post(
    "/{application_id}/refuse",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problem_responses(404),
)
def refuse(application_id: str, services: ServicesDep) -> None:
    """Delete the application."""
    decisions.refuse(services, application_id)


@PUBLIC.get("/{call}", responses=problem_responses(404))
def describe_call(call: str, services: ServicesDep) -> CallDescription:
    """Get the cycle and the side that an open call is for, and its last day."""
    found = calls.read_call(services, call)
    return CallDescription(cycle=found.cycle.name, side=found.side, last_day=found.last_day)


@PUBLIC.post(
    "/{call}/codes",
    status_code=HTTPStatus.ACCEPTED,
    responses=problem_responses(404, 409, 422, 429),
)
def request_code(call: str, new: NewAddress, services: ServicesDep) -> None:
    """Send a code to your address. The response is the same for every address."""
    address_codes.request_code(services, call, new)


@PUBLIC.post("/{call}/confirmation", responses=problem_responses(403, 404, 422))
def confirm_address(call: str, entered: EnteredCode, services: ServicesDep) -> ConfirmedAddress:
    """Confirm your address with the code, and get the proof that an application needs."""
    return address_codes.confirm_address(services, call, entered)


@PUBLIC.post(
    "/{call}/applications",
    status_code=HTTPStatus.ACCEPTED,
    responses=problem_responses(403, 404, 409, 422),
)
def apply(call: str, given: ApplicationInput, services: ServicesDep) -> None:
    """Apply. The programme office decides; any earlier application for this side is replaced."""
    applications.apply(services, call, given)


ROUTERS = (OFFICE, DECISIONS, PUBLIC)
PERMISSIONS: Permissions = {
    ("PUT", API + "/cycles/{cycle_id}/call"): _WRITE,
    ("DELETE", API + "/cycles/{cycle_id}/call"): _WRITE,
    ("GET", API + "/cycles/{cycle_id}/applications"): Permission(
        MANAGER, audit_action="applications opened"
    ),
    ("POST", API + "/cycles/{cycle_id}/details-requests"): Permission(
        MANAGER, scope=TokenScope.PEOPLE, requires_recent_authentication=True
    ),
    ("POST", API + "/applications/{application_id}/approve"): _WRITE,
    ("POST", API + "/applications/{application_id}/refuse"): _WRITE,
    ("GET", API + "/calls/{call}"): Permission(EVERYBODY),
    ("POST", API + "/calls/{call}/codes"): Permission(EVERYBODY),
    ("POST", API + "/calls/{call}/confirmation"): Permission(EVERYBODY),
    ("POST", API + "/calls/{call}/applications"): Permission(EVERYBODY),
}
