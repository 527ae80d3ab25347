"""Pages where coaches and coachees change their email address."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.http import urls
from api.http.dependencies import PrincipalDep, ServicesDep, principal_of, services_for
from api.http.permissions import PERSON, Permission, Permissions
from api.personal_links import email_change
from api.personal_links.email_change import NewAddress
from api.personal_links.routes import OneTimeCodeInput
from api.web.rendering import (
    FormFields,
    parse_form,
    redirect_after_post,
    render_page,
    validate_form,
)
from coach.errors import ConflictError, NotAllowedError
from coach.texts.facts import Displayed

EMAIL_PAGES = APIRouter(prefix="/p/{link}/address", include_in_schema=False)


@EMAIL_PAGES.get("")
def show(link: str, request: Request) -> Response:
    """Show the current email address, mostly masked, and the form for changing it."""
    return _render(link, request, {})


@EMAIL_PAGES.post("")
def request_change(
    link: str,
    request: Request,
    form_fields: FormFields,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Request a change of address; a code is sent to the current address."""
    new, faults = validate_form(NewAddress, form_fields, fallback_field="address")
    if new is None:
        return _render(link, request, faults, entered=form_fields.get("address", ""))
    try:
        email_change.request_address_change(services, principal, new)
    except ConflictError as error:
        return _render(link, request, {"address": error.shown})
    return redirect_after_post(urls.person_address(link))


@EMAIL_PAGES.post("/confirm")
def confirm(
    link: str,
    request: Request,
    form_fields: FormFields,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Confirm the new address with the code."""
    typed = parse_form(OneTimeCodeInput, form_fields).code
    try:
        email_change.confirm_address_change(services, principal, typed)
    except NotAllowedError as error:
        return _render(link, request, {"code": error.shown})
    return redirect_after_post(urls.person_address(link))


def _render(
    link: str, request: Request, faults: Mapping[str, Displayed], *, entered: str = ""
) -> Response:
    own = email_change.masked_address(services_for(request), principal_of(request))
    return render_page(
        request,
        "personal_links/address.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        home=urls.person(link),
        address=urls.person_address(link),
        own=own,
        faults=faults,
        entered={"address": entered, "code": ""},
    )


ROUTERS = (EMAIL_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/p/{link}/address"): Permission(PERSON, own_only=True, requires_verification=True),
    ("POST", "/p/{link}/address"): Permission(PERSON, own_only=True, requires_verification=True),
    ("POST", "/p/{link}/address/confirm"): Permission(
        PERSON, own_only=True, requires_verification=True
    ),
}
