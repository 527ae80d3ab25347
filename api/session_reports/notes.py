"""Private notes of coaches on their sessions, encrypted; shown to their author alone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.crypto.envelope_encryption import decrypt, encrypt
from api.crypto.key_ring import Keyring
from api.database.types import new_id
from api.http.principal import AccessRole, Principal
from api.session_reports.note_access import NotesClosedError
from api.session_reports.note_encryption import data_key, note_associated_data, unwrap
from api.session_reports.rows import NoteKeyRow, NoteRow
from api.session_reports.submissions import require_role
from api.values import FrozenModel
from coach.errors import (
    NotFoundError,
)
from coach.feedback import Note


class NoteView(FrozenModel):
    """An author's own note, for the author alone."""

    session_id: str
    text: str
    version: int
    written_at: datetime


_IN_OTHER_NOTEBOOK = (
    "your note on this session is in another of your notebooks, which is closed on this device"
)


def write_note(
    tx: Transaction,
    keyring: Keyring,
    principal: Principal,
    session_id: str,
    note: Note,
    *,
    now: datetime,
) -> NoteView:
    """Seal a coach's note on a session; a later one replaces it.

    Raises:
        NotFoundError: there is no such session, or it is somebody else's.
        NotAllowedError: `principal` is not the session's coach, or their notes are closed here.
    """
    session = require_role(
        AccessRole.COACH, tx, principal, session_id, "notes are for coaches alone"
    )
    if not principal.notes_open:
        raise NotesClosedError
    key_row, key = data_key(tx, keyring, session, now)
    row = tx.scalar(select(NoteRow).where(NoteRow.session_id == session_id))
    if row is None:
        row = NoteRow(id=new_id(), session_id=session_id, author_id=session.coach_id, version=0)
        row.notebook = principal.notebook
        tx.add(row)
    elif row.notebook != principal.notebook:
        raise NotesClosedError(_IN_OTHER_NOTEBOOK)
    row.version, row.written_at, row.key_id = row.version + 1, now, key_row.id
    row.sealed = encrypt(key, note.text.encode(), *note_associated_data(row))
    record_event(tx, "note written", "session", session_id, version=row.version)
    return NoteView(
        session_id=session_id, text=note.text, version=row.version, written_at=row.written_at
    )


def note_of(tx: Transaction, keyring: Keyring, principal: Principal, session_id: str) -> NoteView:
    """An author's own note on a session.

    Raises:
        NotFoundError: there is none, or it is somebody else's; which of the two is not told.
        NotesClosedError: it does not open on the device that asks.
    """
    row = tx.scalar(
        select(NoteRow).where(
            NoteRow.session_id == session_id,
            NoteRow.author_id == principal.person_id,
        )
    )
    if row is None or principal.role is not AccessRole.COACH:
        raise NotFoundError("you have written no note on this session")
    if not principal.notes_open:
        raise NotesClosedError
    if row.notebook != principal.notebook:
        raise NotesClosedError(_IN_OTHER_NOTEBOOK)
    key_row = tx.get_one(NoteKeyRow, row.key_id)
    text = decrypt(unwrap(keyring, key_row), row.sealed, *note_associated_data(row)).decode()
    return NoteView(
        session_id=session_id, text=text, version=row.version, written_at=row.written_at
    )
