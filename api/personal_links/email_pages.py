"""Where a person is written to: changed by a code that goes to the address before."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.http import urls as addresses
from api.http.authentication import ServicesDep, ViewerDep
from api.personal_links import email_change as own_address
from api.personal_links.email_change import NewAddress
from api.personal_links.routes import Code, change_address, confirm_address
from api.web.rendering import Typed, checked, go_on, page, sentence, taken
from coach.errors import ConflictError, NotAllowedError

OWN_ADDRESS = APIRouter(prefix="/p/{link}/address", include_in_schema=False)


@OWN_ADDRESS.get("")
def show(link: str, request: Request, services: ServicesDep, viewer: ViewerDep) -> Response:
    """Where the person is written to, and the form that goes with it."""
    return _draw(link, request, services, viewer, {})


@OWN_ADDRESS.post("")
def ask(
    link: str, request: Request, typed: Typed, services: ServicesDep, viewer: ViewerDep
) -> Response:
    """Ask for another address, and have a code sent to the one before."""
    new, faults = checked(NewAddress, typed, whole="address")
    if new is None:
        return _draw(link, request, services, viewer, faults, entered=typed.get("address", ""))
    try:
        change_address(services, viewer, new)
    except ConflictError as error:
        return _draw(link, request, services, viewer, {"address": sentence(str(error))})
    return go_on(addresses.person_address(link))


@OWN_ADDRESS.post("/confirm")
def confirm(
    link: str, request: Request, typed: Typed, services: ServicesDep, viewer: ViewerDep
) -> Response:
    """Put the new address in place by the code."""
    try:
        confirm_address(services, viewer, taken(Code, typed).code)
    except NotAllowedError as error:
        return _draw(link, request, services, viewer, {"code": sentence(str(error))})
    return go_on(addresses.person_address(link))


def _draw(
    link: str,
    request: Request,
    services: ServicesDep,
    viewer: ViewerDep,
    faults: dict[str, str],
    *,
    entered: str = "",
) -> Response:
    with services.database.reading() as tx:
        own = own_address.own_address(
            tx, viewer, now=services.now(), sends=services.settings.mail.on
        )
    return page(
        request,
        "personal_links/address.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        home=addresses.person(link),
        address=addresses.person_address(link),
        own=own,
        faults=faults,
        entered={"address": entered, "code": ""},
    )
