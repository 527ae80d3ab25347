"""Rotating the master key: every wrapped key is wrapped anew, and no note is touched."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.accounts.rows import UserRow
from api.accounts.second_factors import seal_totp, unseal_totp
from api.audit_trail.log import record_event
from api.crypto.key_ring import Keyring
from api.session_reports.note_encryption import unwrap, wrap
from api.session_reports.rows import NoteKeyRow


def rewrap_all_keys(tx: Transaction, keyring: Keyring) -> int:
    """Put everything that a master key wraps under the newest one; tells how many things.

    Raises:
        KeyringError: a version that wraps something is missing from the key file.
        SealBrokenError: something was altered; nothing is changed.
    """
    done = 0
    for row in tx.scalars(select(NoteKeyRow)).all():
        key = unwrap(keyring, row)
        row.master_version = keyring.master_version
        row.wrapped = wrap(keyring, row, key)
        done += 1
    for user in tx.scalars(select(UserRow).where(UserRow.totp_sealed.is_not(None))).all():
        user.totp_sealed = seal_totp(keyring, user.id, unseal_totp(keyring, user))
        done += 1
    record_event(tx, "master key rotated", "key", str(keyring.master_version), wrapped_anew=done)
    return done
