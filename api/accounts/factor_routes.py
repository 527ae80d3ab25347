"""JSON routes with which users change their password, their app and their recovery codes."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel

from api.accounts import account
from api.accounts.account import AccountForm
from api.accounts.change_confirmation import ChangeProof, OldFactors
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.limits import LimitRule
from api.http.permissions import OFFICE, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API

FACTORS = APIRouter(prefix=f"{API}/me", tags=["me"])


class ProposedFactor(BaseModel):
    """The key to add to an authenticator app, in base 32."""

    secret: str


class RecoveryCodes(BaseModel):
    """New recovery codes, which are shown only once."""

    codes: tuple[str, ...]


@FACTORS.get("/second-factor", responses=problem_responses())
def propose_second_factor(services: ServicesDep, principal: PrincipalDep) -> ProposedFactor:
    """Get the key for a new second factor, to add to your authenticator app."""
    return ProposedFactor(secret=account.proposed_secret(services, principal))


@FACTORS.put("/second-factor", status_code=HTTPStatus.NO_CONTENT, responses=problem_responses(422))
def set_second_factor(form: AccountForm, services: ServicesDep, principal: PrincipalDep) -> None:
    """Set your second factor and, if you send one, a new password.

    `code` is the app's code for the key from `GET /me/second-factor`. Your current password and
    code are required if you have them. If you sign in only with a passkey or at the identity
    provider, make this change on the account page. This revokes your recovery codes, your calendar
    feed, your other browser sessions, and all your tokens, including the one used for this request.
    """
    account.set_up_account(services, principal, form)


@FACTORS.post("/recovery-codes", status_code=HTTPStatus.CREATED, responses=problem_responses(422))
def make_recovery_codes(
    entered: OldFactors, services: ServicesDep, principal: PrincipalDep
) -> RecoveryCodes:
    """Replace your recovery codes with ten new ones. Requires your current password and code."""
    codes = account.make_recovery_codes(services, principal, ChangeProof(entered))
    return RecoveryCodes(codes=codes)


ROUTERS = (FACTORS,)
PERMISSIONS: Permissions = {
    ("GET", API + "/me/second-factor"): Permission(
        OFFICE,
        without_second_factor=True,
        requires_recent_authentication=True,
        limits=LimitRule.NO_CYCLE,
    ),
    ("PUT", API + "/me/second-factor"): Permission(
        OFFICE,
        without_second_factor=True,
        requires_recent_authentication=True,
        limits=LimitRule.NO_CYCLE,
    ),
    ("POST", API + "/me/recovery-codes"): Permission(
        OFFICE,
        without_second_factor=True,
        requires_recent_authentication=True,
        limits=LimitRule.NO_CYCLE,
    ),
}
