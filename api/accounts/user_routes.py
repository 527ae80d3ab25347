"""JSON routes for the users of the programme office."""

from __future__ import annotations

from fastapi import APIRouter

from api.accounts import factor_reset
from api.accounts.change_confirmation import ChangeProof, OldFactors
from api.accounts.factor_reset import SignInLink
from api.accounts.users import UserView
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API

USERS = APIRouter(prefix=API, tags=["me"])


@USERS.get("/users", responses=problem_responses())
def list_users(services: ServicesDep) -> tuple[UserView, ...]:
    """List the users of the programme office, and how they sign in."""
    return factor_reset.read_users(services)


@USERS.post("/users/{user_id}/second-factor/reset", responses=problem_responses(404, 409, 422))
def reset_second_factor(
    user_id: str, entered: OldFactors, services: ServicesDep, principal: PrincipalDep
) -> SignInLink:
    """Remove the second factor of a user who has lost it; returns a sign-in link.

    Your own current password and code are required. If you sign in only with a passkey or at the
    identity provider, do this on the page of the users.
    """
    return factor_reset.reset_second_factor(services, principal, user_id, ChangeProof(entered))


ROUTERS = (USERS,)
PERMISSIONS: Permissions = {
    ("GET", API + "/users"): Permission(MANAGER),
    ("POST", API + "/users/{user_id}/second-factor/reset"): Permission(
        MANAGER, requires_recent_authentication=True
    ),
}
