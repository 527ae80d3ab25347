"""Pages on which managers maintain guidance cards and participants read them."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, File, Request, Response, UploadFile

from api.guidance import facts
from api.guidance import service as guidance
from api.guidance.service import CardState
from api.http import urls
from api.http.dependencies import PrincipalDep, ServicesDep, services_for
from api.http.limits import LimitRule
from api.http.permissions import MANAGER, PERSON, Permission, Permissions
from api.web.date_formats import format_date
from api.web.facts import TERRITORY_ALONE
from api.web.labels import Badge
from api.web.rendering import redirect_after_post, render_page
from coach.errors import InputFault, UnusableInputError
from coach.guidance import GuidanceCard, is_due

OFFICE_GUIDANCE = APIRouter(prefix=urls.GUIDANCE, include_in_schema=False)
PERSON_GUIDANCE = APIRouter(prefix="/p/{link}", include_in_schema=False)
_BADGES = {
    CardState.MISSING: Badge(facts.STATE_MISSING(), "bad"),
    CardState.DUE: Badge(facts.STATE_DUE(), "warn"),
    CardState.CURRENT: Badge(facts.STATE_CURRENT(), "good"),
}
_TOML = "application/toml"


@OFFICE_GUIDANCE.get("")
def show_cards(request: Request) -> Response:
    """Show which countries have cards, with a form to upload a card."""
    return _render(request)


@OFFICE_GUIDANCE.post("")
def upload_card(
    file: Annotated[UploadFile, File()], request: Request, services: ServicesDep
) -> Response:
    """Store a card, or show all its faults."""
    try:
        guidance.store_card(services, file.filename or "file", file.file.read())
    except UnusableInputError as error:
        return _render(request, error.faults)
    return redirect_after_post(urls.GUIDANCE)


@OFFICE_GUIDANCE.get("/template.toml")
def download_template() -> Response:
    """Download an empty card with only the headings."""
    content = (files("coach") / "data" / "guidance_template.toml").read_bytes()
    return _toml(content, "guidance.toml")


@OFFICE_GUIDANCE.get("/{country}")
def show_card(country: str, request: Request, services: ServicesDep) -> Response:
    """Show a country's card as coaches see it."""
    card = guidance.read_card(services, country)
    return render_page(
        request,
        "guidance/card.html",
        country=country,
        name=TERRITORY_ALONE(code=country),
        card=_view(services, card),
        territories=frozenset({country}),
    )


@OFFICE_GUIDANCE.get("/{country}/card.toml")
def download_card(country: str, services: ServicesDep) -> Response:
    """Download a card for editing."""
    return _toml(guidance.read_card_text(services, country).encode(), f"guidance-{country}.toml")


@OFFICE_GUIDANCE.post("/{country}/remove")
def remove_card(country: str, services: ServicesDep) -> Response:
    """Remove a country's card."""
    guidance.remove_card(services, country)
    return redirect_after_post(urls.GUIDANCE)


@PERSON_GUIDANCE.get("/guidance")
def my_guidance(
    link: str, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Show the cards for the person's own country and for the countries of people they meet."""
    found = guidance.cards_of_person(services, principal)
    return render_page(
        request,
        "guidance/person_guidance.html",
        home=urls.person(link),
        cards=[
            (TERRITORY_ALONE(code=code), None if card is None else _view(services, card))
            for code, card in found
        ],
        territories=frozenset(code for code, _ in found),
    )


def _view(services: ServicesDep, card: GuidanceCard) -> dict[str, object]:
    return {
        "text": card,
        "reviewed": format_date(card.reviewed_on),
        "due": is_due(card.reviewed_on, services.now().date()),
    }


def _render(request: Request, faults: Sequence[InputFault] = ()) -> Response:
    cards = guidance.list_cards(services_for(request))
    return render_page(
        request,
        "guidance/cards.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        cards=[
            (
                one,
                TERRITORY_ALONE(code=one.country),
                _BADGES[one.state],
                one.reviewed_on and format_date(one.reviewed_on),
            )
            for one in cards
        ],
        faults=faults,
        territories=frozenset(one.country for one in cards),
    )


def _toml(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=_TOML, headers=headers)


_CHANGE = Permission(MANAGER, requires_recent_authentication=True)

ROUTERS = (OFFICE_GUIDANCE, PERSON_GUIDANCE)
PERMISSIONS: Permissions = {
    ("GET", urls.GUIDANCE): Permission(MANAGER, limits=LimitRule.NO_CYCLE),
    ("POST", urls.GUIDANCE): _CHANGE,
    ("GET", urls.GUIDANCE + "/template.toml"): Permission(MANAGER, limits=LimitRule.NO_CYCLE),
    ("GET", urls.GUIDANCE + "/{country}"): Permission(MANAGER, limits=LimitRule.NO_CYCLE),
    ("GET", urls.GUIDANCE + "/{country}/card.toml"): Permission(MANAGER, limits=LimitRule.NO_CYCLE),
    ("POST", urls.GUIDANCE + "/{country}/remove"): _CHANGE,
    ("GET", "/p/{link}/guidance"): Permission(PERSON),
}
