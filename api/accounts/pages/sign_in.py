"""Signing in by name, password and code, or by passkey."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from api.accounts import passkeys, sign_in
from api.accounts import sign_in_flow as ceremonies
from api.accounts.passkeys import Site
from api.accounts.routes import leave_signed_in, signed_in
from api.accounts.rows import CeremonyKind
from api.accounts.sign_in import CodeForm, SignInForm
from api.accounts.sign_in_flow import Ceremony
from api.crypto.password_hashing import password_fits
from api.http.authentication import ServicesDep
from api.http.cookies import begun_cookie, half_cookie, leave_cookie
from api.http.urls import PASSKEY, SECOND, SIGN_IN, own_page
from api.settings import Settings
from api.web.rendering import Typed, deployment_of, page, taken
from coach.errors import NotSignedInError

SIGNING_IN = APIRouter(include_in_schema=False)
_PASSKEY_KINDS = (CeremonyKind.PASSKEY_SIGN_IN,)


class Shown(BaseModel):
    """What a browser's passkey has answered, as `PublicKeyCredential.toJSON()` writes it."""

    credential: dict[str, Any]
    name: Annotated[str, Field(max_length=1000)] = ""


class WhereTo(BaseModel):
    """Where a browser wants to go on to once its user is signed in."""

    go_on_to: Annotated[str, Field(max_length=300)] = "/"


@SIGNING_IN.get(SIGN_IN)
def ask_who(
    request: Request, services: ServicesDep, signed_out: Annotated[str, Query(max_length=10)] = ""
) -> Response:
    """The form to sign in."""
    return page(
        request,
        "accounts/sign_in.html",
        address=SIGN_IN,
        entered=dict.fromkeys(SignInForm.model_fields, ""),
        provider=services.settings.oidc,
        passkeys=services.settings.passkeys_work,
        signed_out=bool(signed_out) and services.provider is not None,
    )


@SIGNING_IN.post(SIGN_IN)
def sign_in_by_password(typed: Typed, services: ServicesDep) -> Response:
    """Sign in by name, password and code; which of them is wrong is not told."""
    form, settings = taken(SignInForm, typed), services.settings
    with services.database.reading() as tx:
        stored = sign_in.password_of(tx, form.name)
    fits = password_fits(form.password, stored)
    with services.database.writing() as tx:
        cookie = sign_in.finish_sign_in(
            tx,
            services.keyring,
            form,
            password_fits=fits,
            now=services.now(),
            lasting=timedelta(hours=settings.cookie_hours),
        )
    if cookie is None:
        raise NotSignedInError(
            "name, password and code do not belong together, or there were too many tries: "
            "wait for the next code, then try again"
        )
    return signed_in(settings, cookie)


@SIGNING_IN.get(SECOND)
def ask_second(request: Request, services: ServicesDep) -> Response:
    """The form for the second factor, after an account elsewhere was the first."""
    return page(
        request,
        "accounts/second_factor.html",
        address=f"{SECOND}/code",
        entered={"code": ""},
        passkeys=services.settings.passkeys_work,
    )


@SIGNING_IN.post(f"{SECOND}/code")
def sign_in_by_second(request: Request, typed: Typed, services: ServicesDep) -> Response:
    """Sign in by a code, after an account elsewhere."""
    form, settings = taken(CodeForm, typed), services.settings
    with services.database.writing() as tx:
        cookie = sign_in.finish_half(
            tx,
            services.keyring,
            request.cookies.get(half_cookie(settings), ""),
            form.code,
            now=services.now(),
            lasting=timedelta(hours=settings.cookie_hours),
        )
    if cookie is None:
        raise NotSignedInError(
            "the code is not right, or you began too long ago, or there were too many tries: "
            "wait for the next code, then begin again"
        )
    return signed_in(settings, cookie)


@SIGNING_IN.post(f"{PASSKEY}/begin")
def begin_passkey(asked: WhereTo, request: Request, services: ServicesDep) -> Response:
    """What the browser needs to ask for a passkey of this site; nobody is named."""
    with services.database.writing() as tx:
        begun = ceremonies.begin(
            tx,
            CeremonyKind.PASSKEY_SIGN_IN,
            None,
            own_page(asked.go_on_to),
            now=services.now(),
        )
    return offered(
        passkeys.offer_sign_in(begun, site_of(request, services.settings)), begun, services.settings
    )


@SIGNING_IN.post(f"{PASSKEY}/finish")
def finish_passkey(shown: Shown, request: Request, services: ServicesDep) -> Response:
    """Sign in by what the passkey has signed."""
    settings, now = services.settings, services.now()
    with services.database.writing() as tx:
        begun = ceremonies.use_up(
            tx, request.cookies.get(begun_cookie(settings), ""), _PASSKEY_KINDS, now=now
        )
        user = (
            None
            if begun is None
            else passkeys.user_shown(
                tx, begun, site_of(request, settings), shown.credential, now=now
            )
        )
        cookie = (
            None
            if user is None
            else sign_in.signed_in_as(
                tx, user, "passkey", now=now, lasting=timedelta(hours=settings.cookie_hours)
            )
        )
    if begun is None or cookie is None:
        raise NotSignedInError("this passkey opens nothing here, or it took too long")
    answer = JSONResponse({"go_on_to": begun.go_on_to})
    leave_signed_in(answer, settings, cookie)
    return answer


def site_of(request: Request, settings: Settings) -> Site:
    """The site that passkeys are bound to."""
    name = deployment_of(request).programme_name or "Coaching scheduler"
    parts = settings.base_url.split("/")
    return Site(settings.site_name, "/".join(parts[:3]), name)


def offered(options: str, begun: Ceremony, settings: Settings) -> Response:
    """The answer that gives a browser what it needs, and leaves what it has begun with it."""
    answer = Response(options, media_type="application/json")
    leave_begun(answer, settings, begun)
    return answer


def leave_begun(answer: Response, settings: Settings, begun: Ceremony) -> None:
    """Leave with a browser what it has begun."""
    seconds = int(ceremonies.LASTING.total_seconds())
    leave_cookie(answer, settings, begun_cookie(settings), begun.secret, seconds)
