"""Signing in by name, password and code, or by passkey."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from api.accounts import passkeys, sign_in
from api.accounts import sign_in_flow as ceremonies
from api.accounts.passkeys import RelyingParty
from api.accounts.rows import SignInFlowKind
from api.accounts.session_cookies import (
    set_flow_cookie,
    set_session_cookie,
    signed_in_response,
)
from api.accounts.sign_in import CodeForm, SignInForm
from api.accounts.sign_in_flow import SignInFlow
from api.crypto.password_hashing import verify_password
from api.http.cookies import pending_second_factor_cookie, sign_in_flow_cookie
from api.http.dependencies import ServicesDep
from api.http.permissions import EVERYBODY, Permission, Permissions
from api.http.urls import PASSKEY, SECOND_FACTOR, SIGN_IN, safe_redirect_path
from api.settings import Settings
from api.web.rendering import FormFields, deployment_of, parse_form, render_page
from coach.errors import NotSignedInError

SIGN_IN_PAGES = APIRouter(include_in_schema=False)
_PASSKEY_KINDS = (SignInFlowKind.PASSKEY_SIGN_IN,)


class PasskeyResponse(BaseModel):
    """What a browser's passkey has answered, as `PublicKeyCredential.toJSON()` writes it."""

    credential: dict[str, Any]
    name: Annotated[str, Field(max_length=1000)] = ""


class ReturnTarget(BaseModel):
    """Where a browser wants to go on to once its user is signed in."""

    go_on_to: Annotated[str, Field(max_length=300)] = "/"


@SIGN_IN_PAGES.get(SIGN_IN)
def show_sign_in_form(
    request: Request, services: ServicesDep, signed_out: Annotated[str, Query(max_length=10)] = ""
) -> Response:
    """The form to sign in."""
    return render_page(
        request,
        "accounts/sign_in.html",
        address=SIGN_IN,
        entered=dict.fromkeys(SignInForm.model_fields, ""),
        provider=services.settings.oidc,
        passkeys=services.settings.passkeys_supported,
        signed_out=bool(signed_out) and services.settings.oidc is not None,
    )


@SIGN_IN_PAGES.post(SIGN_IN)
def sign_in_by_password(form_fields: FormFields, services: ServicesDep) -> Response:
    """Sign in by name, password and code; which of them is wrong is not told."""
    form, settings = parse_form(SignInForm, form_fields), services.settings
    with services.database.reading() as tx:
        stored = sign_in.password_hash_of(tx, form.name)
    fits = verify_password(form.password, stored)
    with services.database.writing() as tx:
        cookie = sign_in.finish_sign_in(
            tx,
            services.keyring,
            form,
            verify_password=fits,
            now=services.now(),
            lifetime=timedelta(hours=settings.cookie_hours),
        )
    if cookie is None:
        raise NotSignedInError(
            "name, password and code do not belong together, or there were too many tries: "
            "wait for the next code, then try again"
        )
    return signed_in_response(settings, cookie)


@SIGN_IN_PAGES.get(SECOND_FACTOR)
def show_second_factor_form(request: Request, services: ServicesDep) -> Response:
    """The form for the second factor, after an account elsewhere was the first."""
    return render_page(
        request,
        "accounts/second_factor.html",
        address=f"{SECOND_FACTOR}/code",
        entered={"code": ""},
        passkeys=services.settings.passkeys_supported,
    )


@SIGN_IN_PAGES.post(f"{SECOND_FACTOR}/code")
def sign_in_by_second_factor(
    request: Request, form_fields: FormFields, services: ServicesDep
) -> Response:
    """Sign in by a code, after an account elsewhere."""
    form, settings = parse_form(CodeForm, form_fields), services.settings
    with services.database.writing() as tx:
        cookie = sign_in.finish_second_factor(
            tx,
            services.keyring,
            request.cookies.get(pending_second_factor_cookie(settings), ""),
            form.code,
            now=services.now(),
            lifetime=timedelta(hours=settings.cookie_hours),
        )
    if cookie is None:
        raise NotSignedInError(
            "the code is not right, or you began too long ago, or there were too many tries: "
            "wait for the next code, then begin again"
        )
    return signed_in_response(settings, cookie)


@SIGN_IN_PAGES.post(f"{PASSKEY}/begin")
def begin_passkey(target: ReturnTarget, request: Request, services: ServicesDep) -> Response:
    """What the browser needs to ask for a passkey of this site; nobody is named."""
    with services.database.writing() as tx:
        flow = ceremonies.start_flow(
            tx,
            SignInFlowKind.PASSKEY_SIGN_IN,
            None,
            safe_redirect_path(target.go_on_to),
            now=services.now(),
        )
    return passkey_options_response(
        passkeys.authentication_options(flow, relying_party_of(request, services.settings)),
        flow,
        services.settings,
    )


@SIGN_IN_PAGES.post(f"{PASSKEY}/finish")
def finish_passkey(response: PasskeyResponse, request: Request, services: ServicesDep) -> Response:
    """Sign in by what the passkey has signed."""
    settings, now = services.settings, services.now()
    with services.database.writing() as tx:
        flow = ceremonies.consume_flow(
            tx, request.cookies.get(sign_in_flow_cookie(settings), ""), _PASSKEY_KINDS, now=now
        )
        user = (
            None
            if flow is None
            else passkeys.user_of_assertion(
                tx, flow, relying_party_of(request, settings), response.credential, now=now
            )
        )
        cookie = (
            None
            if user is None
            else sign_in.complete_sign_in(
                tx, user, "passkey", now=now, lifetime=timedelta(hours=settings.cookie_hours)
            )
        )
    if flow is None or cookie is None:
        raise NotSignedInError("this passkey opens nothing here, or it took too long")
    answer = JSONResponse({"go_on_to": flow.go_on_to})
    set_session_cookie(answer, settings, cookie)
    return answer


def relying_party_of(request: Request, settings: Settings) -> RelyingParty:
    """The site that passkeys are bound to."""
    name = deployment_of(request).programme_name or "Coaching scheduler"
    parts = settings.base_url.split("/")
    return RelyingParty(settings.public_hostname, "/".join(parts[:3]), name)


def passkey_options_response(options: str, flow: SignInFlow, settings: Settings) -> Response:
    """The answer that gives a browser what it needs, and leaves what it has begun with it."""
    answer = Response(options, media_type="application/json")
    set_flow_cookie(answer, settings, flow)
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
