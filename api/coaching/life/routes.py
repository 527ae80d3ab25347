"""The office's JSON routes for nominations, and for pairs that ended early."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.coaching.life import early_ends, nominations
from api.coaching.life.early_ends import EarlyEnd, EarlyEndInput
from api.coaching.life.nominations import Candidate, Nomination, NominationInput
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.lists.json_pages import JsonPageDep, set_total

LIFE = APIRouter(prefix=f"{API}/cycles/{{cycle_id}}", tags=["coaching"])


@LIFE.get("/nominations", responses=problem_responses(404))
def list_nominations(
    cycle_id: str,
    request: Request,
    response: Response,
    services: ServicesDep,
    page: JsonPageDep,
) -> list[Candidate]:
    """List the coachees of a cycle, with their nominations and when they were invited to enrol."""
    found = nominations.list_candidates(services, cycle_id)
    set_total(request, response, page, len(found))
    return list(page.of(found))


@LIFE.post(
    "/nominations", status_code=HTTPStatus.CREATED, responses=problem_responses(404, 409, 422)
)
def nominate(
    cycle_id: str, given: NominationInput, services: ServicesDep
) -> tuple[Nomination, ...]:
    """Record that a letter nominates coachees; either all or none are recorded."""
    return nominations.nominate(services, cycle_id, given)


@LIFE.delete(
    "/nominations/{nomination_id}",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problem_responses(404),
)
def remove_nomination(cycle_id: str, nomination_id: str, services: ServicesDep) -> None:
    """Remove an incorrect nomination."""
    nominations.remove_nomination(services, cycle_id, nomination_id)


@LIFE.get("/early-ends", responses=problem_responses(404))
def list_early_ends(cycle_id: str, services: ServicesDep) -> tuple[EarlyEnd, ...]:
    """List the pairs of a cycle that ended before they were completed, latest first."""
    return early_ends.list_early_ends(services, cycle_id)


@LIFE.put("/early-ends/{person_id}", responses=problem_responses(404, 412, 422))
def record_reason(
    cycle_id: str, person_id: str, given: EarlyEndInput, services: ServicesDep
) -> EarlyEnd:
    """Record why one of a coachee's pairs ended early.

    `seen` is the `version` of the pair that you have read; `person_id` is the coachee.
    """
    return early_ends.record_reason(services, cycle_id, person_id, given)


ROUTERS = (LIFE,)
_CYCLE = API + "/cycles/{cycle_id}"
_WRITE = Permission(MANAGER, scope=TokenScope.PEOPLE)
PERMISSIONS: Permissions = {
    ("GET", _CYCLE + "/nominations"): Permission(MANAGER, audit_action="nominations opened"),
    ("POST", _CYCLE + "/nominations"): _WRITE,
    ("DELETE", _CYCLE + "/nominations/{nomination_id}"): _WRITE,
    ("GET", _CYCLE + "/early-ends"): Permission(MANAGER, audit_action="early ends opened"),
    ("PUT", _CYCLE + "/early-ends/{person_id}"): _WRITE,
}
