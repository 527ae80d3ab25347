"""A person's page about what is private, and the one button that agrees to it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from api.consent import service as consent
from api.consent.service import Acceptance, PublicityAnswer
from api.consent.texts import consent_texts
from api.http import urls as addresses
from api.http.authentication import ServicesDep, ViewerDep
from api.participants.service import person_row
from api.web.date_formats import day_of, day_text
from api.web.rendering import Typed, go_on, page, taken

CONSENT = APIRouter(prefix="/p/{link}", include_in_schema=False)


@CONSENT.get("/consent")
def read(link: str, request: Request, services: ServicesDep, viewer: ViewerDep) -> Response:
    """What is private, who sees what, what has to be reported; and whether they may be named."""
    texts, person_id = consent_texts(services.settings.consent_texts), viewer.person_id or ""
    with services.database.reading() as tx:
        shown = consent.consent_page(tx, texts, person_id)
        zone = ZoneInfo(person_row(tx, person_id).timezone)
    return page(
        request,
        "consent/consent.html",
        home=addresses.person(link),
        shown=shown,
        dated=day_text(shown.terms.dated),
        accepted=day_of(shown.accepted_at, zone),
        named_since=day_of(shown.publicity_given_at, zone),
    )


@CONSENT.post("/consent")
def accept(link: str, typed: Typed, services: ServicesDep, viewer: ViewerDep) -> Response:
    """Agree to the text that was shown."""
    texts, said = consent_texts(services.settings.consent_texts), taken(Acceptance, typed)
    with services.database.writing() as tx:
        consent.accept(tx, texts, viewer, said, now=services.now())
    return go_on(addresses.person_consent(link))


@CONSENT.post("/publicity")
def answer_publicity(link: str, typed: Typed, services: ServicesDep, viewer: ViewerDep) -> Response:
    """Say yes or no to being named in public."""
    texts, said = consent_texts(services.settings.consent_texts), taken(PublicityAnswer, typed)
    with services.database.writing() as tx:
        consent.answer_publicity(tx, texts, viewer, said, now=services.now())
    return go_on(addresses.person_consent(link))
