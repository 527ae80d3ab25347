"""Routes for guidance cards."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body

from api.guidance import service as guidance
from api.guidance.service import CardSummary
from api.http.dependencies import ServicesDep
from api.http.limits import LimitRule
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.http.problem_details import problem_responses
from api.http.urls import API
from coach.guidance import GuidanceCard

GUIDANCE = APIRouter(prefix=f"{API}/guidance", tags=["guidance"])
_FILE = "request"
CardBody = Annotated[
    bytes,
    Body(media_type="application/toml", description="A guidance card, as in its template."),
]


@GUIDANCE.get("", responses=problem_responses())
def list_cards(services: ServicesDep) -> tuple[CardSummary, ...]:
    """List the state of each country's card, including missing cards of participants' countries."""
    return guidance.list_cards(services)


@GUIDANCE.put("", responses=problem_responses(422))
def store_card(text: CardBody, services: ServicesDep) -> CardSummary:
    """Store a card, replacing any earlier card of its country."""
    return guidance.store_card(services, _FILE, text)


@GUIDANCE.get("/{country}", responses=problem_responses(404))
def read_card(country: str, services: ServicesDep) -> GuidanceCard:
    """Get a country's card."""
    return guidance.read_card(services, country)


@GUIDANCE.delete("/{country}", status_code=HTTPStatus.NO_CONTENT, responses=problem_responses(404))
def remove_card(country: str, services: ServicesDep) -> None:
    """Remove a country's card."""
    guidance.remove_card(services, country)


_CHANGE = Permission(MANAGER, scope=TokenScope.ADMINISTRATION, requires_recent_authentication=True)

ROUTERS = (GUIDANCE,)
PERMISSIONS: Permissions = {
    ("GET", API + "/guidance"): Permission(MANAGER, limits=LimitRule.NO_CYCLE),
    ("PUT", API + "/guidance"): _CHANGE,
    ("GET", API + "/guidance/{country}"): Permission(MANAGER, limits=LimitRule.NO_CYCLE),
    ("DELETE", API + "/guidance/{country}"): _CHANGE,
}
