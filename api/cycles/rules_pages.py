"""Pages about the matching rules, generated from the rules' documentation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request, Response

from api.cycles import service as cycles
from api.http.dependencies import ServicesDep
from api.http.permissions import EVERYBODY, MANAGER, Permission, Permissions
from api.web.rendering import render_page
from coach.cycle import Cycle, CycleDates
from matching.rules.catalogue import RuleCard, catalogue

RULES = APIRouter(include_in_schema=False)
_ANY_DAY = date(2000, 1, 1)
_DEFAULTS = Cycle(cycle=CycleDates(start=_ANY_DAY, end=_ANY_DAY))  # the dates are not shown


@dataclass(frozen=True, slots=True)
class TextPart:
    """A segment of a paragraph. `code` is whether it is the name of a setting or value."""

    text: str
    code: bool


@RULES.get("/rules")
def show_rules(request: Request) -> Response:
    """Show all matching rules with their default settings and examples."""
    return render_page(request, "cycles/rules.html", cards=_cards(_DEFAULTS), cycle=None)


@RULES.get("/cycles/{cycle_id}/rules")
def show_cycle_rules(cycle_id: str, request: Request, services: ServicesDep) -> Response:
    """Show all matching rules with a cycle's settings."""
    found = cycles.read_policy(services, cycle_id)
    return render_page(request, "cycles/rules.html", cards=_cards(found.policy), cycle=found.cycle)


def _cards(policy: Cycle) -> list[tuple[RuleCard, list[list[TextPart]]]]:
    """Return each rule's card with its paragraphs. Text in backquotes is code."""
    return [
        (
            card,
            [
                [
                    TextPart(text, code=index % 2 == 1)
                    for index, text in enumerate(paragraph.split("`"))
                ]
                for paragraph in card.text
            ],
        )
        for card in catalogue(policy)
    ]


ROUTERS = (RULES,)
PERMISSIONS: Permissions = {
    ("GET", "/rules"): Permission(EVERYBODY),
    ("GET", "/cycles/{cycle_id}/rules"): Permission(MANAGER),
}
