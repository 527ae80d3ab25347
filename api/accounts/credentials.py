"""Credentials: issuing, validating and revoking secrets.

Only the SHA-256 hash of a secret is stored. Most secrets are random and shown once, when they are
issued; those of people's links are derived from the key file.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session as Transaction

from api.accounts import facts
from api.accounts.rows import CredentialKind, CredentialRow
from api.audit_trail.log import record_event
from api.crypto.row_seal import sealed_or_none
from api.database.types import new_id
from api.http.principal import Principal, TokenScope
from api.services import Services
from api.values import FrozenModel
from coach.errors import NotFoundError

SECRET_BYTES = 32
TOUCH_INTERVAL = timedelta(minutes=5)
CLOCK_SKEW = timedelta(minutes=5)  # tolerated between machines
_SHORT_LIVED = {
    CredentialKind.BROWSER_SESSION,
    CredentialKind.SIGN_IN,
    CredentialKind.PENDING_SECOND_FACTOR,
}
# Built once: every request runs this query, and building it takes as long as running it.
CREDENTIAL_BY_SECRET = select(CredentialRow).where(
    CredentialRow.secret_sha256 == bindparam("sha256")
)


class IssuedSecret(FrozenModel):
    """A newly issued secret and its expiry time."""

    id: str
    secret: str
    expires_at: datetime


class CredentialView(FrozenModel):
    """A credential without its secret."""

    id: str
    kind: CredentialKind
    label: str
    scopes: tuple[TokenScope, ...] = ()
    person_id: str | None
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


def list_credentials(services: Services, principal: Principal) -> tuple[CredentialView, ...]:
    """Return all of a user's credentials, newest first."""
    with services.database.reading() as tx:
        return credentials_of(tx, principal)


def credentials_of(tx: Transaction, principal: Principal) -> tuple[CredentialView, ...]:
    """Return all of a user's credentials, newest first."""
    return _credentials_of(tx, principal.user_id)


def _credentials_of(tx: Transaction, user_id: str | None) -> tuple[CredentialView, ...]:
    rows = tx.scalars(
        select(CredentialRow)
        .where(CredentialRow.user_id == user_id, CredentialRow.user_id.is_not(None))
        .order_by(CredentialRow.created_at.desc(), CredentialRow.id)
    )
    return tuple(_view(row) for row in rows)


def active_credentials_of(
    tx: Transaction, principal: Principal, *, now: datetime
) -> tuple[CredentialView, ...]:
    """Return a user's valid browser sessions and tokens, newest first."""
    return active_credentials_of_user(tx, principal.user_id, now=now)


def active_credentials_of_user(
    tx: Transaction, user_id: str | None, *, now: datetime
) -> tuple[CredentialView, ...]:
    """Return a user's valid browser sessions and tokens, newest first."""
    kinds = {CredentialKind.BROWSER_SESSION, CredentialKind.TOKEN}
    return tuple(
        each
        for each in _credentials_of(tx, user_id)
        if each.kind in kinds and each.revoked_at is None and each.expires_at > now
    )


def revoke_credential(services: Services, principal: Principal, credential_id: str) -> None:
    """Revoke one of the principal's own credentials or, for a manager, a person's link.

    Raises:
        NotFoundError: there is no such credential, or the principal may not revoke it.
    """
    with services.database.writing() as tx:
        revoke(tx, principal, credential_id, now=services.now())


def revoke(tx: Transaction, principal: Principal, credential_id: str, *, now: datetime) -> None:
    """Revoke a credential; see `revoke_credential`."""
    row = tx.get(CredentialRow, credential_id)
    allowed = row is not None and (
        row.user_id == principal.user_id if row.user_id is not None else principal.is_manager
    )
    if row is None or not allowed:
        raise NotFoundError(facts.NO_SUCH_CREDENTIAL(id=credential_id))
    row.revoked_at = row.revoked_at or now
    record_event(tx, "credential revoked", "credential", credential_id)


