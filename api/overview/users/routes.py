"""JSON routes for administrators to manage the users of the programme office."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from api.accounts import factor_reset, user_administration
from api.accounts.change_confirmation import ChangeProof, OldFactors
from api.accounts.factor_reset import SignInLink
from api.accounts.user_administration import AddedUser, UserDetails
from api.accounts.users import UserView
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.http.versions import RequiredVersion, set_version
from api.overview.users.entered_access import EnteredAccess, checked_access

USERS = APIRouter(prefix=f"{API}/users", tags=["users"])


class NewUserRequest(OldFactors):
    """A user to add, with your own current password and code."""

    name: Annotated[str, Field(max_length=1000)]
    access: EnteredAccess


class AccessRequest(OldFactors):
    """A user's new role and limits, with your own current password and code."""

    access: EnteredAccess


@USERS.get("", responses=problem_responses())
def list_users(services: ServicesDep) -> tuple[UserView, ...]:
    """List the users of the programme office, their roles and limits, and how they sign in."""
    return factor_reset.read_users(services)


@USERS.post("", status_code=HTTPStatus.CREATED, responses=problem_responses(409, 422))
def add_user(body: NewUserRequest, services: ServicesDep, principal: PrincipalDep) -> AddedUser:
    """Add a user, and return a link with which they can sign in once.

    For this and all other changes to users, your own current password and code are required. If you
    sign in only with a passkey or at the identity provider, use the Users page.
    """
    access = checked_access(services, body.access)
    return user_administration.create_user(
        services, principal, body.name, access, ChangeProof(body)
    )


@USERS.get("/{user_id}", responses=problem_responses(404))
def read_user(user_id: str, services: ServicesDep, response: Response) -> UserDetails:
    """Get a user, with the browsers in which they are signed in, and their tokens.

    `ETag` is the version of their role and limits.
    """
    shown = user_administration.read_user(services, user_id)
    set_version(response, shown.user.access.version)
    return shown


@USERS.put("/{user_id}/access", responses=problem_responses(404, 409, 412, 422, 428))
def change_access(
    user_id: str,
    body: AccessRequest,
    services: ServicesDep,
    principal: PrincipalDep,
    *,
    version: RequiredVersion,
) -> UserView:
    """Change the role and limits of another user, with effect from their next request."""
    return user_administration.change_access(
        services,
        principal,
        user_id,
        checked_access(services, body.access),
        ChangeProof(body),
        seen=version,
    )


@USERS.post(
    "/{user_id}/disable",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problem_responses(404, 409, 422),
)
def disable_user(
    user_id: str, entered: OldFactors, services: ServicesDep, principal: PrincipalDep
) -> None:
    """Disable another user; their browser sessions and tokens end."""
    user_administration.disable(services, principal, user_id, ChangeProof(entered))


@USERS.post(
    "/{user_id}/sign-out",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problem_responses(404, 409, 422),
)
def sign_out_user(
    user_id: str, entered: OldFactors, services: ServicesDep, principal: PrincipalDep
) -> None:
    """Sign another user out of every browser, and end their tokens and calendar feed."""
    user_administration.sign_out(services, principal, user_id, ChangeProof(entered))


@USERS.post("/{user_id}/second-factor/reset", responses=problem_responses(404, 409, 422))
def reset_second_factor(
    user_id: str, entered: OldFactors, services: ServicesDep, principal: PrincipalDep
) -> SignInLink:
    """Remove the second factor of another user who has lost it, and get a sign-in link for them."""
    return factor_reset.reset_second_factor(services, principal, user_id, ChangeProof(entered))


_READ = Permission(MANAGER, administrators_only=True)
_CHANGE = Permission(MANAGER, administrators_only=True, requires_recent_authentication=True)
ROUTERS = (USERS,)
PERMISSIONS: Permissions = {
    ("GET", API + "/users"): _READ,
    ("POST", API + "/users"): _CHANGE,
    ("GET", API + "/users/{user_id}"): _READ,
    ("PUT", API + "/users/{user_id}/access"): _CHANGE,
    ("POST", API + "/users/{user_id}/disable"): _CHANGE,
    ("POST", API + "/users/{user_id}/sign-out"): _CHANGE,
    ("POST", API + "/users/{user_id}/second-factor/reset"): _CHANGE,
}
