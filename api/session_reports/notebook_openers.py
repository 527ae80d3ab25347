"""Notebook openers: copies of a notebook's key, each encrypted with one of the coach's secrets.

The key of a notebook is random and never stored in plain text. Each device, the passphrase and the
recovery code has an opener. Its inner layer is encrypted with a key that can be derived only from
the coach's secret, and its outer layer with the master key. The key file and the database together
therefore cannot unlock a notebook, and `keys rotate` can renew the outer layer without the coach.
Both layers are bound to the opener's row, its coach, notebook and kind.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as Transaction

from api.accounts.second_factors import normalise_code
from api.crypto.envelope_encryption import decrypt, encrypt, wrapping_key
from api.crypto.key_ring import Keyring
from api.crypto.row_seal import is_sealed
from api.crypto.secret_keys import SALT_BYTES, key_from_passphrase, key_from_secret
from api.database.types import new_id
from api.session_reports.rows import NotebookOpenerRow, NotebookRow, OpenerKind

_PURPOSE = "gender-coach notebook opener: "


@dataclass(frozen=True, slots=True)
class UnlockedNotebook:
    """A notebook and its key, for the duration of a request that unlocked the notebook."""

    row: NotebookRow
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenerKey:
    """The key for a new opener, derived from one of the coach's secrets with a random salt."""

    kind: OpenerKind
    salt: bytes
    key: bytes = field(repr=False)


def new_opener_key(kind: OpenerKind, secret: str) -> OpenerKey:
    """Derive the key for a new opener from the coach's secret; slow for a passphrase.

    Raises:
        BusyError: too many hashes of passphrases are being computed.
    """
    salt = secrets.token_bytes(SALT_BYTES)
    return OpenerKey(kind, salt, _derive(kind, secret, salt))


def add_opener(
    tx: Transaction,
    keyring: Keyring,
    unlocked: UnlockedNotebook,
    opener: OpenerKey,
    *,
    now: datetime,
    credential_id: str | None = None,
    label: str = "",
) -> None:
    """Store a copy of a notebook's key for a secret.

    A new passphrase or recovery code replaces the notebook's earlier one. For a device,
    `credential_id` and `label` are its credential and description.
    """
    if opener.kind is not OpenerKind.DEVICE:
        remove_openers(tx, unlocked.row, opener.kind)
    row = NotebookOpenerRow(
        id=new_id(),
        person_id=unlocked.row.person_id,
        notebook=unlocked.row.number,
        kind=opener.kind,
        credential_id=credential_id,
        salt=opener.salt,
        label=label,
        created_at=now,
        master_version=keyring.master_version,
    )
    _seal(keyring, row, encrypt(opener.key, unlocked.key, *_inner_associated_data(row)))
    tx.add(row)
    tx.flush()


def notebook_key_in(keyring: Keyring, row: NotebookOpenerRow, secret: str) -> bytes:
    """Decrypt an opener and return the notebook's key; slow for a passphrase.

    Raises:
        DecryptionError: `secret` is wrong, or the row was altered or moved.
        KeyringError: the key file does not contain the master key of the outer layer.
        BusyError: too many hashes of passphrases are being computed.
    """
    inner = _unseal(keyring, row)
    return decrypt(_derive(row.kind, secret, row.salt), inner, *_inner_associated_data(row))


def openers_of(
    tx: Transaction, person_id: str | None, kind: OpenerKind
) -> tuple[NotebookOpenerRow, ...]:
    """Return all openers of one kind for a coach's notebooks, oldest first.

    Openers without a valid seal are omitted.
    """
    query = select(NotebookOpenerRow).where(
        NotebookOpenerRow.person_id == person_id, NotebookOpenerRow.kind == kind
    )
    rows = tx.scalars(query.order_by(NotebookOpenerRow.created_at, NotebookOpenerRow.id)).all()
    return tuple(row for row in rows if is_sealed(tx, row))


def remove_openers(tx: Transaction, notebook: NotebookRow, *kinds: OpenerKind) -> None:
    """Delete a notebook's openers of the given kinds, whose secrets then no longer unlock it."""
    tx.execute(
        delete(NotebookOpenerRow).where(
            NotebookOpenerRow.person_id == notebook.person_id,
            NotebookOpenerRow.notebook == notebook.number,
            NotebookOpenerRow.kind.in_(kinds),
        )
    )


def rewrap_openers(tx: Transaction, keyring: Keyring) -> int:
    """Renew the outer layer of all openers with the newest master key; see `Rotatable`.

    Openers without a valid seal, which unlock nothing, are not changed.
    """
    rows = [row for row in tx.scalars(select(NotebookOpenerRow)).all() if is_sealed(tx, row)]
    for row in rows:
        inner = _unseal(keyring, row)
        row.master_version = keyring.master_version
        _seal(keyring, row, inner)
    return len(rows)


def _derive(kind: OpenerKind, secret: str, salt: bytes) -> bytes:
    if kind is OpenerKind.PASSPHRASE:
        return key_from_passphrase(secret, salt)
    typed = normalise_code(secret) if kind is OpenerKind.RECOVERY else secret
    return key_from_secret(typed.encode(), salt, _PURPOSE + kind.value)


def _seal(keyring: Keyring, row: NotebookOpenerRow, inner: bytes) -> None:
    master = wrapping_key(keyring.master, row.master_version)
    row.sealed = encrypt(master, inner, *_outer_associated_data(row))


def _unseal(keyring: Keyring, row: NotebookOpenerRow) -> bytes:
    master = wrapping_key(keyring.master, row.master_version)
    return decrypt(master, row.sealed, *_outer_associated_data(row))


def _inner_associated_data(row: NotebookOpenerRow) -> tuple[str | int, ...]:
    return ("notebook_openers", row.id, row.person_id, row.notebook, row.kind.value)


def _outer_associated_data(row: NotebookOpenerRow) -> tuple[str | int, ...]:
    return (*_inner_associated_data(row), row.master_version)
