"""Routes called by the pages' script to add and use a person's passkeys."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from api.accounts.pages.sign_in import PasskeyResponse, passkey_options_response, relying_party_of
from api.accounts.passkeys import PasskeyName
from api.http import urls
from api.http.cookies import sign_in_flow_cookie
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.device_names import device_name
from api.http.permissions import ASKED_LATER, PERSON, Permission, Permissions
from api.personal_links import person_passkeys
from api.personal_links.first_page import first_page
from api.personal_links.verified_devices import set_device_cookie
from api.web.rendering import parse_form, redirect_after_post

PASSKEY_PAGES = APIRouter(prefix="/p/{link}", include_in_schema=False)


class VerificationResponse(PasskeyResponse):
    """A passkey's response, and whether to remember the device for 90 days."""

    remember: bool = False


@PASSKEY_PAGES.post("/verify/passkey/begin")
def begin_verification(
    request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Return the options for verifying the device with a passkey."""
    relying_party = relying_party_of(request, services.settings)
    challenge = person_passkeys.start_verification(services, principal, relying_party)
    return passkey_options_response(challenge, services.settings)


@PASSKEY_PAGES.post("/verify/passkey/finish")
def finish_verification(
    link: str,
    response: VerificationResponse,
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Verify the device with a passkey's response."""
    device = person_passkeys.finish_verification(
        services,
        principal,
        relying_party_of(request, services.settings),
        request.cookies.get(sign_in_flow_cookie(services.settings), ""),
        response.credential,
        device_name=device_name(request),
        remember=response.remember,
    )
    answer = JSONResponse({"go_on_to": first_page(link, principal)})
    set_device_cookie(answer, services, principal, device, remember=response.remember)
    return answer


@PASSKEY_PAGES.post("/passkeys/begin")
def begin_passkey(request: Request, services: ServicesDep, principal: PrincipalDep) -> Response:
    """Return the options that the browser needs to create a passkey."""
    relying_party = relying_party_of(request, services.settings)
    challenge = person_passkeys.start_registration(services, principal, relying_party)
    return passkey_options_response(challenge, services.settings)


@PASSKEY_PAGES.post("/passkeys/finish")
def finish_passkey(
    link: str,
    response: PasskeyResponse,
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Store the passkey created by the browser."""
    person_passkeys.finish_registration(
        services,
        principal,
        relying_party_of(request, services.settings),
        request.cookies.get(sign_in_flow_cookie(services.settings), ""),
        response.credential,
        name=parse_form(PasskeyName, {"name": response.name}),
    )
    return JSONResponse({"go_on_to": urls.person_devices(link)})


@PASSKEY_PAGES.post("/passkeys/{own_passkey_id}/remove")
def remove_passkey(
    link: str, own_passkey_id: str, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Remove a passkey."""
    person_passkeys.remove_passkey(services, principal, own_passkey_id)
    return redirect_after_post(urls.person_devices(link))


ROUTERS = (PASSKEY_PAGES,)
PERMISSIONS: Permissions = {
    ("POST", "/p/{link}/verify/passkey/begin"): Permission(ASKED_LATER, own_only=True),
    ("POST", "/p/{link}/verify/passkey/finish"): Permission(ASKED_LATER, own_only=True),
    ("POST", "/p/{link}/passkeys/begin"): Permission(
        PERSON, own_only=True, requires_verification=True
    ),
    ("POST", "/p/{link}/passkeys/finish"): Permission(
        PERSON, own_only=True, requires_verification=True
    ),
    ("POST", "/p/{link}/passkeys/{own_passkey_id}/remove"): Permission(
        PERSON, own_only=True, requires_verification=True
    ),
}
