"""Pages for administrators to manage the users of the programme office."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.accounts import account, factor_reset, user_administration
from api.accounts.change_confirmation import ChangeProof
from api.accounts.factor_reset import SignInLink
from api.accounts.session_cookies import change_secret_of
from api.http.dependencies import PrincipalDep, ServicesDep, principal_of, services_for
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.urls import USERS
from api.http.versions import version_in_form
from api.lists.listing import present_list
from api.lists.query import read_query
from api.lists.selection import select_rows
from api.overview.users.entered_access import access_from_form, cycle_names
from api.overview.users.listing import USER_ACCESS, USER_LIST
from api.overview.users.presenters import (
    ROLE_OPTIONS,
    entered_of,
    present_access,
    present_credential,
)
from api.web.qr_code import qr_code
from api.web.rendering import FormFields, redirect_after_post, render_page
from coach.errors import ChangedSinceError, ConflictError, UnusableInputError
from coach.texts.facts import Displayed

USER_PAGES = APIRouter(prefix=USERS, include_in_schema=False)


@USER_PAGES.get("")
def show_users(request: Request, services: ServicesDep, principal: PrincipalDep) -> Response:
    """Show one page of the users with their roles and limits."""
    query, names = read_query(request, USER_LIST), cycle_names(services)
    selected = select_rows(factor_reset.read_users(services), query, USER_ACCESS)
    return render_page(
        request,
        "overview/users/list.html",
        list=present_list(USERS, query, selected),
        users=[(user, *present_access(user.access, names)) for user in selected.rows],
        own_id=principal.user_id,
    )


@USER_PAGES.get("/new")
def show_new_user(request: Request) -> Response:
    """Show the form that adds a user."""
    return _render_new(request, {}, {})


@USER_PAGES.post("/new")
def add_user(
    request: Request, form_fields: FormFields, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Add a user, and show the link with which they sign in once."""
    name = form_fields.get("name", "")
    try:
        access = access_from_form(services, form_fields)
        added = user_administration.create_user(services, principal, name, access, _proof(request))
    except UnusableInputError as error:
        return _render_new(request, form_fields, error.by_column)
    except ConflictError as error:
        return _render_new(request, form_fields, {"name": error.shown})
    return _render_link(request, added.sign_in, name, is_new=True)


@USER_PAGES.get("/{user_id}")
def show_user(user_id: str, request: Request) -> Response:
    """Show a user's access, browser sessions and tokens, with forms to change them."""
    return _render_user(request, user_id)


@USER_PAGES.post("/{user_id}/access")
def change_access(
    user_id: str,
    request: Request,
    form_fields: FormFields,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Change a user's role and limits, or show the faults, or show the changes made since."""
    try:
        access = access_from_form(services, form_fields)
        user_administration.change_access(
            services,
            principal,
            user_id,
            access,
            _proof(request),
            seen=version_in_form(form_fields.get("version", "")),
        )
    except UnusableInputError as error:
        return _render_user(request, user_id, form_fields, error.by_column)
    except ChangedSinceError as error:
        return _render_user(request, user_id, form_fields, changed=error)
    return redirect_after_post(f"{USERS}/{user_id}")


@USER_PAGES.post("/{user_id}/disable")
def disable_user(
    user_id: str, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Disable a user."""
    user_administration.disable(services, principal, user_id, _proof(request))
    return redirect_after_post(f"{USERS}/{user_id}")


@USER_PAGES.post("/{user_id}/sign-out")
def sign_out_user(
    user_id: str, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Sign a user out of every browser, and end their tokens and calendar feed."""
    user_administration.sign_out(services, principal, user_id, _proof(request))
    return redirect_after_post(f"{USERS}/{user_id}")


@USER_PAGES.post("/{user_id}/second-factor/reset")
def reset_second_factor(
    user_id: str, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Remove a user's second factor, and show their sign-in link."""
    issued = factor_reset.reset_second_factor(services, principal, user_id, _proof(request))
    name = user_administration.read_user(services, user_id).user.name
    return _render_link(request, issued, name, is_new=False)


def _proof(request: Request) -> ChangeProof:
    return ChangeProof(None, change_secret_of(request, services_for(request).settings))


def _may_change(request: Request) -> bool:
    services = services_for(request)
    secret = change_secret_of(request, services.settings)
    return account.may_change_now(services, principal_of(request), secret)


def _render_link(request: Request, link: SignInLink, name: str, *, is_new: bool) -> Response:
    return render_page(
        request,
        "overview/users/sign_in_link.html",
        address=link.address,
        picture=qr_code(link.address),
        name=name,
        is_new=is_new,
        minutes=services_for(request).settings.sign_in_minutes,
    )


def _render_new(
    request: Request, entered: Mapping[str, str], faults: Mapping[str, Displayed]
) -> Response:
    return render_page(
        request,
        "overview/users/new.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        may_change=_may_change(request),
        cycles=cycle_names(services_for(request)),
        roles=ROLE_OPTIONS,
        entered=entered_of(entered),
        faults=faults,
    )


def _render_user(
    request: Request,
    user_id: str,
    entered: Mapping[str, str] | None = None,
    faults: Mapping[str, Displayed] | None = None,
    *,
    changed: ChangedSinceError | None = None,
) -> Response:
    services, faults = services_for(request), faults or {}
    shown, names = user_administration.read_user(services, user_id), cycle_names(services)
    access = shown.user.access
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    role, scope = present_access(access, names)
    return render_page(
        request,
        "overview/users/user.html",
        HTTPStatus.CONFLICT if changed else status,
        user=shown.user,
        role=role,
        scope=scope,
        version=(entered or {}).get("version", "") if faults else access.version,
        is_self=user_id == principal_of(request).user_id,
        may_change=_may_change(request),
        credentials=[present_credential(one) for one in shown.credentials],
        cycles=names,
        roles=ROLE_OPTIONS,
        entered=entered_of(entered if entered is not None else access),
        faults=faults,
        conflict=changed.shown if changed else "",
        differences=changed.differences if changed else (),
    )


_READ = Permission(MANAGER, administrators_only=True)
_CHANGE = Permission(MANAGER, administrators_only=True, requires_recent_authentication=True)
ROUTERS = (USER_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/users"): _READ,
    ("GET", "/users/new"): _READ,
    ("POST", "/users/new"): _CHANGE,
    ("GET", "/users/{user_id}"): _READ,
    ("POST", "/users/{user_id}/access"): _CHANGE,
    ("POST", "/users/{user_id}/disable"): _CHANGE,
    ("POST", "/users/{user_id}/sign-out"): _CHANGE,
    ("POST", "/users/{user_id}/second-factor/reset"): _CHANGE,
}
