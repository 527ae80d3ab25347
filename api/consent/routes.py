"""What people are told and agree to, and who of a cycle has."""

from __future__ import annotations

from fastapi import APIRouter

from api.consent import service as consent
from api.consent.service import Acceptance, ConsentStatus, PersonConsent, PublicityAnswer
from api.consent.texts import consent_texts
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import MANAGER, PERSON, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API

CONSENT = APIRouter(prefix=f"{API}/me", tags=["me"])
CONSENTS = APIRouter(prefix=f"{API}/cycles", tags=["people"])


@CONSENT.get("/consent", responses=problem_responses(404))
def read_consent(services: ServicesDep, principal: PrincipalDep) -> ConsentStatus:
    """What you are told before the first session, and what you have agreed to."""
    texts = consent_texts(services.settings.consent_texts)
    with services.database.reading() as tx:
        return consent.consent_status(tx, texts, principal.person_id or "")


@CONSENT.put("/consent", responses=problem_responses(404, 409, 422))
def accept_terms(
    acceptance: Acceptance, services: ServicesDep, principal: PrincipalDep
) -> ConsentStatus:
    """Agree to the text you were shown; name it by its `sha256`."""
    texts = consent_texts(services.settings.consent_texts)
    with services.database.writing() as tx:
        return consent.accept_terms(tx, texts, principal, acceptance, now=services.now())


@CONSENT.put("/publicity", responses=problem_responses(404, 409, 422))
def answer_publicity(
    answer: PublicityAnswer, services: ServicesDep, principal: PrincipalDep
) -> ConsentStatus:
    """Say whether the programme may name you in public; a yes can be taken back at any time."""
    texts = consent_texts(services.settings.consent_texts)
    with services.database.writing() as tx:
        return consent.answer_publicity(tx, texts, principal, answer, now=services.now())


@CONSENTS.get("/{cycle_id}/consents", responses=problem_responses(404))
def read_consents(cycle_id: str, services: ServicesDep) -> tuple[PersonConsent, ...]:
    """Who has agreed to what; only who has `publicity` may be named in public."""
    texts = consent_texts(services.settings.consent_texts)
    with services.database.reading() as tx:
        return consent.consents_of_cycle(tx, texts, cycle_id)


ROUTERS = (
    CONSENT,
    CONSENTS,
)
PERMISSIONS: Permissions = {
    ("GET", API + "/me/consent"): Permission(PERSON),
    ("PUT", API + "/me/consent"): Permission(PERSON),
    ("PUT", API + "/me/publicity"): Permission(PERSON),
    ("GET", API + "/cycles/{cycle_id}/consents"): Permission(MANAGER, audit_action="people opened"),
}
