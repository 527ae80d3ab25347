"""A person's page about what is private, and the one button that agrees to it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from api.consent import service as consent
from api.consent.service import Acceptance, PublicityAnswer
from api.consent.texts import consent_texts
from api.http import urls as addresses
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import PERSON, Permission, Permissions
from api.participants.service import person_row
from api.web.date_formats import format_date, format_local_date
from api.web.rendering import FormFields, parse_form, redirect_after_post, render_page

CONSENT = APIRouter(prefix="/p/{link}", include_in_schema=False)


@CONSENT.get("/consent")
def read(link: str, request: Request, services: ServicesDep, principal: PrincipalDep) -> Response:
    """What is private, who sees what, what has to be reported; and whether they may be named."""
    texts, person_id = consent_texts(services.settings.consent_texts), principal.person_id or ""
    with services.database.reading() as tx:
        shown = consent.consent_status(tx, texts, person_id)
        zone = ZoneInfo(person_row(tx, person_id).timezone)
    return render_page(
        request,
        "consent/consent.html",
        home=addresses.person(link),
        shown=shown,
        dated=format_date(shown.terms.dated),
        accepted=format_local_date(shown.accepted_at, zone),
        named_since=format_local_date(shown.publicity_given_at, zone),
    )


@CONSENT.post("/consent")
def accept_terms(
    link: str, form_fields: FormFields, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Agree to the text that was shown."""
    texts, acceptance = (
        consent_texts(services.settings.consent_texts),
        parse_form(Acceptance, form_fields),
    )
    with services.database.writing() as tx:
        consent.accept_terms(tx, texts, principal, acceptance, now=services.now())
    return redirect_after_post(addresses.person_consent(link))


@CONSENT.post("/publicity")
def answer_publicity(
    link: str, form_fields: FormFields, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Say yes or no to being named in public."""
    texts, acceptance = (
        consent_texts(services.settings.consent_texts),
        parse_form(PublicityAnswer, form_fields),
    )
    with services.database.writing() as tx:
        consent.answer_publicity(tx, texts, principal, acceptance, now=services.now())
    return redirect_after_post(addresses.person_consent(link))


ROUTERS = (CONSENT,)
PERMISSIONS: Permissions = {
    ("GET", "/p/{link}/consent"): Permission(PERSON, own_only=True),
    ("POST", "/p/{link}/consent"): Permission(PERSON, own_only=True),
    ("POST", "/p/{link}/publicity"): Permission(PERSON, own_only=True),
}
