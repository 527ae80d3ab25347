"""JSON routes for the current user or person, and for credentials."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from api.accounts import credentials, sign_in, tokens
from api.accounts.change_confirmation import ChangeProof
from api.accounts.credentials import CredentialView, IssuedSecret
from api.accounts.session_cookies import renew_session_cookie
from api.accounts.tokens import TokenRequest
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.limits import LimitRule
from api.http.permissions import (
    OFFICE,
    SIGNED_IN,
    Permission,
    Permissions,
)
from api.http.principal import AccessRole, TokenScope
from api.http.problem_details import problem_responses
from api.http.urls import API

ME = APIRouter(prefix=API, tags=["me"])


class Me(BaseModel):
    """The user or person who sent the request."""

    role: AccessRole
    person_id: str | None
    cycle_id: str | None


class ConfirmationRequest(BaseModel):
    """A code from the user's authenticator app, or a recovery code."""

    code: Annotated[str, Field(max_length=40)]


@ME.get("/me", responses=problem_responses())
def me(principal: PrincipalDep) -> Me:
    """Get your role and, if you are a coach or coachee, your ids."""
    return Me(role=principal.role, person_id=principal.person_id, cycle_id=principal.cycle_id)


@ME.get("/me/credentials", responses=problem_responses())
def my_credentials(services: ServicesDep, principal: PrincipalDep) -> tuple[CredentialView, ...]:
    """List your browser sessions, tokens and other credentials, including those that have ended."""
    return credentials.list_credentials(services, principal)


@ME.post("/me/credentials", status_code=HTTPStatus.CREATED, responses=problem_responses(422))
def make_token(body: TokenRequest, services: ServicesDep, principal: PrincipalDep) -> IssuedSecret:
    """Create a bearer token for a program; its secret is shown only once."""
    return tokens.make_token(services, principal, body, ChangeProof(body))


@ME.post("/me/confirmation", status_code=HTTPStatus.NO_CONTENT, responses=problem_responses(422))
def confirm(
    body: ConfirmationRequest, services: ServicesDep, principal: PrincipalDep, response: Response
) -> None:
    """Confirm your identity with a code, before you export personal data or send emails."""
    sign_in.require_code(services, principal, body.code)
    renew_session_cookie(response, services, principal)


@ME.delete(
    "/credentials/{credential_id}",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problem_responses(404),
)
def revoke(credential_id: str, services: ServicesDep, principal: PrincipalDep) -> None:
    """Revoke one of your credentials, or a person's secret link."""
    credentials.revoke_credential(services, principal, credential_id)


ROUTERS = (ME,)
PERMISSIONS: Permissions = {
    ("GET", API + "/me"): Permission(
        SIGNED_IN, without_second_factor=True, limits=LimitRule.NO_CYCLE
    ),
    ("GET", API + "/me/credentials"): Permission(OFFICE, limits=LimitRule.NO_CYCLE),
    ("POST", API + "/me/credentials"): Permission(
        OFFICE, requires_recent_authentication=True, limits=LimitRule.NO_CYCLE
    ),
    ("POST", API + "/me/confirmation"): Permission(
        OFFICE, scope=TokenScope.READ, limits=LimitRule.NO_CYCLE
    ),
    ("DELETE", API + "/credentials/{credential_id}"): Permission(
        OFFICE, limits=LimitRule.COUNTRIES
    ),
}
