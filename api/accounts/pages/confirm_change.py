"""The page on which a user confirms a change to how they sign in; see `change_confirmation`."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from api.accounts import account, change_confirmation, passkey_confirmation
from api.accounts.change_confirmation import OldFactors
from api.accounts.pages.sign_in import PasskeyResponse, passkey_options_response, relying_party_of
from api.accounts.session_cookies import renew_session_cookie, set_change_cookie
from api.http.cookies import sign_in_flow_cookie
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.limits import LimitRule
from api.http.permissions import OFFICE, Permission, Permissions
from api.http.principal import Principal
from api.http.urls import ACCOUNT, CONFIRM_CHANGE, safe_redirect_path
from api.services import Services
from api.web.rendering import FormFields, parse_form, redirect_after_post, render_page
from coach.errors import UnusableInputError
from coach.texts.facts import Displayed

CONFIRM_CHANGE_PAGES = APIRouter(include_in_schema=False)


@CONFIRM_CHANGE_PAGES.get(CONFIRM_CHANGE)
def show(
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    go_on_to: Annotated[str, Query(max_length=300)] = ACCOUNT,
) -> Response:
    """Show the ways to confirm a change, after which the user returns to `go_on_to`."""
    return _render(request, services, principal, go_on_to, {})


@CONFIRM_CHANGE_PAGES.post(CONFIRM_CHANGE)
def confirm(
    request: Request, form_fields: FormFields, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Check the password and code, allow one change, and redirect to the page for making it."""
    go_on_to = form_fields.pop("go_on_to", ACCOUNT)
    entered = parse_form(OldFactors, form_fields)
    try:
        change = change_confirmation.confirm_change(services, principal, entered)
    except UnusableInputError as error:
        return _render(request, services, principal, go_on_to, error.by_column)
    answer = redirect_after_post(safe_redirect_path(go_on_to))
    renew_session_cookie(answer, services, principal)
    set_change_cookie(answer, services.settings, change)
    return answer


@CONFIRM_CHANGE_PAGES.post(f"{CONFIRM_CHANGE}/passkey/begin")
def begin_passkey(request: Request, services: ServicesDep, principal: PrincipalDep) -> Response:
    """Return the options for confirming with a passkey."""
    relying_party = relying_party_of(request, services.settings)
    challenge = passkey_confirmation.start_confirmation(services, principal, relying_party)
    return passkey_options_response(challenge, services.settings)


@CONFIRM_CHANGE_PAGES.post(f"{CONFIRM_CHANGE}/passkey/finish")
def finish_passkey(
    response: PasskeyResponse, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Confirm a change with a passkey's response."""
    change = passkey_confirmation.finish_confirmation(
        services,
        principal,
        relying_party_of(request, services.settings),
        request.cookies.get(sign_in_flow_cookie(services.settings), ""),
        response.credential,
    )
    answer = JSONResponse({"go_on_to": safe_redirect_path(response.go_on_to or ACCOUNT)})
    renew_session_cookie(answer, services, principal)
    set_change_cookie(answer, services.settings, change)
    return answer


def _render(
    request: Request,
    services: Services,
    principal: Principal,
    go_on_to: str,
    faults: Mapping[str, Displayed],
) -> Response:
    means = account.read_confirmation_means(services, principal)
    return render_page(
        request,
        "accounts/confirm_change.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        go_on_to=safe_redirect_path(go_on_to),
        user=means.user,
        by_code=means.confirms_by_code,
        passkeys=services.settings.passkeys_supported and means.has_passkeys,
        provider=services.settings.oidc if means.user.linked else None,
        faults=faults,
        entered=dict.fromkeys(OldFactors.model_fields, ""),
    )


ROUTERS = (CONFIRM_CHANGE_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/account/confirm"): Permission(
        OFFICE, without_second_factor=True, limits=LimitRule.NO_CYCLE
    ),
    ("POST", "/account/confirm"): Permission(
        OFFICE, without_second_factor=True, limits=LimitRule.NO_CYCLE
    ),
    ("POST", "/account/confirm/passkey/begin"): Permission(
        OFFICE, without_second_factor=True, limits=LimitRule.NO_CYCLE
    ),
    ("POST", "/account/confirm/passkey/finish"): Permission(
        OFFICE, without_second_factor=True, limits=LimitRule.NO_CYCLE
    ),
}
