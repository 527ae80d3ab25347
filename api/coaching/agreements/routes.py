"""JSON routes for a pair's agreement and the fit question."""

from __future__ import annotations

from fastapi import APIRouter

from api.coaching.agreements import fit, office, service
from api.coaching.agreements.fit import FitAnswer, FitInput
from api.coaching.agreements.office import AgreementStatus
from api.coaching.agreements.service import AgreementDecision, AgreementInput
from api.coaching.agreements.views import AgreementView
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import MANAGER, PERSON, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API

AGREEMENTS = APIRouter(prefix=f"{API}/me/pairs/{{other_id}}", tags=["coaching"])
AGREEMENT_STATES = APIRouter(prefix=f"{API}/cycles", tags=["coaching"])


@AGREEMENTS.get("/agreement", responses=problem_responses(404))
def read_agreement(other_id: str, services: ServicesDep, principal: PrincipalDep) -> AgreementView:
    """Get your agreement with your coach or coachee, and the actions that are possible now."""
    return service.read_agreement(services, principal, other_id)


@AGREEMENTS.put("/agreement", responses=problem_responses(404, 409, 412, 422))
def write_agreement(
    other_id: str, given: AgreementInput, services: ServicesDep, principal: PrincipalDep
) -> AgreementView:
    """Write the agreement's text, which comes into force once you have both agreed to it.

    `seen` is the `version` of the agreement that you have read.
    """
    return service.write_agreement(services, principal, other_id, given)


@AGREEMENTS.post("/agreement/decision", responses=problem_responses(404, 409, 412, 422))
def decide_agreement(
    other_id: str, decision: AgreementDecision, services: ServicesDep, principal: PrincipalDep
) -> AgreementView:
    """Propose the text, agree to it, keep the agreed text, or record that you have finished."""
    return service.decide_agreement(services, principal, other_id, decision)


@AGREEMENTS.get("/fit", responses=problem_responses(404))
def read_fit(other_id: str, services: ServicesDep, principal: PrincipalDep) -> FitAnswer:
    """Get your own answer to the fit question. Nobody else can read it."""
    return fit.read_fit(services, principal, other_id)


@AGREEMENTS.put("/fit", responses=problem_responses(404, 409, 422))
def answer_fit(
    other_id: str, given: FitInput, services: ServicesDep, principal: PrincipalDep
) -> FitAnswer:
    """After your first session, state whether the two of you suit each other.

    If you answer `not_good`, the programme office learns that the pair is asking for another coach,
    but not which of you gave this answer.
    """
    return fit.answer_fit(services, principal, other_id, given)


@AGREEMENT_STATES.get("/{cycle_id}/agreements", responses=problem_responses(404))
def list_agreements(cycle_id: str, services: ServicesDep) -> tuple[AgreementStatus, ...]:
    """List the pairs of a cycle with the states and dates of their agreements, without the texts.

    `asks_for_change` is true if at least one of the two people has answered that the fit is not
    good.
    """
    return office.list_agreements(services, cycle_id)


ROUTERS = (AGREEMENTS, AGREEMENT_STATES)
_OWN = Permission(PERSON, own_only=True, requires_verification=True)
PERMISSIONS: Permissions = {
    ("GET", API + "/me/pairs/{other_id}/agreement"): _OWN,
    ("PUT", API + "/me/pairs/{other_id}/agreement"): _OWN,
    ("POST", API + "/me/pairs/{other_id}/agreement/decision"): _OWN,
    ("GET", API + "/me/pairs/{other_id}/fit"): _OWN,
    ("PUT", API + "/me/pairs/{other_id}/fit"): _OWN,
    ("GET", API + "/cycles/{cycle_id}/agreements"): Permission(
        MANAGER, audit_action="agreements opened"
    ),
}
