"""Confirmation of a change to how a user signs in, with a passkey."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.accounts import facts
from api.accounts.change_confirmation import Confirmation, start_change
from api.accounts.passkey_verification import RelyingParty, authentication_options
from api.accounts.passkeys import PasskeyChallenge, verify_signer
from api.accounts.rows import SignInFlowKind
from api.accounts.sign_in_flow import SignInFlow, consume_flow, start_flow
from api.http.principal import Principal
from api.http.urls import ACCOUNT
from api.services import Services
from coach.errors import NotSignedInError


def start_confirmation(
    services: Services, principal: Principal, relying_party: RelyingParty
) -> PasskeyChallenge:
    """Start confirming a change with one of the requesting user's passkeys."""
    kind = SignInFlowKind.PASSKEY_CHANGE
    with services.database.writing() as tx:
        flow = start_flow(tx, kind, principal.user_id, ACCOUNT, now=services.now())
    return PasskeyChallenge(flow, authentication_options(flow, relying_party))


def finish_confirmation(
    services: Services,
    principal: Principal,
    relying_party: RelyingParty,
    flow_secret: str,
    response: Mapping[str, Any],
) -> SignInFlow:
    """Confirm a change with a passkey, and return the flow with the change secret.

    Raises:
        NotSignedInError: the passkey is not one of the user's, its signature is invalid, or the
            flow has expired or was started by another user.
    """
    now = services.now()
    with services.database.writing() as tx:
        flow = consume_flow(tx, flow_secret, [SignInFlowKind.PASSKEY_CHANGE], now=now)
        if flow is not None and flow.user_id == principal.user_id:
            user = verify_signer(tx, flow, relying_party, response, now=now)
            if user is not None and user.id == principal.user_id:
                return start_change(tx, services, principal, "passkey", Confirmation.FACTOR)
    raise NotSignedInError(facts.PASSKEY_UNKNOWN())
