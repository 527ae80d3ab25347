"""Pages for everybody: the rules as they document themselves, signing in, and the static files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter, Request, Response

from api.cycles import service as cycles
from api.http.dependencies import ServicesDep
from api.http.permissions import EVERYBODY, MANAGER, Permission, Permissions
from api.http.urls import STATIC
from api.web.rendering import render_page
from api.web.templating import static_file
from coach.cycle import Cycle, CycleDates
from matching.rules.catalogue import RuleCard, catalogue

REFERENCE = APIRouter(include_in_schema=False)
_MEDIA_TYPES = {
    "style.css": "text/css",
    "live.js": "text/javascript",
    "passkey.js": "text/javascript",
}
_ONE_HOUR = 3600
_ANY_DAY = date(2000, 1, 1)
_DEFAULTS = Cycle(cycle=CycleDates(start=_ANY_DAY, end=_ANY_DAY))  # its dates are not shown


@dataclass(frozen=True, slots=True)
class TextPart:
    """A stretch of a paragraph: plain words, or a name as it stands in a file."""

    text: str
    code: bool


@REFERENCE.get("/rules")
def show_rules(request: Request) -> Response:
    """Every matching rule with its examples."""
    return render_page(request, "cycles/rules.html", cards=_cards(_DEFAULTS), cycle=None)


@REFERENCE.get("/cycles/{cycle_id}/rules")
def show_cycle_rules(cycle_id: str, request: Request, services: ServicesDep) -> Response:
    """Every matching rule as a cycle sets it."""
    with services.database.reading() as tx:
        overview = cycles.cycle_overview(tx, cycle_id)
    return render_page(
        request, "cycles/rules.html", cards=_cards(overview.policy), cycle=overview.summary
    )


@REFERENCE.get("/sign-in/{secret}")
def confirm_sign_in(secret: str, request: Request) -> Response:
    """Ask before a one-time sign-in address is used up: mail scanners open links."""
    return render_page(request, "accounts/sign_in_address.html", address=f"/sign-in/{secret}")


@REFERENCE.get(STATIC + "/{name}")
def static(name: Literal["style.css", "live.js", "passkey.js"], request: Request) -> Response:
    """The stylesheet and the scripts of the pages."""
    content = static_file(name)
    etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    headers = {"ETag": etag, "Cache-Control": f"public, max-age={_ONE_HOUR}"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(content, media_type=_MEDIA_TYPES[name], headers=headers)


def _cards(policy: Cycle) -> list[tuple[RuleCard, list[list[TextPart]]]]:
    """Each rule's card with its paragraphs, in which names between backquotes are code."""
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


ROUTERS = (REFERENCE,)
PERMISSIONS: Permissions = {
    ("GET", "/rules"): Permission(EVERYBODY),
    ("GET", "/cycles/{cycle_id}/rules"): Permission(MANAGER),
    ("GET", "/sign-in/{secret}"): Permission(EVERYBODY),
    ("GET", "/static/{name}"): Permission(EVERYBODY, authenticates=False),
}
