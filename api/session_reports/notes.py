"""Coaches' private notes on their sessions, stored encrypted and shown only to their author."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.crypto.envelope_encryption import DecryptionError
from api.crypto.key_ring import Keyring
from api.database.types import new_id
from api.http.principal import AccessRole, Principal
from api.session_reports import facts
from api.session_reports.device_unlocking import (
    NotebookNeededError,
    NotesLockedError,
    locked_error,
    require_confirmed,
    seen_by,
    unlock_on_device,
)
from api.session_reports.note_encryption import decrypt_note, encrypt_note
from api.session_reports.notebook_integrity import NotebookAlteredError, restored_to, update_mac
from api.session_reports.notebook_openers import UnlockedNotebook
from api.session_reports.rows import NotebookRow, NoteRow
from api.sessions.rows import SessionRow
from api.values import FrozenModel
from coach.errors import NotAllowedError
from coach.feedback import Note
from coach.texts.facts import Displayed


class NoteView(FrozenModel):
    """A coach's note on a session, as shown to its author."""

    session_id: str
    text: str
    version: int
    written_at: datetime


@dataclass(frozen=True, slots=True)
class UnlockedNote:
    """A decrypted note, and details of its notebook for the device.

    Attributes:
        notebook_version: the version of the notebook, which the device remembers.
        restored_to: the date of the backup from which the database was restored, if the device has
            seen a later version of the notebook.
    """

    view: NoteView
    notebook_version: int
    restored_to: Displayed | None = None


def store_note(
    tx: Transaction,
    keyring: Keyring,
    principal: Principal,
    session: SessionRow,
    note: Note,
    *,
    now: datetime,
) -> UnlockedNote:
    """Encrypt and store a note on one of the principal's sessions.

    The note replaces any earlier note on the session in the notebook of this device. A note in
    another notebook is kept.

    Raises:
        NotAllowedError: `principal` is not the coach.
        NotebookNeededError: the coach has no notebook yet, or has not confirmed it.
        NotesLockedError: no notebook is unlocked on this device.
        NotebookAlteredError: the notebook was altered.
    """
    unlocked = _unlock_to_write(tx, keyring, principal)
    row = _note_in(tx, unlocked.row, session.id)
    return _store(tx, principal, unlocked, row, note.text, session=session, now=now)


def store_changed_note(
    tx: Transaction,
    keyring: Keyring,
    principal: Principal,
    session: SessionRow,
    note: Note,
    *,
    now: datetime,
) -> UnlockedNote | None:
    """Store a note as `store_note` does, unless the form already showed the same text.

    The form shows no text if there is no note, or if it is locked on this device. Returns `None` if
    nothing was stored.
    """
    if not principal.notes_unlocked and not note.text:
        return None
    unlocked = _unlock_to_write(tx, keyring, principal)
    row = _note_in(tx, unlocked.row, session.id)
    try:
        shown = "" if row is None else decrypt_note(tx, unlocked.key, row)
    except DecryptionError:
        shown = ""
    if note.text == shown:
        return None
    return _store(tx, principal, unlocked, row, note.text, session=session, now=now)


def _store(
    tx: Transaction,
    principal: Principal,
    unlocked: UnlockedNotebook,
    row: NoteRow | None,
    text: str,
    *,
    session: SessionRow,
    now: datetime,
) -> UnlockedNote:
    if row is None:
        row = NoteRow(id=new_id(), session_id=session.id, author_id=session.coach_id, version=0)
        row.notebook = unlocked.row.number
    row.version, row.written_at = row.version + 1, now
    encrypt_note(tx, unlocked.key, row, text, subject_id=session.coachee_id, now=now)
    tx.add(row)  # not before `encrypt_note`, which flushes: `sealed` must not be null
    update_mac(tx, unlocked, seen_by(principal))
    record_event(tx, "note written", "session", session.id, version=row.version)
    return UnlockedNote(_view(row, text), unlocked.row.version)


def _note_in(tx: Transaction, notebook: NotebookRow, session_id: str) -> NoteRow | None:
    """Return the note on a session in one of its coach's notebooks, if there is one."""
    return tx.scalar(
        select(NoteRow).where(
            NoteRow.session_id == session_id,
            NoteRow.author_id == notebook.person_id,
            NoteRow.notebook == notebook.number,
        )
    )


def _has_note(tx: Transaction, principal: Principal, session_id: str) -> bool:
    """Return whether any of the principal's notebooks contains a note on a session."""
    found = select(NoteRow.id).where(
        NoteRow.session_id == session_id, NoteRow.author_id == principal.person_id
    )
    return tx.scalar(found.limit(1)) is not None


def find_note(
    tx: Transaction, keyring: Keyring, principal: Principal, session_id: str
) -> UnlockedNote | None:
    """Return the principal's own note on a session, or `None` if they have not written one.

    Raises:
        NotesLockedError: the notebook that contains the note is not unlocked on this device.
        NotebookAlteredError: the notebook or the note was altered.
    """
    if principal.role is not AccessRole.COACH:
        return None
    if not _has_note(tx, principal, session_id):
        if principal.notes_unlocked:  # a removed note must not look like one that was never written
            unlock_on_device(tx, keyring, principal)
        return None
    unlocked = unlock_on_device(tx, keyring, principal)
    require_confirmed(principal)
    row = _note_in(tx, unlocked.row, session_id)
    if row is None:
        raise NotesLockedError(facts.NOTE_IN_OTHER_NOTEBOOK())
    try:
        text = decrypt_note(tx, unlocked.key, row)
    except DecryptionError as error:
        raise NotebookAlteredError(facts.NOTE_UNREADABLE(), "note") from error
    restored = restored_to(tx, unlocked.row, seen_by(principal))
    return UnlockedNote(_view(row, text), unlocked.row.version, restored)


def _unlock_to_write(tx: Transaction, keyring: Keyring, principal: Principal) -> UnlockedNotebook:
    if principal.role is not AccessRole.COACH:
        raise NotAllowedError(facts.ONLY_COACHES_WRITE_NOTES())
    if principal.notes_unlocked:
        return unlock_on_device(tx, keyring, principal)
    begun = select(NotebookRow.number).where(
        NotebookRow.person_id == principal.person_id, NotebookRow.confirmed_at.is_not(None)
    )
    if principal.notes_device is None and tx.scalar(begun.limit(1)) is None:
        raise NotebookNeededError(facts.NO_NOTEBOOK())
    unlock_on_device(tx, keyring, principal)  # raises an error unless the notebook is unconfirmed
    raise locked_error(principal)


def _view(row: NoteRow, text: str) -> NoteView:
    return NoteView(
        session_id=row.session_id, text=text, version=row.version, written_at=row.written_at
    )
