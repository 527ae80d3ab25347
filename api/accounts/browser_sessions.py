"""Sign-in links and browser sessions."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session as Transaction

from api.accounts import facts
from api.accounts.credentials import (
    IssuedSecret,
    active_of,
    find_valid,
    issue,
    new_secret,
    revoke_credential,
    revoke_credentials,
    sha256_of,
)
from api.accounts.rows import CredentialKind, CredentialRow, UserRow
from api.accounts.second_factors import has_own_second_factor
from api.audit_trail.log import record_event
from api.crypto.row_seal import sealed_or_none
from api.http.principal import AccessRole, Principal
from api.services import Services
from coach.errors import NotSignedInError


def issue_sign_in_secret(
    tx: Transaction, user_id: str, *, now: datetime, lifetime: timedelta
) -> IssuedSecret:
    """Issue the secret for a sign-in link that a user can use once."""
    issued = issue(tx, CredentialKind.SIGN_IN, now, now + lifetime, user_id=user_id)
    record_event(tx, "sign-in address made", "user", user_id)
    return issued


def sign_in_by_link(services: Services, secret: str) -> IssuedSecret:
    """Redeem the secret of a sign-in link, and return the secret for the session cookie.

    Raises:
        NotSignedInError: the secret is unknown, used or expired.
    """
    lifetime = timedelta(hours=services.settings.cookie_hours)
    with services.database.writing() as tx:
        return redeem_sign_in_secret(tx, secret, now=services.now(), lifetime=lifetime)


def sign_out(services: Services, principal: Principal) -> None:
    """Revoke the session of the browser that sent the request."""
    revoke_credential(services, principal, principal.credential_id or "")


def redeem_sign_in_secret(
    tx: Transaction, secret: str, *, now: datetime, lifetime: timedelta
) -> IssuedSecret:
    """Exchange the secret of a sign-in link for that of a session cookie, valid for `lifetime`.

    The session counts as recently authenticated only if the user has nothing else to authenticate
    with: no app, no passkey, and no account at the identity provider.

    Raises:
        NotSignedInError: the secret is unknown, used or expired.
    """
    row = find_valid(tx, secret, CredentialKind.SIGN_IN, now)
    if row is None or row.user_id is None:
        raise NotSignedInError(facts.LINK_USED())
    row.revoked_at = row.last_used_at = now
    user = sealed_or_none(tx, tx.get_one(UserRow, row.user_id))
    if user is None:
        raise NotSignedInError(facts.LINK_USED())
    signed_in = Principal(AccessRole(user.role), user_id=user.id)
    record_event(tx, "user signed in", "user", row.user_id, by=signed_in)
    with_all_factors = not has_own_second_factor(tx, user) and user.subject is None
    return issue_session_cookie(
        tx, user.id, now=now, lifetime=lifetime, recently_authenticated=with_all_factors
    )


def issue_session_cookie(
    tx: Transaction,
    user_id: str,
    *,
    now: datetime,
    lifetime: timedelta,
    factor: str | None = None,
    recently_authenticated: bool = True,
) -> IssuedSecret:
    """Issue a session cookie's secret to a user who has just signed in.

    `factor` is `PROVIDER_FACTOR` if the second factor was the identity provider's.
    `recently_authenticated` is false if the user has not presented all their factors.
    """
    issued = issue(tx, CredentialKind.BROWSER_SESSION, now, now + lifetime, user_id=user_id)
    row = tx.get_one(CredentialRow, issued.id)
    row.confirmed_at, row.factor = (now if recently_authenticated else None), factor
    tx.flush()
    return issued


def renew_session(services: Services, principal: Principal) -> IssuedSecret | None:
    """Replace the secret of the requesting browser session, and return the new secret.

    Call this when the user has authenticated again. Returns `None` if the request was not sent in a
    browser session.
    """
    if principal.user_id is None or not principal.by_cookie:
        return None
    with services.database.writing() as tx:
        row = tx.get_one(CredentialRow, principal.credential_id)
        secret = new_secret()
        row.secret_sha256 = sha256_of(secret)
        return IssuedSecret(id=row.id, secret=secret, expires_at=row.expires_at)


def issue_pending_second_factor(
    tx: Transaction, user_id: str, *, now: datetime, lifetime: timedelta
) -> IssuedSecret:
    """Issue a secret to a browser whose user has passed the first of two factors.

    The secret grants no access. It only lets the user continue with the second factor.
    """
    return issue(tx, CredentialKind.PENDING_SECOND_FACTOR, now, now + lifetime, user_id=user_id)


def find_pending_second_factor(
    tx: Transaction, secret: str, *, now: datetime
) -> CredentialRow | None:
    """Return the pending second factor with this secret, or `None` if there is no valid one."""
    return find_valid(tx, secret, CredentialKind.PENDING_SECOND_FACTOR, now)


def sign_out_elsewhere(services: Services, principal: Principal) -> None:
    """Sign a user out of every browser except the one that sent the request."""
    user_id = principal.user_id or ""
    with services.database.writing() as tx:
        end_browser_sessions(tx, user_id, services.now(), except_id=principal.credential_id)
        record_event(tx, "other browsers signed out", "user", user_id)


def end_browser_sessions(
    tx: Transaction, user_id: str, now: datetime, *, except_id: str | None = None
) -> None:
    """Revoke a user's browser sessions and unused sign-in secrets, except `except_id`."""
    kinds = (
        CredentialKind.BROWSER_SESSION,
        CredentialKind.SIGN_IN,
        CredentialKind.PENDING_SECOND_FACTOR,
    )
    revoke_credentials(tx, user_id, kinds, now, except_id=except_id)


def end_tokens_and_feeds(tx: Transaction, user_id: str, now: datetime) -> None:
    """Revoke a user's tokens and their calendar feed, and record this in the audit trail."""
    ended = revoke_credentials(tx, user_id, [CredentialKind.TOKEN], now)
    if ended:
        record_event(tx, "tokens revoked", "user", user_id, credentials=ended)
    for feed in active_of(tx, CredentialKind.FEED, now, user_id=user_id):
        feed.revoked_at = now
        record_event(tx, "feed ended", "credential", feed.id)
