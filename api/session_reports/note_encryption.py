"""Encryption of notes: a data key for each coach and coachee, wrapped by the master key."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.crypto.envelope_encryption import decrypt, encrypt, new_data_key, wrapping_key
from api.crypto.key_ring import Keyring
from api.database.types import new_id
from api.session_reports.rows import NoteKeyRow, NoteRow
from api.sessions.rows import SessionRow


def data_key(
    tx: Transaction, keyring: Keyring, session: SessionRow, now: datetime
) -> tuple[NoteKeyRow, bytes]:
    """The key for what this session's coach writes about its coachee, made where there is none."""
    row = tx.scalar(
        select(NoteKeyRow).where(
            NoteKeyRow.author_id == session.coach_id, NoteKeyRow.subject_id == session.coachee_id
        )
    )
    if row is not None:
        return row, unwrap(keyring, row)
    key = new_data_key()
    row = NoteKeyRow(
        id=new_id(),
        author_id=session.coach_id,
        subject_id=session.coachee_id,
        master_version=keyring.master_version,
        created_at=now,
    )
    row.wrapped = wrap(keyring, row, key)
    tx.add(row)
    tx.flush()
    return row, key


def wrap(keyring: Keyring, row: NoteKeyRow, key: bytes) -> bytes:
    """`key` sealed under the master key of the row's version, for this row."""
    master = wrapping_key(keyring.master, row.master_version)
    return encrypt(master, key, *_key_associated_data(row))


def unwrap(keyring: Keyring, row: NoteKeyRow) -> bytes:
    """The key that is wrapped in the row.

    Raises:
        KeyringError: its master key is missing from the key file.
        SealBrokenError: it was altered or moved.
    """
    master = wrapping_key(keyring.master, row.master_version)
    return decrypt(master, row.wrapped, *_key_associated_data(row))


def _key_associated_data(row: NoteKeyRow) -> tuple[str | int, ...]:
    return ("note_keys", row.id, row.author_id, row.subject_id, row.master_version)


def note_associated_data(row: NoteRow) -> tuple[str | int, ...]:
    """What the ciphertext of a note is bound to: its row, session, author, key and version."""
    return ("notes", row.id, row.session_id, row.author_id, row.key_id, row.version)


def rewrap_note_keys(tx: Transaction, keyring: Keyring) -> int:
    """Wrap the data keys of all notes under the newest master key; see `Rotatable`."""
    rows = tx.scalars(select(NoteKeyRow)).all()
    for row in rows:
        key = unwrap(keyring, row)
        row.master_version = keyring.master_version
        row.wrapped = wrap(keyring, row, key)
    return len(rows)
