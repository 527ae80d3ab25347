"""JSON routes for the current person's consents and for all consents in a cycle."""

from __future__ import annotations

from fastapi import APIRouter

from api.consent import service as consent
from api.consent.given import PersonConsent
from api.consent.service import Acceptance, ConsentStatus, PublicityAnswer
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import MANAGER, PERSON, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API

CONSENT = APIRouter(prefix=f"{API}/me", tags=["me"])
CONSENTS = APIRouter(prefix=f"{API}/cycles", tags=["people"])


@CONSENT.get("/consent", responses=problem_responses(404))
def read_consent(services: ServicesDep, principal: PrincipalDep) -> ConsentStatus:
    """Get the consent texts that apply to you, and your answers."""
    return consent.read_consent(services, principal).status


@CONSENT.put("/consent", responses=problem_responses(404, 409, 422))
def accept_terms(
    acceptance: Acceptance, services: ServicesDep, principal: PrincipalDep
) -> ConsentStatus:
    """Agree to the terms that you were shown, identified by their `sha256`."""
    return consent.accept_terms(services, principal, acceptance)


@CONSENT.put("/publicity", responses=problem_responses(404, 409, 422))
def answer_publicity(
    answer: PublicityAnswer, services: ServicesDep, principal: PrincipalDep
) -> ConsentStatus:
    """Agree or decline to be named in public; you can withdraw your consent at any time."""
    return consent.answer_publicity(services, principal, answer)


@CONSENTS.get("/{cycle_id}/consents", responses=problem_responses(404))
def read_consents(cycle_id: str, services: ServicesDep) -> tuple[PersonConsent, ...]:
    """List the consents in a cycle; only people with `publicity` may be named in public."""
    return consent.list_consents(services, cycle_id)


ROUTERS = (
    CONSENT,
    CONSENTS,
)
PERMISSIONS: Permissions = {
    ("GET", API + "/me/consent"): Permission(PERSON, requires_verification=True),
    ("PUT", API + "/me/consent"): Permission(PERSON, requires_verification=True),
    ("PUT", API + "/me/publicity"): Permission(PERSON, requires_verification=True),
    ("GET", API + "/cycles/{cycle_id}/consents"): Permission(MANAGER, audit_action="people opened"),
}
