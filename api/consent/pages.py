"""The page on which a person reads and accepts the privacy terms."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from api.consent import service as consent
from api.consent.service import Acceptance, PublicityAnswer
from api.http import urls
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import PERSON, Permission, Permissions
from api.web.date_formats import format_date, format_local_date
from api.web.rendering import FormFields, parse_form, redirect_after_post, render_page

CONSENT = APIRouter(prefix="/p/{link}", include_in_schema=False)


@CONSENT.get("/consent")
def read(link: str, request: Request, services: ServicesDep, principal: PrincipalDep) -> Response:
    """Show the terms, and whether the person has agreed to be named in public."""
    own = consent.read_consent(services, principal)
    status, zone = own.status, ZoneInfo(own.timezone)
    return render_page(
        request,
        "consent/consent.html",
        home=urls.person(link),
        shown=status,
        dated=format_date(status.terms.dated),
        accepted=format_local_date(status.accepted_at, zone),
        named_since=format_local_date(status.publicity_given_at, zone),
        verify=None if own.shows_answers else urls.person_verify(link, urls.person_consent(link)),
    )


@CONSENT.post("/consent")
def accept_terms(
    link: str, form_fields: FormFields, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Agree to the terms shown."""
    consent.accept_terms(services, principal, parse_form(Acceptance, form_fields))
    return redirect_after_post(urls.person_consent(link))


@CONSENT.post("/publicity")
def answer_publicity(
    link: str, form_fields: FormFields, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Store or withdraw consent to be named in public."""
    consent.answer_publicity(services, principal, parse_form(PublicityAnswer, form_fields))
    return redirect_after_post(urls.person_consent(link))


ROUTERS = (CONSENT,)
PERMISSIONS: Permissions = {
    ("GET", "/p/{link}/consent"): Permission(PERSON, own_only=True),
    ("POST", "/p/{link}/consent"): Permission(PERSON, own_only=True, requires_verification=True),
    ("POST", "/p/{link}/publicity"): Permission(PERSON, own_only=True, requires_verification=True),
}