def revoke_credentials(
    tx: Transaction,
    user_id: str,
    kinds: Iterable[CredentialKind],
    now: datetime,
    *,
    except_id: str | None = None,
) -> int:
    """Revoke a user's credentials of the given kinds, and return how many were revoked.

    The credential with the id `except_id` is not revoked.
    """
    rows = tx.scalars(
        select(CredentialRow).where(
            CredentialRow.user_id == user_id,
            CredentialRow.kind.in_(list(kinds)),
            CredentialRow.id != (except_id or ""),
            CredentialRow.revoked_at.is_(None),
        )
    )
    revoked = rows.all()
    for row in revoked:
        row.revoked_at = now
    tx.flush()
    return len(revoked)


def active_of(
    tx: Transaction, kind: CredentialKind, now: datetime, **owner: str | None
) -> list[CredentialRow]:
    """Return the credentials of `kind` that have neither expired nor been revoked, oldest first.

    `owner` is a `user_id` or a `person_id`. The seals of the rows are not checked.
    """
    query = select(CredentialRow).filter_by(kind=kind, revoked_at=None, **owner)
    return list(
        tx.scalars(
            query.where(CredentialRow.expires_at > now).order_by(
                CredentialRow.created_at, CredentialRow.id
            )
        )
    )


def needs_touch(tx: Transaction, credential_id: str, now: datetime) -> bool:
    """Return whether a credential's last use was recorded over five minutes ago, or never."""
    row = tx.get_one(CredentialRow, credential_id)
    return row.last_used_at is None or now - row.last_used_at > TOUCH_INTERVAL


def touch(tx: Transaction, credential_id: str, now: datetime) -> None:
    """Record that a credential was used at `now`."""
    tx.get_one(CredentialRow, credential_id).last_used_at = now


def sha256_of(secret: str) -> str:
    """Return the SHA-256 hash of a secret, in hexadecimal.

    Secrets are random, so neither a salt nor a slow hash function is needed.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


def new_secret() -> str:
    """Return a new random, URL-safe secret."""
    return secrets.token_urlsafe(SECRET_BYTES)


def issue(
    tx: Transaction,
    kind: CredentialKind,
    now: datetime,
    until: datetime,
    *,
    label: str = "",
    **owner: str | None,
) -> IssuedSecret:
    """Issue a new secret, valid until `until`, to its `owner`: a `user_id` or a `person_id`."""
    secret = new_secret()
    row = credential_row(kind, secret, now, until, label=label, id=new_id(), **owner)
    tx.add(row)
    tx.flush()
    return IssuedSecret(id=row.id, secret=secret, expires_at=until)


def credential_row(
    kind: CredentialKind, secret: str, now: datetime, until: datetime, **owner: str | None
) -> CredentialRow:
    """Build the row that stores a secret's hash, owner and period of validity."""
    return CredentialRow(
        kind=kind, secret_sha256=sha256_of(secret), created_at=now, expires_at=until, **owner
    )


def find_valid(
    tx: Transaction, secret: str, kind: CredentialKind, now: datetime
) -> CredentialRow | None:
    """Return the valid credential of `kind` with this secret, or `None` if there is none."""
    row = tx.scalar(CREDENTIAL_BY_SECRET, {"sha256": sha256_of(secret)})
    if row is None or row.kind is not kind or not is_valid(row, now):
        return None
    return sealed_or_none(tx, row)


def token_scopes(row: CredentialRow) -> frozenset[TokenScope]:
    """Return a token's scopes, which always include `read`."""
    return frozenset({TokenScope.READ, *map(TokenScope, (row.scopes or "").split())})


def last_use(row: CredentialRow) -> datetime:
    """Return when a credential was last used or, if it was never used, when it was issued."""
    return row.last_used_at or row.created_at


def is_valid(row: CredentialRow, now: datetime) -> bool:
    """Return whether a credential is neither revoked nor expired.

    A short-lived credential is also invalid if the clock has been set back to before it was issued,
    because its expiry time is then unreliable. Links and tokens stay valid in that case.
    """
    if row.kind in _SHORT_LIVED and row.created_at - now > CLOCK_SKEW:
        return False
    return row.revoked_at is None and row.expires_at > now


def _view(row: CredentialRow) -> CredentialView:
    return CredentialView(
        id=row.id,
        kind=row.kind,
        label=row.label,
        scopes=tuple(sorted(token_scopes(row))) if row.kind is CredentialKind.TOKEN else (),
        person_id=row.person_id,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )
