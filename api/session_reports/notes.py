"""Coaches' private notes on their sessions, stored encrypted and shown only to their author."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.crypto.key_ring import Keyring
from api.database.types import new_id
from api.http.principal import AccessRole, Principal
from api.session_reports import facts
from api.session_reports.note_encryption import decrypt_note, encrypt_note
from api.session_reports.notebooks import NotesClosedError
from api.session_reports.rows import NoteRow
from api.sessions.rows import SessionRow
from api.values import FrozenModel
from coach.errors import NotAllowedError
from coach.feedback import Note


class NoteView(FrozenModel):
    """A coach's note on a session, as shown to its author."""

    session_id: str
    text: str
    version: int
    written_at: datetime


def store_note(
    tx: Transaction,
    keyring: Keyring,
    principal: Principal,
    session: SessionRow,
    note: Note,
    *,
    now: datetime,
) -> NoteView:
    """Encrypt and store a note on one of the principal's sessions, replacing any earlier note.

    Raises:
        NotAllowedError: `principal` is not the coach.
        NotesClosedError: no notebook is open on this device, or the earlier note is in another one.
    """
    if principal.role is not AccessRole.COACH:
        raise NotAllowedError(facts.ONLY_COACHES_WRITE_NOTES())
    if not principal.notes_open:
        raise NotesClosedError
    row = tx.scalar(select(NoteRow).where(NoteRow.session_id == session.id))
    if row is None:
        row = NoteRow(id=new_id(), session_id=session.id, author_id=session.coach_id, version=0)
        row.notebook = principal.notebook
    elif row.notebook != principal.notebook:
        raise NotesClosedError(facts.NOTE_IN_OTHER_NOTEBOOK())
    row.version, row.written_at = row.version + 1, now
    encrypt_note(tx, keyring, session, row, note.text, now=now)
    tx.add(row)  # not before `encrypt_note`, which flushes: `sealed` must not be null
    record_event(tx, "note written", "session", session.id, version=row.version)
    return _view(row, note.text)


def find_note(
    tx: Transaction, keyring: Keyring, principal: Principal, session_id: str
) -> NoteView | None:
    """Return the principal's own note on a session, or `None` if they have not written one.

    Raises:
        NotesClosedError: the notebook that contains the note is not open on this device.
    """
    if principal.role is not AccessRole.COACH:
        return None
    row = tx.scalar(
        select(NoteRow).where(
            NoteRow.session_id == session_id, NoteRow.author_id == principal.person_id
        )
    )
    if row is None:
        return None
    if not principal.notes_open:
        raise NotesClosedError
    if row.notebook != principal.notebook:
        raise NotesClosedError(facts.NOTE_IN_OTHER_NOTEBOOK())
    return _view(row, decrypt_note(tx, keyring, row))


def _view(row: NoteRow, text: str) -> NoteView:
    return NoteView(
        session_id=row.session_id, text=text, version=row.version, written_at=row.written_at
    )
