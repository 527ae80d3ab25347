"""Authentication of users by their browser's cookie or a bearer token."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session as Transaction

from api.accounts.access import limits_of
from api.accounts.credentials import (
    CLOCK_SKEW,
    CREDENTIAL_BY_SECRET,
    is_valid,
    last_use,
    sha256_of,
    token_scopes,
)
from api.accounts.rows import CredentialKind, CredentialRow, UserRow
from api.accounts.second_factors import has_own_second_factor
from api.crypto.row_seal import is_sealed
from api.http.authentication import PresentedSecret, SecretSource
from api.http.principal import AccessRole, Principal
from api.settings import Settings

_KIND_BY_SOURCE = {
    SecretSource.HEADER: CredentialKind.TOKEN,
    SecretSource.COOKIE: CredentialKind.BROWSER_SESSION,
}
_CREDENTIAL_WITH_USER = CREDENTIAL_BY_SECRET.add_columns(UserRow).join(
    UserRow, UserRow.id == CredentialRow.user_id
)


def authenticate_user(
    tx: Transaction, presented: PresentedSecret, settings: Settings, now: datetime
) -> Principal | None:
    """Return the user to whom a secret belongs, or `None` if the secret is not valid.

    A secret is not valid if it is unknown, revoked, expired or unused for too long, if its user is
    disabled, or if its row or its user's row has no valid seal. Tokens are accepted only in the
    Authorization header, and browser sessions only in the cookie.
    """
    kind = _KIND_BY_SOURCE.get(presented.source)
    found = tx.execute(_CREDENTIAL_WITH_USER, {"sha256": sha256_of(presented.secret)}).one_or_none()
    if found is None:
        return None
    row: CredentialRow
    user: UserRow
    row, user = found
    if row.kind is not kind or not is_valid(row, now) or user.disabled_at is not None:
        return None
    if not (is_sealed(tx, row) and is_sealed(tx, user)):
        return None
    by_cookie = row.kind is CredentialKind.BROWSER_SESSION
    idle = timedelta(minutes=settings.cookie_idle_minutes)
    if by_cookie and not -CLOCK_SKEW <= now - last_use(row) <= idle:
        return None
    set_up = row.factor is not None or has_own_second_factor(tx, user)
    return Principal(
        AccessRole(user.role),
        user_id=row.user_id,
        credential_id=row.id,
        by_cookie=by_cookie,
        confirmed_at=row.confirmed_at,
        scopes=None if by_cookie else token_scopes(row),
        needs_second_factor=not set_up,
        limits=limits_of(user),
    )
