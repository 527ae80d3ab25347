"""Pages for signing in with a name, password and code, or with a passkey."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from api.accounts import passkeys, sign_in
from api.accounts.known_devices import presented_device
from api.accounts.passkey_verification import RelyingParty
from api.accounts.passkeys import PasskeyChallenge
from api.accounts.session_cookies import (
    set_flow_cookie,
    set_known_device_cookie,
    set_session_cookie,
    signed_in_response,
)
from api.accounts.sign_in import CodeForm, SignInForm
from api.accounts.sign_in_limits import DelayedAttempts, Sender, start_attempt
from api.http.client_network import client_network
from api.http.cookies import pending_second_factor_cookie, sign_in_flow_cookie
from api.http.dependencies import ServicesDep, services_for
from api.http.permissions import EVERYBODY, Permission, Permissions
from api.http.urls import PASSKEY, SECOND_FACTOR, SIGN_IN, safe_redirect_path
from api.settings import Settings
from api.web.rendering import FormFields, parse_form, render_page, site_name
from coach.errors import NotSignedInError
from coach.texts.facts import Displayed

SIGN_IN_PAGES = APIRouter(include_in_schema=False)
_DELAYED = DelayedAttempts()


class PasskeyResponse(BaseModel):
    """A passkey's response, as serialised by `PublicKeyCredential.toJSON()`."""

    credential: dict[str, Any]
    name: Annotated[str, Field(max_length=1000)] = ""
    go_on_to: Annotated[str, Field(max_length=300)] = ""


class ReturnTarget(BaseModel):
    """The page to which a user is redirected after signing in."""

    go_on_to: Annotated[str, Field(max_length=300)] = "/"


@SIGN_IN_PAGES.get(SIGN_IN)
def show_sign_in_form(
    request: Request,
    signed_out: Annotated[str, Query(max_length=10)] = "",
    go_on_to: Annotated[str, Query(max_length=300)] = "/",
) -> Response:
    """Show the sign-in form; `go_on_to` is the page to show afterwards."""
    return _render_sign_in(request, go_on_to, signed_out=bool(signed_out))


@SIGN_IN_PAGES.post(SIGN_IN)
async def sign_in_by_password(
    request: Request, form_fields: FormFields, services: ServicesDep
) -> Response:
    """Sign in with a name, password and code; failed attempts delay the next ones."""
    go_on_to = form_fields.pop("go_on_to", "/")
    form = parse_form(SignInForm, form_fields)
    sender = Sender(client_network(request.scope), presented_device(request))
    attempt = await run_in_threadpool(start_attempt, services, form.name, sender)
    await _DELAYED.wait(attempt)
    try:
        signed_in = await run_in_threadpool(sign_in.sign_in_by_password, services, form, attempt)
    except NotSignedInError as error:
        return await run_in_threadpool(_render_sign_in, request, go_on_to, form.name, error.shown)
    answer = signed_in_response(services.settings, signed_in.cookie, go_on_to)
    set_known_device_cookie(answer, services.settings, signed_in.device)
    return answer


@SIGN_IN_PAGES.get(SECOND_FACTOR)
def show_second_factor_form(request: Request) -> Response:
    """Show the second-factor form to a user who has signed in with the provider."""
    return _render_second_factor(request)


@SIGN_IN_PAGES.post(f"{SECOND_FACTOR}/code")
def sign_in_by_second_factor(
    request: Request, form_fields: FormFields, services: ServicesDep
) -> Response:
    """Sign in with a code, after signing in at the provider as the first factor."""
    form = parse_form(CodeForm, form_fields)
    pending = request.cookies.get(pending_second_factor_cookie(services.settings), "")
    try:
        cookie = sign_in.sign_in_by_second_factor(services, pending, form.code)
    except NotSignedInError as error:
        return _render_second_factor(request, error.shown)
    return signed_in_response(services.settings, cookie)


@SIGN_IN_PAGES.post(f"{PASSKEY}/begin")
def begin_passkey(target: ReturnTarget, request: Request, services: ServicesDep) -> Response:
    """Return the options for signing in with any passkey for this site."""
    relying_party = relying_party_of(request, services.settings)
    go_on_to = safe_redirect_path(target.go_on_to)
    challenge = passkeys.start_sign_in(services, relying_party, go_on_to)
    return passkey_options_response(challenge, services.settings)


@SIGN_IN_PAGES.post(f"{PASSKEY}/finish")
def finish_passkey(response: PasskeyResponse, request: Request, services: ServicesDep) -> Response:
    """Sign in with a passkey."""
    settings = services.settings
    signed_in = passkeys.finish_sign_in(
        services,
        relying_party_of(request, settings),
        request.cookies.get(sign_in_flow_cookie(settings), ""),
        response.credential,
    )
    answer = JSONResponse({"go_on_to": signed_in.go_on_to})
    set_session_cookie(answer, settings, signed_in.cookie)
    return answer


def _render_sign_in(
    request: Request,
    go_on_to: str,
    name: str = "",
    fault: Displayed = "",
    *,
    signed_out: bool = False,
) -> Response:
    """Render the form with the entered name, and the reason why signing in failed."""
    settings = services_for(request).settings
    return render_page(
        request,
        "accounts/sign_in.html",
        HTTPStatus.UNAUTHORIZED if fault else HTTPStatus.OK,
        address=SIGN_IN,
        go_on_to=safe_redirect_path(go_on_to),
        entered=dict.fromkeys(SignInForm.model_fields, "") | {"name": name},
        fault=fault,
        provider=settings.oidc,
        passkeys=settings.passkeys_supported,
        signed_out=signed_out and settings.oidc is not None,
    )


def _render_second_factor(request: Request, fault: Displayed = "") -> Response:
    return render_page(
        request,
        "accounts/second_factor.html",
        HTTPStatus.UNAUTHORIZED if fault else HTTPStatus.OK,
        address=f"{SECOND_FACTOR}/code",
        entered={"code": ""},
        fault=fault,
        passkeys=services_for(request).settings.passkeys_supported,
    )


def relying_party_of(request: Request, settings: Settings) -> RelyingParty:
    """Return the site to which passkeys are bound."""
    parts = settings.base_url.split("/")
    return RelyingParty(settings.public_hostname, "/".join(parts[:3]), site_name(request))


def passkey_options_response(challenge: PasskeyChallenge, settings: Settings) -> Response:
    """Return a response with a challenge's options and its flow's cookie."""
    answer = Response(challenge.options, media_type="application/json")
    set_flow_cookie(answer, settings, challenge.flow)
    return answer


ROUTERS = (SIGN_IN_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/sign-in"): Permission(EVERYBODY),
    ("POST", "/sign-in"): Permission(EVERYBODY),
    ("GET", "/sign-in/second"): Permission(EVERYBODY),
    ("POST", "/sign-in/second/code"): Permission(EVERYBODY),
    ("POST", "/sign-in/passkey/begin"): Permission(EVERYBODY),
    ("POST", "/sign-in/passkey/finish"): Permission(EVERYBODY),
}
