"""Sign-in flows that continue at an identity provider or on a passkey device.

Only the browser that started a flow can finish it, and only once. The browser stores a random
secret in a cookie; the values that are sent out (`state` and `nonce` to a provider, a challenge to
a passkey) are derived from it. Responses from other browsers and repeated responses are rejected.
"""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session as Transaction

from api.accounts.credentials import sha256_of
from api.accounts.rows import SignInFlowKind, SignInFlowRow
from api.crypto.row_seal import sealed_or_none

FLOW_LIFETIME = timedelta(minutes=10)
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class SignInFlow:
    """A flow started by a browser.

    Attributes:
        secret: the secret in the browser's cookie.
        kind: the purpose of the flow.
        user_id: the user who was signed in when it started, if any.
        go_on_to: the page to show afterwards; for a confirmed change, the id of the browser session
            that confirmed it.
    """

    secret: str
    kind: SignInFlowKind
    user_id: str | None
    go_on_to: str

    @property
    def state(self) -> str:
        """The `state` parameter, which binds the provider's response to this browser."""
        return self._derive("state")

    @property
    def nonce(self) -> str:
        """The `nonce` parameter, which binds the provider's ID token to this flow."""
        return self._derive("nonce")

    @property
    def code_verifier(self) -> str:
        """The PKCE code verifier (RFC 7636)."""
        return self._derive("verifier")

    @property
    def challenge(self) -> bytes:
        """The challenge that a passkey must sign."""
        return self._digest("challenge")

    def _derive(self, what: str) -> str:
        return urlsafe_b64encode(self._digest(what)).rstrip(b"=").decode()

    def _digest(self, what: str) -> bytes:
        return hashlib.sha256(f"{what}:{self.secret}".encode()).digest()


def start_flow(
    tx: Transaction, kind: SignInFlowKind, user_id: str | None, go_on_to: str, *, now: datetime
) -> SignInFlow:
    """Start a flow, and delete expired flows."""
    tx.execute(delete(SignInFlowRow).where(SignInFlowRow.expires_at <= now))
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    tx.add(
        SignInFlowRow(
            secret_sha256=sha256_of(secret),
            kind=kind,
            user_id=user_id,
            go_on_to=go_on_to,
            expires_at=now + FLOW_LIFETIME,
        )
    )
    return SignInFlow(secret, kind, user_id, go_on_to)


def find_flow(
    tx: Transaction, secret: str, kinds: Iterable[SignInFlowKind], *, now: datetime
) -> SignInFlow | None:
    """Return the flow with this secret, or `None` if it is unknown, expired, or of another kind."""
    row = sealed_or_none(tx, tx.get(SignInFlowRow, sha256_of(secret)))
    if row is None or row.kind not in set(kinds) or row.expires_at <= now:
        return None
    return SignInFlow(secret, row.kind, row.user_id, row.go_on_to)


def consume_flow(
    tx: Transaction, secret: str, kinds: Iterable[SignInFlowKind], *, now: datetime
) -> SignInFlow | None:
    """Return a flow as `find_flow` does, and delete it so that it cannot be finished twice."""
    found = find_flow(tx, secret, kinds, now=now)
    if found is not None:
        tx.execute(delete(SignInFlowRow).where(SignInFlowRow.secret_sha256 == sha256_of(secret)))
    return found
