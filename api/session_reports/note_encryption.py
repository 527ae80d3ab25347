"""Encryption of notes with one data key per coach, coachee and notebook.

A note is encrypted with AES-256-GCM under the data key of its notebook and coachee, and a data key
under the key of its notebook (see `notebook_openers`). The associated data of a note identifies its
row, session, author, key and version, and the associated data of a wrapped key identifies its row,
people and notebook. Decryption therefore fails if either is moved to another row or replaced with
an older version.

Data keys of legacy notebooks are wrapped by the master key alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as Transaction

from api.crypto.envelope_encryption import decrypt, encrypt, new_data_key, wrapping_key
from api.crypto.key_ring import Keyring
from api.database.types import new_id
from api.session_reports.rows import NoteKeyRow, NoteRow

Key = tuple[NoteKeyRow, bytes]


def encrypt_note(
    tx: Transaction,
    notebook_key: bytes,
    row: NoteRow,
    text: str,
    *,
    subject_id: str,
    now: datetime,
) -> None:
    """Encrypt `text` into `row`, whose notebook and version must already be set.

    Raises:
        DecryptionError: the wrapped data key was altered or moved.
    """
    key_row, key = _get_or_create_data_key(tx, notebook_key, row, subject_id, now)
    row.key_id = key_row.id
    row.sealed = encrypt(key, text.encode(), *_note_associated_data(row))


def decrypt_note(tx: Transaction, notebook_key: bytes, row: NoteRow) -> str:
    """Return the text of a note in a notebook with the given key.

    Raises:
        DecryptionError: the note or its wrapped data key was altered or moved.
    """
    key = _unwrap(notebook_key, tx.get_one(NoteKeyRow, row.key_id))
    return decrypt(key, row.sealed, *_note_associated_data(row)).decode()


def decrypt_legacy_note(tx: Transaction, keyring: Keyring, row: NoteRow) -> str:
    """Return the text of a note in a legacy notebook.

    Raises:
        KeyringError: the key file does not contain the master key that wraps the data key.
        DecryptionError: the note or its wrapped data key was altered or moved.
    """
    key = _unwrap_legacy(keyring, tx.get_one(NoteKeyRow, row.key_id))
    return decrypt(key, row.sealed, *_note_associated_data(row)).decode()


def notes_in(tx: Transaction, author_id: str | None, notebook: int) -> tuple[NoteRow, ...]:
    """Return the notes in one of a coach's notebooks, ordered by id."""
    query = select(NoteRow).where(NoteRow.author_id == author_id, NoteRow.notebook == notebook)
    return tuple(tx.scalars(query.order_by(NoteRow.id)))


def move_notes(
    tx: Transaction,
    notes: Iterable[tuple[NoteRow, str]],
    notebook: int,
    notebook_key: bytes,
    *,
    now: datetime,
) -> None:
    """Re-encrypt notes, given with their texts, under new data keys in a notebook.

    Data keys that are no longer used by any note are deleted. Copies of these keys, for example in
    backups, do not decrypt notes written from now on.
    """
    former: set[str] = set()
    for row, text in notes:
        key_row = tx.get_one(NoteKeyRow, row.key_id)
        former.add(key_row.id)
        row.notebook = notebook
        encrypt_note(tx, notebook_key, row, text, subject_id=key_row.subject_id, now=now)
    tx.flush()
    in_use = select(NoteRow.key_id)
    tx.execute(delete(NoteKeyRow).where(NoteKeyRow.id.in_(former), NoteKeyRow.id.not_in(in_use)))


def rewrap_legacy_keys(tx: Transaction, keyring: Keyring) -> int:
    """Rewrap the data keys of legacy notebooks under the newest master key; see `Rotatable`."""
    rows = tx.scalars(select(NoteKeyRow).where(NoteKeyRow.master_version.is_not(None))).all()
    for row in rows:
        key = _unwrap_legacy(keyring, row)
        row.master_version = keyring.master_version
        master = wrapping_key(keyring.master, row.master_version)
        row.wrapped = encrypt(master, key, *_legacy_associated_data(row))
    return len(rows)


def _get_or_create_data_key(
    tx: Transaction, notebook_key: bytes, note: NoteRow, subject_id: str, now: datetime
) -> Key:
    """Return the row and the plaintext of a coachee's data key, creating it if necessary."""
    row = tx.scalar(
        select(NoteKeyRow).where(
            NoteKeyRow.author_id == note.author_id,
            NoteKeyRow.subject_id == subject_id,
            NoteKeyRow.notebook == note.notebook,
        )
    )
    if row is not None:
        return row, _unwrap(notebook_key, row)
    key = new_data_key()
    row = NoteKeyRow(
        id=new_id(),
        author_id=note.author_id,
        subject_id=subject_id,
        notebook=note.notebook,
        created_at=now,
    )
    row.wrapped = encrypt(notebook_key, key, *_key_associated_data(row))
    tx.add(row)
    tx.flush()
    return row, key


def _unwrap(notebook_key: bytes, row: NoteKeyRow) -> bytes:
    return decrypt(notebook_key, row.wrapped, *_key_associated_data(row))


def _unwrap_legacy(keyring: Keyring, row: NoteKeyRow) -> bytes:
    master = wrapping_key(keyring.master, row.master_version or 0)
    return decrypt(master, row.wrapped, *_legacy_associated_data(row))


def _key_associated_data(row: NoteKeyRow) -> tuple[str | int, ...]:
    return ("note_keys", row.id, row.author_id, row.subject_id, "notebook", row.notebook)


def _legacy_associated_data(row: NoteKeyRow) -> tuple[str | int, ...]:
    return ("note_keys", row.id, row.author_id, row.subject_id, row.master_version or 0)


def _note_associated_data(row: NoteRow) -> tuple[str | int, ...]:
    return ("notes", row.id, row.session_id, row.author_id, row.key_id, row.version)
