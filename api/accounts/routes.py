"""Who you are, and the secrets that open something."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from api.accounts import browser_sessions, credentials, tokens
from api.accounts.credentials import CredentialView, IssuedSecret
from api.http.cookies import (
    cookie_name,
    pending_second_factor_cookie,
    set_secret_cookie,
    sign_in_flow_cookie,
)
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import (
    EVERYBODY,
    OFFICE,
    SIGNED_IN,
    Permission,
    Permissions,
)
from api.http.principal import AccessRole
from api.http.problem_details import problem_responses
from api.http.urls import API, safe_redirect_path
from api.http.urls import SIGN_IN as SIGN_IN_PAGE
from api.settings import Settings
from coach.feedback import SingleLineText

ME = APIRouter(prefix=API, tags=["me"])
SIGN_IN = APIRouter(include_in_schema=False)


class Me(BaseModel):
    """Who is asking."""

    role: AccessRole
    person_id: str | None
    cycle_id: str | None


class TokenRequest(BaseModel):
    """What a bearer token is for, and how many days it works."""

    label: Annotated[
        str, Field(min_length=1, max_length=200, examples=["HR export"]), SingleLineText
    ]
    days: Annotated[int, Field(ge=1, le=366)] = 90


@ME.get("/me", responses=problem_responses())
def me(principal: PrincipalDep) -> Me:
    """Who you are."""
    return Me(role=principal.role, person_id=principal.person_id, cycle_id=principal.cycle_id)


@ME.get("/me/credentials", responses=problem_responses())
def my_credentials(services: ServicesDep, principal: PrincipalDep) -> tuple[CredentialView, ...]:
    """Your signed-in browsers and your tokens, without their secrets."""
    with services.database.reading() as tx:
        return credentials.credentials_of(tx, principal)


@ME.post("/me/credentials", status_code=HTTPStatus.CREATED, responses=problem_responses(422))
def make_token(body: TokenRequest, services: ServicesDep, principal: PrincipalDep) -> IssuedSecret:
    """Make a bearer token for a program; its secret is shown this once."""
    with services.database.writing() as tx:
        return tokens.issue_token(
            tx, principal, body.label, now=services.now(), lifetime=timedelta(days=body.days)
        )


@ME.delete(
    "/credentials/{credential_id}",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problem_responses(404),
)
def revoke(credential_id: str, services: ServicesDep, principal: PrincipalDep) -> None:
    """Make one of your credentials, or a person's link, stop working."""
    with services.database.writing() as tx:
        credentials.revoke(tx, principal, credential_id, now=services.now())


@SIGN_IN.post("/sign-in/{secret}")
def sign_in(secret: str, services: ServicesDep) -> Response:
    """Use up a one-time secret; the browser is signed in from here on."""
    settings = services.settings
    with services.database.writing() as tx:
        cookie = browser_sessions.sign_in(
            tx, secret, now=services.now(), lifetime=timedelta(hours=settings.cookie_hours)
        )
    return signed_in_response(settings, cookie)


@SIGN_IN.post("/sign-out")
def sign_out(services: ServicesDep, principal: PrincipalDep) -> Response:
    """Make the browser's cookie stop working, and remove it."""
    with services.database.writing() as tx:
        credentials.revoke(tx, principal, principal.credential_id or "", now=services.now())
    elsewhere = "" if services.settings.oidc is None else "?signed_out=here"
    answer = RedirectResponse(SIGN_IN_PAGE + elsewhere, HTTPStatus.SEE_OTHER)
    set_secret_cookie(answer, services.settings, cookie_name(services.settings), "", 0)
    return answer


def signed_in_response(settings: Settings, cookie: IssuedSecret, go_on_to: str = "/") -> Response:
    """The answer that leaves a browser signed in, and leads on."""
    answer = RedirectResponse(safe_redirect_path(go_on_to), HTTPStatus.SEE_OTHER)
    set_session_cookie(answer, settings, cookie)
    return answer


def set_session_cookie(answer: Response, settings: Settings, cookie: IssuedSecret) -> None:
    """Leave a browser signed in, and nothing of what it had begun."""
    seconds = settings.cookie_hours * 3600
    set_secret_cookie(answer, settings, cookie_name(settings), cookie.secret, seconds)
    for cookie_to_clear in (pending_second_factor_cookie(settings), sign_in_flow_cookie(settings)):
        set_secret_cookie(answer, settings, cookie_to_clear, "", 0)


ROUTERS = (
    ME,
    SIGN_IN,
)
PERMISSIONS: Permissions = {
    ("GET", API + "/me"): Permission(SIGNED_IN),
    ("GET", API + "/me/credentials"): Permission(OFFICE),
    ("POST", API + "/me/credentials"): Permission(OFFICE, requires_recent_authentication=True),
    ("DELETE", API + "/credentials/{credential_id}"): Permission(OFFICE),
    ("POST", "/sign-in/{secret}"): Permission(EVERYBODY),
    ("POST", "/sign-out"): Permission(OFFICE),
}
