"""Encryption of notes with one data key per coach and coachee, wrapped by the master key.

A note is encrypted with AES-256-GCM under the data key of its author and coachee. The associated
data of a note identifies its row, session, author, key and version, and the associated data of a
wrapped key identifies its row and master key version. Decryption therefore fails if either is moved
to another row or replaced with an older version.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.crypto.envelope_encryption import decrypt, encrypt, new_data_key, wrapping_key
from api.crypto.key_ring import Keyring
from api.database.types import new_id
from api.session_reports.rows import NoteKeyRow, NoteRow
from api.sessions.rows import SessionRow


def encrypt_note(
    tx: Transaction,
    keyring: Keyring,
    session: SessionRow,
    row: NoteRow,
    text: str,
    *,
    now: datetime,
) -> None:
    """Encrypt `text` into `row`, whose version must already be set.

    Raises:
        KeyringError: the key file does not contain the master key that wraps the data key.
        DecryptionError: the wrapped data key was altered or moved.
    """
    key_row, key = _get_or_create_data_key(tx, keyring, session, now)
    row.key_id = key_row.id
    row.sealed = encrypt(key, text.encode(), *_note_associated_data(row))


def decrypt_note(tx: Transaction, keyring: Keyring, row: NoteRow) -> str:
    """Return the text of a note.

    Raises:
        KeyringError: the key file does not contain the master key that wraps the data key.
        DecryptionError: the note or its wrapped data key was altered or moved.
    """
    key = _unwrap(keyring, tx.get_one(NoteKeyRow, row.key_id))
    return decrypt(key, row.sealed, *_note_associated_data(row)).decode()


def rewrap_note_keys(tx: Transaction, keyring: Keyring) -> int:
    """Rewrap all data keys under the newest master key and return their number; see `Rotatable`."""
    rows = tx.scalars(select(NoteKeyRow)).all()
    for row in rows:
        key = _unwrap(keyring, row)
        row.master_version = keyring.master_version
        row.wrapped = _wrap(keyring, row, key)
    return len(rows)


def _get_or_create_data_key(
    tx: Transaction, keyring: Keyring, session: SessionRow, now: datetime
) -> tuple[NoteKeyRow, bytes]:
    """Return the row and the plaintext of the data key for the coach's notes about the coachee."""
    row = tx.scalar(
        select(NoteKeyRow).where(
            NoteKeyRow.author_id == session.coach_id, NoteKeyRow.subject_id == session.coachee_id
        )
    )
    if row is not None:
        return row, _unwrap(keyring, row)
    key = new_data_key()
    row = NoteKeyRow(
        id=new_id(),
        author_id=session.coach_id,
        subject_id=session.coachee_id,
        master_version=keyring.master_version,
        created_at=now,
    )
    row.wrapped = _wrap(keyring, row, key)
    tx.add(row)
    tx.flush()
    return row, key


def _wrap(keyring: Keyring, row: NoteKeyRow, key: bytes) -> bytes:
    """Encrypt `key` under the version of the master key that the row specifies."""
    master = wrapping_key(keyring.master, row.master_version)
    return encrypt(master, key, *_key_associated_data(row))


def _unwrap(keyring: Keyring, row: NoteKeyRow) -> bytes:
    master = wrapping_key(keyring.master, row.master_version)
    return decrypt(master, row.wrapped, *_key_associated_data(row))


def _key_associated_data(row: NoteKeyRow) -> tuple[str | int, ...]:
    return ("note_keys", row.id, row.author_id, row.subject_id, row.master_version)


def _note_associated_data(row: NoteRow) -> tuple[str | int, ...]:
    return ("notes", row.id, row.session_id, row.author_id, row.key_id, row.version)
