"""The page of the programme office's users."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.accounts import account, factor_reset
from api.accounts.change_confirmation import ChangeProof
from api.accounts.session_cookies import change_secret_of
from api.accounts.user_list import USER_ACCESS, USER_LIST
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.urls import USERS
from api.lists.listing import present_list
from api.lists.query import read_query
from api.lists.selection import select_rows
from api.web.rendering import render_page

USER_PAGES = APIRouter(include_in_schema=False)


@USER_PAGES.get(USERS)
def show_users(request: Request, services: ServicesDep, principal: PrincipalDep) -> Response:
    """Show the users, and how they sign in, in pages."""
    query = read_query(request, USER_LIST)
    users = [user for user in factor_reset.read_users(services) if user.disabled_at is None]
    selected = select_rows(users, query, USER_ACCESS)
    change_secret = change_secret_of(request, services.settings)
    return render_page(
        request,
        "accounts/users.html",
        list=present_list(USERS, query, selected),
        users=selected.rows,
        own_id=principal.user_id,
        may_change=account.may_change_now(services, principal, change_secret),
    )


@USER_PAGES.post(f"{USERS}/{{user_id}}/second-factor/reset")
def reset_second_factor(
    user_id: str, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Remove a user's second factor, and show their sign-in link."""
    proof = ChangeProof(None, change_secret_of(request, services.settings))
    issued = factor_reset.reset_second_factor(services, principal, user_id, proof)
    minutes = services.settings.sign_in_minutes
    return render_page(
        request, "accounts/factor_reset.html", address=issued.address, minutes=minutes
    )


ROUTERS = (USER_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/users"): Permission(MANAGER),
    ("POST", "/users/{user_id}/second-factor/reset"): Permission(
        MANAGER, requires_recent_authentication=True
    ),
}
