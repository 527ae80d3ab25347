"""The public pages of an open call: address, code, application."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.enrolment import address_codes, applications, calls, labels
from api.enrolment.address_codes import EnteredCode
from api.enrolment.applications import FIELDS, ApplicationInput
from api.http import urls
from api.http.dependencies import ServicesDep, services_for
from api.http.permissions import EVERYBODY, Permission, Permissions
from api.participants.rows import Side
from api.personal_links.email_change import NewAddress
from api.web.date_formats import format_date
from api.web.rendering import FormFields, render_page, validate_form, without_description
from coach.errors import NotAllowedError, UnusableInputError
from coach.texts.facts import Displayed

JOIN_PAGES = APIRouter(prefix=f"{urls.JOIN}/{{call}}", include_in_schema=False)
Faults = Mapping[str, Displayed]


@JOIN_PAGES.get("")
def show_call(call: str, request: Request) -> Response:
    """Show the cycle and the last day of the call, with a form for an email address."""
    return _render(call, request, "address", {})


@JOIN_PAGES.post("")
def request_code(
    call: str, form_fields: FormFields, request: Request, services: ServicesDep
) -> Response:
    """Send a code to an address. The page is the same for every address."""
    own = _without_side(form_fields)
    new, faults = validate_form(NewAddress, own, fallback_field="address")
    if new is None:
        return _render(call, request, "address", form_fields, faults)
    address_codes.request_code(services, call, new)
    return _render(call, request, "code", form_fields | {"address": new.address})


@JOIN_PAGES.post("/code")
def confirm_address(
    call: str, form_fields: FormFields, request: Request, services: ServicesDep
) -> Response:
    """Confirm the address with the code, and show the application form."""
    own = _without_side(form_fields)
    entered, faults = validate_form(EnteredCode, own, fallback_field="code")
    if entered is None:
        return _render(call, request, "code", form_fields, faults)
    try:
        confirmed = address_codes.confirm_address(services, call, entered)
    except NotAllowedError as error:
        return _render(call, request, "code", form_fields, {"code": error.shown})
    return _render(call, request, "application", form_fields | confirmed.model_dump())


@JOIN_PAGES.post("/application")
def apply(call: str, form_fields: FormFields, request: Request, services: ServicesDep) -> Response:
    """Store the application, or show all its faults."""
    given, faults = validate_form(ApplicationInput, form_fields, fallback_field="name")
    if given is None:
        return _render(call, request, "application", form_fields, faults)
    try:
        applications.apply(services, call, given)
    except UnusableInputError as error:
        found = {field: without_description(fault) for field, fault in error.by_column.items()}
        return _render(call, request, "application", form_fields, found)
    return _render(call, request, "received", form_fields)


def _without_side(fields: Mapping[str, str]) -> dict[str, str]:
    """Return a form's fields except the side, which only an application contains."""
    return {name: text for name, text in fields.items() if name != "side"}


def _render(
    secret: str,
    request: Request,
    stage: str,
    fields: Mapping[str, str],
    faults: Faults | None = None,
) -> Response:
    call = calls.read_call(services_for(request), secret)
    chosen = fields.get("side", "")
    side = call.side or (Side(chosen) if chosen in set(Side) else Side.COACHEE)
    names = (*FIELDS[side], "address", "code", "proof")
    return render_page(
        request,
        "enrolment/join.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        stage=stage,
        call=call,
        side=side,
        home=urls.join(secret),
        closes=format_date(call.last_day),
        services=labels.services(),
        entered={name: fields.get(name, "") for name in names},
        faults=faults or {},
    )


ROUTERS = (JOIN_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", urls.JOIN + "/{call}"): Permission(EVERYBODY),
    ("POST", urls.JOIN + "/{call}"): Permission(EVERYBODY),
    ("POST", urls.JOIN + "/{call}/code"): Permission(EVERYBODY),
    ("POST", urls.JOIN + "/{call}/application"): Permission(EVERYBODY),
}
