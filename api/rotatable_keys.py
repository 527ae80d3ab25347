"""Rotates the master key, rewrapping the keys of every subject, and the key for backups."""

from __future__ import annotations

from sqlalchemy.orm import Session as Transaction

from api.accounts.second_factors import rewrap_totp_secrets
from api.audit_trail.log import record_event
from api.crypto.key_ring import Keyring
from api.crypto.key_rotation import Rotatable
from api.database.rows import BACKUPS_VERSION, MASTER_VERSION, KeyMarkRow
from api.session_reports.note_encryption import rewrap_legacy_keys
from api.session_reports.notebook_openers import rewrap_openers

ROTATABLE: tuple[Rotatable, ...] = (rewrap_openers, rewrap_legacy_keys, rewrap_totp_secrets)


def reserve_version(tx: Transaction, name: str, current: int) -> int:
    """Reserve a version for a new key, and return it.

    No rotation has used this version, not even an interrupted one: otherwise, the key file of an
    interrupted rotation could be mistaken for that of a later one. `name` is `MASTER_RESERVED` or
    `BACKUPS_RESERVED`.
    """
    row = tx.get(KeyMarkRow, name)
    version = max(current, 0 if row is None else int(row.mark)) + 1
    tx.merge(KeyMarkRow(name=name, mark=str(version)))
    return version


def rewrap_all_keys(tx: Transaction, keyring: Keyring) -> int:
    """Rewrap every key under the newest master key, record this, and return the number of keys.

    Raises:
        KeyringError: the key file lacks the master key version that wraps one of the keys.
        DecryptionError: a wrapped key was altered.
    """
    count = sum(rewrap(tx, keyring) for rewrap in ROTATABLE)
    tx.merge(KeyMarkRow(name=MASTER_VERSION, mark=str(keyring.master_version)))
    record_event(tx, "master key rotated", "key", str(keyring.master_version), wrapped_anew=count)
    return count


def record_backups_key(tx: Transaction, keyring: Keyring) -> None:
    """Record that backups use their newest key, so that older key files are refused."""
    version = str(keyring.backups_version)
    tx.merge(KeyMarkRow(name=BACKUPS_VERSION, mark=version))
    record_event(tx, "backup key rotated", "key", version)
