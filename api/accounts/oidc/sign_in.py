"""Signing in, linking accounts and re-authenticating through the identity provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from api.accounts import facts
from api.accounts.change_confirmation import (
    Confirmation,
    require_confirmation,
    require_may_change,
    start_change,
)
from api.accounts.credentials import IssuedSecret
from api.accounts.oidc.identity import AuthorizationRequest, Identity
from api.accounts.rows import SignInFlowKind
from api.accounts.second_factors import PROVIDER_FACTOR, has_own_second_factor
from api.accounts.sign_in import complete_sign_in, record_confirmation, start_second_factor
from api.accounts.sign_in_flow import SignInFlow, consume_flow, find_flow, start_flow
from api.accounts.users import ProviderLink, link_user, user_for_identity
from api.http.principal import Principal
from api.http.urls import ACCOUNT, OIDC_CALLBACK
from api.services import Services
from coach.errors import NotSignedInError

if TYPE_CHECKING:  # its libraries load slowly and are rarely needed
    from api.accounts.oidc.client import Provider

_KINDS = (
    SignInFlowKind.OIDC_SIGN_IN,
    SignInFlowKind.OIDC_LINK,
    SignInFlowKind.OIDC_STEP_UP,
    SignInFlowKind.OIDC_CHANGE,
)
_CONFIRMATIONS = (SignInFlowKind.OIDC_STEP_UP, SignInFlowKind.OIDC_CHANGE)


@dataclass(frozen=True, slots=True)
class StartedFlow:
    """A started flow, and the provider URL to redirect the browser to."""

    flow: SignInFlow
    provider_url: str


@dataclass(frozen=True, slots=True)
class FinishedFlow:
    """The result of a flow: the page to show next, and the browser's new cookie.

    `cookie` is set if the browser is now signed in, and `pending` if a second factor is still
    required. Both are `None` after linking an account or re-authenticating. `change` is set if the
    user has confirmed a change to how they sign in.
    """

    go_on_to: str
    cookie: IssuedSecret | None = None
    pending: IssuedSecret | None = None
    change: SignInFlow | None = None


def start(
    services: Services,
    provider: Provider,
    kind: SignInFlowKind,
    principal: Principal | None,
    go_on_to: str,
    *,
    change_secret: str = "",
) -> StartedFlow:
    """Start a flow at the provider.

    `principal` is the user who links an account or re-authenticates, or `None` for a sign-in.

    Raises:
        ConfirmChangeError: the user has to confirm linking an account first.
        ProviderUnavailableError: the provider cannot be reached.
    """
    user_id = None if principal is None else principal.user_id
    with services.database.writing() as tx:
        if kind is SignInFlowKind.OIDC_LINK and principal is not None:
            require_may_change(tx, services, principal, change_secret)
        flow = start_flow(tx, kind, user_id, go_on_to, now=services.now())
    return StartedFlow(flow, provider.authorization_url(_authorization_request(services, flow)))


def finish(
    services: Services,
    provider: Provider,
    principal: Principal,
    flow_secret: str,
    response: Mapping[str, str],
    *,
    change_secret: str = "",
) -> FinishedFlow:
    """Finish a flow, given the query parameters of the callback.

    A flow can be finished once, and only by the browser that started it. Linking an account uses
    up the change secret.

    Raises:
        ConfirmChangeError: the user has to confirm linking an account first.
        ConflictError: the account to be linked belongs to another user.
        NotSignedInError: the flow has expired, the response fails a check, no user is linked to the
            account, or a re-authentication used another user's account or a single factor.
        ProviderUnavailableError: the provider cannot be reached.
    """
    flow = _redeem_flow(services, flow_secret, response.get("state"))
    request = _authorization_request(services, flow)
    identity = provider.fetch_identity(dict(response), request)
    if flow.kind is SignInFlowKind.OIDC_SIGN_IN:
        return _sign_in(services, identity)
    if principal.user_id is None or principal.user_id != flow.user_id:
        raise NotSignedInError(facts.SIGNED_OUT_MEANWHILE())
    if flow.kind is SignInFlowKind.OIDC_LINK:
        link = ProviderLink(issuer=identity.issuer, subject=identity.subject)
        with services.database.writing() as tx:
            require_confirmation(tx, services, principal, change_secret)
            link_user(tx, principal.user_id, link)
        return FinishedFlow(flow.go_on_to)
    change = _confirm(services, principal, identity, flow.kind)
    return FinishedFlow(flow.go_on_to, change=change)


def _redeem_flow(services: Services, secret: str, state: str | None) -> SignInFlow:
    now = services.now()
    with services.database.reading() as tx:  # an invalid response must not acquire the writer lock
        flow = find_flow(tx, secret, _KINDS, now=now)
    if flow is None or flow.state != state:
        raise NotSignedInError(facts.FLOW_EXPIRED())
    with services.database.writing() as tx:
        if consume_flow(tx, secret, _KINDS, now=now) is None:
            raise NotSignedInError(facts.FLOW_COMPLETED())
    return flow


def _sign_in(services: Services, identity: Identity) -> FinishedFlow:
    settings, now = services.settings, services.now()
    by_mail = settings.oidc is not None and settings.oidc.link_by_mail
    lifetime = timedelta(hours=settings.cookie_hours)
    with services.database.writing() as tx:
        user = user_for_identity(tx, identity, link_by_mail=by_mail)
        if user is None:
            raise NotSignedInError(facts.NOT_LINKED(subject=identity.subject))
        if identity.used_second_factor:
            cookie = complete_sign_in(tx, user, "provider", now=now, lifetime=lifetime)
            return FinishedFlow("/", cookie=cookie)
        if has_own_second_factor(tx, user):
            return FinishedFlow("/", pending=start_second_factor(tx, user, now=now))
        cookie = complete_sign_in(tx, user, "provider without code", now=now, lifetime=lifetime)
        return FinishedFlow(ACCOUNT, cookie=cookie)


def _confirm(
    services: Services, principal: Principal, identity: Identity, kind: SignInFlowKind
) -> SignInFlow | None:
    """Record a confirmation at the provider, and return the change that it confirms, if any."""
    with services.database.writing() as tx:
        user = user_for_identity(tx, identity, link_by_mail=False)
        if user is None or user.id != principal.user_id:
            raise NotSignedInError(facts.OTHER_USERS_ACCOUNT())
        if not identity.used_second_factor:
            raise NotSignedInError(facts.SINGLE_FACTOR())
        if kind is SignInFlowKind.OIDC_CHANGE:
            return start_change(tx, services, principal, PROVIDER_FACTOR, Confirmation.FACTOR)
        record_confirmation(tx, principal, PROVIDER_FACTOR, now=services.now())
        return None


def _authorization_request(services: Services, flow: SignInFlow) -> AuthorizationRequest:
    return AuthorizationRequest(
        state=flow.state,
        nonce=flow.nonce,
        code_verifier=flow.code_verifier,
        redirect_uri=services.settings.base_url + OIDC_CALLBACK,
        force_reauthentication=flow.kind in _CONFIRMATIONS,
    )
