"""The page with a person's devices, PIN and passkeys, and the form that resets the last two."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from api.http import urls
from api.http.dependencies import PrincipalDep, ServicesDep, principal_of, services_for
from api.http.limits import LimitRule
from api.http.permissions import MANAGER, PERSON, Permission, Permissions
from api.personal_links import own_devices, pins, verified_devices
from api.personal_links.pins import PinChange
from api.web.date_formats import format_short_datetime
from api.web.drafts import draft_group
from api.web.rendering import FormFields, parse_form, redirect_after_post, render_page
from coach.errors import NotAllowedError, UnusableInputError
from coach.texts.facts import Displayed

DEVICE_PAGES = APIRouter(prefix="/p/{link}", include_in_schema=False)
PIN_RESET = APIRouter(include_in_schema=False)


@DEVICE_PAGES.get("/devices")
def show(link: str, request: Request) -> Response:
    """List the person's verified devices and passkeys, and show the form for the PIN."""
    return _render(link, request, {})


@DEVICE_PAGES.post("/devices/{device_id}/end")
def end_device(
    link: str, device_id: str, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """End the verification of a device."""
    verified_devices.end_device(services, principal, device_id)
    ended_here = device_id == principal.device_id
    return redirect_after_post(urls.person(link) if ended_here else urls.person_devices(link))


@DEVICE_PAGES.post("/pin")
def change_pin(
    link: str,
    request: Request,
    form_fields: FormFields,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Set or replace the PIN, or remove it if the button `remove` was pressed."""
    removes = form_fields.pop("remove", "") == "true"
    entered = parse_form(PinChange, {"pin": ""} | form_fields)
    change = entered.model_copy(update={"pin": None}) if removes else entered
    try:
        pins.change_pin(services, principal, change)
    except UnusableInputError as error:
        return _render(link, request, error.by_column)
    except NotAllowedError as error:
        return _render(link, request, {"current": error.shown})
    return redirect_after_post(urls.person_devices(link))


@PIN_RESET.post("/people/{person_id}/pin/reset")
def reset_pin(person_id: str, request: Request, services: ServicesDep) -> Response:
    """Remove the PIN and passkeys of a person who has lost them."""
    reset = pins.reset_pin(services, person_id)
    return render_page(
        request,
        "personal_links/pin_reset.html",
        cycle=reset.cycle,
        person=reset.person,
        mailed=reset.mailed,
    )


def _render(link: str, request: Request, faults: Mapping[str, Displayed]) -> Response:
    services, principal = services_for(request), principal_of(request)
    own = own_devices.read_own_devices(services, principal)
    zone = ZoneInfo(own.timezone)
    return render_page(
        request,
        "personal_links/devices.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        home=urls.person(link),
        address=urls.person_devices(link),
        drafts_of_link=draft_group(services.keyring, principal),
        confirm_again=urls.person_verify_again(link, urls.person_devices(link)),
        devices=[
            (
                each,
                format_short_datetime(each.created_at, zone),
                format_short_datetime(each.expires_at, zone),
                _when(each.last_used_at, zone),
            )
            for each in own.devices
        ],
        passkeys=[
            (each, format_short_datetime(each.created_at, zone), _when(each.last_used_at, zone))
            for each in own.passkeys
        ],
        passkeys_supported=services.settings.passkeys_supported,
        has_pin=own.pin_set_at is not None,
        by_code=own.sends_codes,
        faults=faults,
        entered={"pin": "", "current": ""},
    )


def _when(moment: datetime | None, zone: ZoneInfo) -> Displayed:
    return "" if moment is None else format_short_datetime(moment, zone)


ROUTERS = (DEVICE_PAGES, PIN_RESET)
PERMISSIONS: Permissions = {
    ("GET", "/p/{link}/devices"): Permission(PERSON, own_only=True, requires_verification=True),
    ("POST", "/p/{link}/devices/{device_id}/end"): Permission(
        PERSON, own_only=True, requires_verification=True
    ),
    ("POST", "/p/{link}/pin"): Permission(PERSON, own_only=True, requires_verification=True),
    ("POST", "/people/{person_id}/pin/reset"): Permission(
        MANAGER, requires_recent_authentication=True, limits=LimitRule.COUNTRIES
    ),
}
