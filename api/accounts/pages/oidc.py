"""Signing in with an account elsewhere, linking one, and showing by it once more who one is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request, Response

from api.accounts import sign_in, users
from api.accounts import sign_in_flow as ceremonies
from api.accounts.oidc.identity import AuthorizationRequest, Identity
from api.accounts.rows import SignInFlowKind
from api.accounts.session_cookies import set_flow_cookie, signed_in_response
from api.accounts.sign_in_flow import SignInFlow
from api.accounts.users import ProviderLink
from api.http.cookies import pending_second_factor_cookie, set_secret_cookie, sign_in_flow_cookie
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import EVERYBODY, OFFICE, Permission, Permissions
from api.http.principal import Principal
from api.http.urls import (
    ACCOUNT,
    CONFIRM,
    OIDC_CALLBACK,
    OIDC_START,
    SECOND_FACTOR,
    SIGN_IN,
    safe_redirect_path,
)
from api.services import Services
from api.web.rendering import redirect_after_post
from coach.errors import ConflictError, NotSignedInError

if TYPE_CHECKING:
    from api.accounts.oidc.client import Provider

OIDC_PAGES = APIRouter(include_in_schema=False)
_KINDS = (
    SignInFlowKind.OIDC_SIGN_IN,
    SignInFlowKind.OIDC_LINK,
    SignInFlowKind.OIDC_STEP_UP,
)


@OIDC_PAGES.get(OIDC_START)
def start_sign_in(request: Request, services: ServicesDep) -> Response:
    """Send the browser to the provider, to come back signed in."""
    return _begin(_oidc_client(request), services, SignInFlowKind.OIDC_SIGN_IN, None, "/")


@OIDC_PAGES.get(f"{ACCOUNT}/provider")
def start_linking(request: Request, services: ServicesDep, principal: PrincipalDep) -> Response:
    """Send the browser to the provider, to link the account there with the one here."""
    return _begin(_oidc_client(request), services, SignInFlowKind.OIDC_LINK, principal, ACCOUNT)


@OIDC_PAGES.get(f"{CONFIRM}/provider")
def start_confirmation(
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    go_on_to: Annotated[str, Query(max_length=300)] = "/",
) -> Response:
    """Send the browser to the provider, to show there once more who one is."""
    return _begin(
        _oidc_client(request),
        services,
        SignInFlowKind.OIDC_STEP_UP,
        principal,
        safe_redirect_path(go_on_to),
    )


@OIDC_PAGES.get(OIDC_CALLBACK)
def handle_callback(request: Request, services: ServicesDep, principal: PrincipalDep) -> Response:
    """Take what the provider says of who signed in, once, and only from who was sent there."""
    provider, settings = _oidc_client(request), services.settings
    secret = request.cookies.get(sign_in_flow_cookie(settings), "")
    answer = dict(request.query_params)
    with services.database.reading() as tx:
        flow = ceremonies.find_flow(tx, secret, _KINDS, now=services.now())
    if flow is None or flow.state != answer.get("state"):
        raise NotSignedInError("that sign-in is too old or was not begun here; please begin again")
    with services.database.writing() as tx:
        if ceremonies.consume_flow(tx, secret, _KINDS, now=services.now()) is None:
            raise NotSignedInError("that sign-in was finished already; please begin again")
    identity = provider.fetch_identity(answer, _authorization_request(services, flow))
    if flow.kind is SignInFlowKind.OIDC_SIGN_IN:
        return _sign_in(services, identity)
    if principal.user_id is None or principal.user_id != flow.user_id:
        raise NotSignedInError("you were signed out meanwhile; please sign in and begin again")
    if flow.kind is SignInFlowKind.OIDC_LINK:
        link = ProviderLink(issuer=identity.issuer, subject=identity.subject)
        with services.database.writing() as tx:
            users.link_user(tx, principal.user_id, link)
        return redirect_after_post(ACCOUNT)
    return _confirm(services, principal, identity, flow.go_on_to)


@OIDC_PAGES.get("/sign-out/provider")
def sign_out_at_provider(request: Request, services: ServicesDep) -> Response:
    """Send the browser to the provider, to be signed out there too."""
    redirect_uri = services.settings.base_url + SIGN_IN
    return redirect_after_post(_oidc_client(request).end_session_url(redirect_uri) or SIGN_IN)


@OIDC_PAGES.post(f"{ACCOUNT}/provider/remove")
def unlink(services: ServicesDep, principal: PrincipalDep) -> Response:
    """Let the account elsewhere open this one no more."""
    with services.database.writing() as tx:
        user = users.current_user(tx, principal)
        if not user.has_password:
            raise ConflictError("set a password first: without it you could not sign in any more")
        users.unlink_user(tx, user.id)
    return redirect_after_post(ACCOUNT)


def _begin(
    provider: Provider,
    services: Services,
    kind: SignInFlowKind,
    principal: Principal | None,
    go_on_to: str,
) -> Response:
    user_id = None if principal is None else principal.user_id
    with services.database.writing() as tx:
        flow = ceremonies.start_flow(tx, kind, user_id, go_on_to, now=services.now())
    answer = redirect_after_post(provider.authorization_url(_authorization_request(services, flow)))
    set_flow_cookie(answer, services.settings, flow)
    return answer


def _sign_in(services: Services, identity: Identity) -> Response:
    settings, now = services.settings, services.now()
    by_mail = settings.oidc is not None and settings.oidc.link_by_mail
    lifetime = timedelta(hours=settings.cookie_hours)
    with services.database.writing() as tx:
        row = users.user_for_identity(tx, identity, link_by_mail=by_mail)
        if row is not None and identity.used_second_factor:
            return signed_in_response(
                settings, sign_in.complete_sign_in(tx, row, "provider", now=now, lifetime=lifetime)
            )
        pending_second_factor = (
            None if row is None else sign_in.start_second_factor(tx, row, now=now)
        )
    if pending_second_factor is None:
        raise NotSignedInError(
            "your account there is not linked to a user here. Ask who runs this server to link it: "
            f"there you are called {identity.subject}"
        )
    answer = redirect_after_post(SECOND_FACTOR)
    seconds = int((pending_second_factor.expires_at - now).total_seconds())
    set_secret_cookie(
        answer,
        settings,
        pending_second_factor_cookie(settings),
        pending_second_factor.secret,
        seconds,
    )
    return answer


def _confirm(
    services: Services, principal: Principal, identity: Identity, go_on_to: str
) -> Response:
    with services.database.writing() as tx:
        row = users.user_for_identity(tx, identity, link_by_mail=False)
        if row is None or row.id != principal.user_id:
            raise NotSignedInError("that was somebody else's account; please confirm with yours")
        if not identity.used_second_factor:
            raise NotSignedInError("one factor was shown there; please confirm with a code here")
        sign_in.record_confirmation(tx, principal, "provider", now=services.now())
    return redirect_after_post(go_on_to)


def _authorization_request(services: Services, flow: SignInFlow) -> AuthorizationRequest:
    return AuthorizationRequest(
        state=flow.state,
        nonce=flow.nonce,
        code_verifier=flow.code_verifier,
        redirect_uri=services.settings.base_url + OIDC_CALLBACK,
        force_reauthentication=flow.kind is SignInFlowKind.OIDC_STEP_UP,
    )


def _oidc_client(request: Request) -> Provider:
    provider: Provider | None = request.app.state.oidc_client
    if provider is None:
        raise ConflictError("no identity provider is configured here; sign in by password")
    return provider


ROUTERS = (OIDC_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/sign-in/provider"): Permission(EVERYBODY),
    ("GET", "/account/provider"): Permission(OFFICE, requires_recent_authentication=True),
    ("GET", "/confirm/provider"): Permission(OFFICE),
    ("GET", "/sign-in/provider/back"): Permission(EVERYBODY),
    ("GET", "/sign-out/provider"): Permission(EVERYBODY),
    ("POST", "/account/provider/remove"): Permission(OFFICE, requires_recent_authentication=True),
}
