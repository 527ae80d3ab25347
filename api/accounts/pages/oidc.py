"""Redirects to the identity provider, and the callback page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request, Response

from api.accounts import account, facts
from api.accounts.oidc import sign_in
from api.accounts.rows import SignInFlowKind
from api.accounts.session_cookies import (
    change_secret_of,
    renew_session_cookie,
    set_change_cookie,
    set_flow_cookie,
    set_pending_cookie,
    signed_in_response,
)
from api.http.cookies import sign_in_flow_cookie
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.limits import LimitRule
from api.http.permissions import EVERYBODY, OFFICE, Permission, Permissions
from api.http.principal import Principal
from api.http.urls import (
    ACCOUNT,
    CONFIRM,
    CONFIRM_CHANGE,
    OIDC_CALLBACK,
    OIDC_START,
    SECOND_FACTOR,
    SIGN_IN,
    safe_redirect_path,
)
from api.services import Services
from api.web.rendering import redirect_after_post
from coach.errors import ConflictError

if TYPE_CHECKING:
    from api.accounts.oidc.client import Provider

OIDC_PAGES = APIRouter(include_in_schema=False)
_OTHER_SITES = frozenset({"cross-site", "same-site"})


@OIDC_PAGES.get(OIDC_START)
def start_sign_in(request: Request, services: ServicesDep) -> Response:
    """Redirect to the provider to sign in, or to the sign-in page if another site sent the user."""
    if request.headers.get("sec-fetch-site") in _OTHER_SITES:
        return redirect_after_post(SIGN_IN)
    return _redirect_to_provider(request, services, SignInFlowKind.OIDC_SIGN_IN, None, "/")


@OIDC_PAGES.get(f"{ACCOUNT}/provider")
def start_linking(request: Request, services: ServicesDep, principal: PrincipalDep) -> Response:
    """Redirect to the provider to link an account to the requesting user."""
    return _redirect_to_provider(request, services, SignInFlowKind.OIDC_LINK, principal, ACCOUNT)


@OIDC_PAGES.get(f"{CONFIRM}/provider")
def start_confirmation(
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    go_on_to: Annotated[str, Query(max_length=300)] = "/",
) -> Response:
    """Redirect to the provider to authenticate again."""
    next_page = safe_redirect_path(go_on_to)
    return _redirect_to_provider(
        request, services, SignInFlowKind.OIDC_STEP_UP, principal, next_page
    )


@OIDC_PAGES.get(f"{CONFIRM_CHANGE}/provider")
def start_change_confirmation(
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    go_on_to: Annotated[str, Query(max_length=300)] = ACCOUNT,
) -> Response:
    """Redirect to the provider to confirm a change to how the user signs in."""
    next_page = safe_redirect_path(go_on_to)
    return _redirect_to_provider(
        request, services, SignInFlowKind.OIDC_CHANGE, principal, next_page
    )


@OIDC_PAGES.get(OIDC_CALLBACK)
def handle_callback(request: Request, services: ServicesDep, principal: PrincipalDep) -> Response:
    """Finish a flow when the browser returns from the provider."""
    settings = services.settings
    finished = sign_in.finish(
        services,
        _provider_of(request),
        principal,
        request.cookies.get(sign_in_flow_cookie(settings), ""),
        request.query_params,
        change_secret=change_secret_of(request, settings),
    )
    if finished.cookie is not None:
        return signed_in_response(settings, finished.cookie, finished.go_on_to)
    if finished.pending is None:
        answer = redirect_after_post(finished.go_on_to)
        renew_session_cookie(answer, services, principal)
        if finished.change is not None:
            set_change_cookie(answer, settings, finished.change)
        return answer
    answer = redirect_after_post(SECOND_FACTOR)
    set_pending_cookie(answer, services, finished.pending)
    return answer


@OIDC_PAGES.get("/sign-out/provider")
def sign_out_at_provider(request: Request, services: ServicesDep) -> Response:
    """Redirect to the provider to sign out there too."""
    redirect_uri = services.settings.base_url + SIGN_IN
    return redirect_after_post(_provider_of(request).end_session_url(redirect_uri) or SIGN_IN)


@OIDC_PAGES.post(f"{ACCOUNT}/provider/remove")
def unlink(request: Request, services: ServicesDep, principal: PrincipalDep) -> Response:
    """Unlink the requesting user's account at the provider."""
    account.unlink_account(services, principal, change_secret_of(request, services.settings))
    return redirect_after_post(ACCOUNT)


def _redirect_to_provider(
    request: Request,
    services: Services,
    kind: SignInFlowKind,
    principal: Principal | None,
    go_on_to: str,
) -> Response:
    change_secret = change_secret_of(request, services.settings)
    started = sign_in.start(
        services, _provider_of(request), kind, principal, go_on_to, change_secret=change_secret
    )
    answer = redirect_after_post(started.provider_url)
    set_flow_cookie(answer, services.settings, started.flow)
    return answer


def _provider_of(request: Request) -> Provider:
    provider: Provider | None = request.app.state.oidc_client
    if provider is None:
        raise ConflictError(facts.NO_PROVIDER())
    return provider


ROUTERS = (OIDC_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/sign-in/provider"): Permission(EVERYBODY),
    ("GET", "/account/provider"): Permission(
        OFFICE,
        without_second_factor=True,
        requires_recent_authentication=True,
        limits=LimitRule.NO_CYCLE,
    ),
    ("GET", "/confirm/provider"): Permission(
        OFFICE, without_second_factor=True, limits=LimitRule.NO_CYCLE
    ),
    ("GET", "/account/confirm/provider"): Permission(
        OFFICE, without_second_factor=True, limits=LimitRule.NO_CYCLE
    ),
    ("GET", "/sign-in/provider/back"): Permission(EVERYBODY),
    ("GET", "/sign-out/provider"): Permission(EVERYBODY),
    ("POST", "/account/provider/remove"): Permission(
        OFFICE,
        without_second_factor=True,
        requires_recent_authentication=True,
        limits=LimitRule.NO_CYCLE,
    ),
}
