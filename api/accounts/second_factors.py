"""Second factors: codes from an authenticator app (TOTP), and recovery codes."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session as Transaction

from api.accounts.credentials import sha256_of
from api.accounts.rows import PasskeyRow, RecoveryCodeRow, UserRow
from api.audit_trail.log import record_event
from api.crypto.envelope_encryption import decrypt, encrypt, wrapping_key
from api.crypto.key_ring import Keyring
from api.crypto.password_hashing import matching_totp_step
from api.crypto.row_seal import is_sealed, sealed_or_none
from api.http.principal import Principal

RECOVERY_CODES = 10
PROVIDER_FACTOR = "provider"
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without letters and digits that look alike
_CODE_LENGTH = 28  # 140 bits from 32 characters, so a plain hash is enough
_FREE_ATTEMPTS = 5
_MAX_LOCK = timedelta(hours=1)
_VERSION_BYTES = 2


class AcceptedCode(StrEnum):
    """The kind of an accepted code."""

    APP = "app"
    RECOVERY = "recovery code"


def has_own_second_factor(tx: Transaction, row: UserRow) -> bool:
    """Return whether a user has set up an authenticator app or a passkey.

    A user without either may still have a second factor at the identity provider, which counts for
    the browser sessions and tokens based on it (`PROVIDER_FACTOR`).
    """
    if row.totp_sealed is not None:
        return True
    return has_passkey(tx, row)


def has_passkey(tx: Transaction, row: UserRow) -> bool:
    """Return whether a user has a passkey whose row has a valid seal."""
    passkeys = tx.scalars(select(PasskeyRow).where(PasskeyRow.user_id == row.id)).all()
    return any(is_sealed(tx, passkey) for passkey in passkeys)


def proposed_totp_secret(keyring: Keyring, row: UserRow, credential_id: str | None) -> str:
    """Return the secret for a user to add to their authenticator app, in base 32.

    The secret is derived from the key file, so that the browser cannot choose it and does not have
    to send it back. The secret stays the same until the user signs in again or sets a second
    factor.
    """
    current = sha256(row.totp_sealed or b"").hexdigest()
    return keyring.totp_secret(f"{row.id}:{credential_id}:{current}")


def is_locked(row: UserRow, now: datetime) -> bool:
    """Return whether a user is currently locked out after failed attempts."""
    return row.locked_until is not None and row.locked_until > now


def verify_code(
    tx: Transaction, keyring: Keyring, row: UserRow, code: str, *, now: datetime
) -> AcceptedCode | None:
    """Verify and use up a code, and return its kind, or `None` if the code is not valid.

    The app's codes for the current, the previous and the next 30 seconds are valid, as are unused
    recovery codes. Each code works once.
    """
    if row.totp_sealed is not None:
        step = matching_totp_step(unseal_totp(keyring, row), code, now, after=row.totp_step or 0)
        if step is not None:
            row.totp_step = step
            return AcceptedCode.APP
    return AcceptedCode.RECOVERY if _use_recovery_code(tx, row.id, code, now) else None


def record_failure(tx: Transaction, row: UserRow, action: str, *, now: datetime) -> None:
    """Record a failed attempt, and lock the user out from the fifth consecutive failure on.

    The lockout starts at 30 seconds, and doubles with each further failure up to an hour.
    """
    row.failures += 1
    row.locked_until = (
        now + _lock_duration(row.failures) if row.failures >= _FREE_ATTEMPTS else None
    )
    record_event(tx, action, "user", row.id, failures=row.failures)


def replace_recovery_codes(tx: Transaction, user_id: str) -> tuple[str, ...]:
    """Replace a user's recovery codes with ten new ones, and return them."""
    codes = tuple(new_recovery_code() for _ in range(RECOVERY_CODES))
    delete_recovery_codes(tx, user_id)
    for code in codes:
        tx.add(RecoveryCodeRow(user_id=user_id, code_sha256=sha256_of(normalise_code(code))))
    record_event(tx, "recovery codes made", "user", user_id, codes=len(codes))
    return codes


def delete_recovery_codes(tx: Transaction, user_id: str) -> None:
    """Delete all of a user's recovery codes."""
    tx.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.user_id == user_id))


def count_unused_recovery_codes(tx: Transaction, principal: Principal) -> int:
    """Return the number of a user's unused recovery codes."""
    counted = select(func.count()).where(
        RecoveryCodeRow.user_id == principal.user_id, RecoveryCodeRow.used_at.is_(None)
    )
    return tx.scalar(counted) or 0


def new_recovery_code(length: int = _CODE_LENGTH) -> str:
    """Return a random code of `length` characters in groups of four, such as `K7QM-2XHD-9PTB-RW4C`.

    Each character encodes five bits.
    """
    characters = "".join(secrets.choice(_ALPHABET) for _ in range(length))
    return "-".join(characters[start : start + 4] for start in range(0, length, 4))


def normalise_code(typed: str) -> str:
    """Return a recovery code in canonical form: upper case, without spaces or hyphens."""
    return typed.upper().replace("-", "").replace(" ", "")


def seal_totp(keyring: Keyring, user_id: str, secret: str) -> bytes:
    """Encrypt a TOTP secret with the newest master key.

    The first two bytes of the result are the key's version.
    """
    version = keyring.master_version
    sealed = encrypt(keyring.master[version], secret.encode(), "users", user_id, version)
    return version.to_bytes(_VERSION_BYTES) + sealed


def unseal_totp(keyring: Keyring, row: UserRow) -> str:
    """Decrypt and return a user's TOTP secret."""
    stored = row.totp_sealed or b""
    version = int.from_bytes(stored[:_VERSION_BYTES])
    key = wrapping_key(keyring.master, version)
    return decrypt(key, stored[_VERSION_BYTES:], "users", row.id, version).decode()


def rewrap_totp_secrets(tx: Transaction, keyring: Keyring) -> int:
    """Re-encrypt all TOTP secrets with the newest master key, and return how many there are."""
    rows = tx.scalars(select(UserRow).where(UserRow.totp_sealed.is_not(None))).all()
    for row in rows:
        row.totp_sealed = seal_totp(keyring, row.id, unseal_totp(keyring, row))
    return len(rows)


def _use_recovery_code(tx: Transaction, user_id: str, code: str, now: datetime) -> bool:
    row = tx.scalar(
        select(RecoveryCodeRow).where(
            RecoveryCodeRow.user_id == user_id,
            RecoveryCodeRow.code_sha256 == sha256_of(normalise_code(code)),
            RecoveryCodeRow.used_at.is_(None),
        )
    )
    if sealed_or_none(tx, row) is None or row is None:
        return False
    row.used_at = now
    record_event(tx, "recovery code used", "user", user_id)
    return True


def _lock_duration(failures: int) -> timedelta:
    doublings = min(failures - _FREE_ATTEMPTS, 10)
    return min(timedelta(seconds=30 << doublings), _MAX_LOCK)
