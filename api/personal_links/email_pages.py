"""Where a person is written to: changed by a code that goes to the address before."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.http import urls as addresses
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import PERSON, Permission, Permissions
from api.personal_links import email_change as own_address
from api.personal_links.email_change import NewAddress
from api.personal_links.routes import OneTimeCodeInput, change_address, confirm_address
from api.web.rendering import (
    FormFields,
    as_sentence,
    parse_form,
    redirect_after_post,
    render_page,
    validate_form,
)
from coach.errors import ConflictError, NotAllowedError

EMAIL_PAGES = APIRouter(prefix="/p/{link}/address", include_in_schema=False)


@EMAIL_PAGES.get("")
def show(link: str, request: Request, services: ServicesDep, principal: PrincipalDep) -> Response:
    """Where the person is written to, and the form that goes with it."""
    return _render(link, request, services, principal, {})


@EMAIL_PAGES.post("")
def request_change(
    link: str,
    request: Request,
    form_fields: FormFields,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Ask for another address, and have a code sent to the one before."""
    new, faults = validate_form(NewAddress, form_fields, fallback_field="address")
    if new is None:
        return _render(
            link, request, services, principal, faults, entered=form_fields.get("address", "")
        )
    try:
        change_address(services, principal, new)
    except ConflictError as error:
        return _render(link, request, services, principal, {"address": as_sentence(str(error))})
    return redirect_after_post(addresses.person_address(link))


@EMAIL_PAGES.post("/confirm")
def confirm(
    link: str,
    request: Request,
    form_fields: FormFields,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Put the new address in place by the code."""
    try:
        confirm_address(services, principal, parse_form(OneTimeCodeInput, form_fields).code)
    except NotAllowedError as error:
        return _render(link, request, services, principal, {"code": as_sentence(str(error))})
    return redirect_after_post(addresses.person_address(link))


def _render(
    link: str,
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    faults: dict[str, str],
    *,
    entered: str = "",
) -> Response:
    with services.database.reading() as tx:
        own = own_address.own_address(
            tx, principal, now=services.now(), sends=services.settings.mail.enabled
        )
    return render_page(
        request,
        "personal_links/address.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        home=addresses.person(link),
        address=addresses.person_address(link),
        own=own,
        faults=faults,
        entered={"address": entered, "code": ""},
    )


ROUTERS = (EMAIL_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/p/{link}/address"): Permission(PERSON, own_only=True),
    ("POST", "/p/{link}/address"): Permission(PERSON, own_only=True),
    ("POST", "/p/{link}/address/confirm"): Permission(PERSON, own_only=True),
}
