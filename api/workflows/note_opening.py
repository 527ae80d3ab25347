"""Where a coach's notes open: on the device that wrote the first one, and by a passphrase.

The secret link alone does not open them, because the programme office has handed it out. A device
keeps a key of its own in a cookie; another device gets one for the coach's passphrase, which can
only be chosen on a device where the notes are open.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.confidential.passwords import weakness
from api.store.access_rows import CredentialKind, CredentialRow
from api.store.confidential_rows import NoteHolderRow
from api.workflows.audit import note_act
from api.workflows.credentials import Issued, issue_note_key, sha256_of
from api.workflows.values import View
from api.workflows.viewer import AccessRole, Viewer
from coach.errors import ConflictError, InputFault, NotAllowedError, UnusableInputError

_FREE_TRIES = 5
_LOCKED = timedelta(minutes=15)


class NotesClosedError(NotAllowedError):
    """The notes are not open on this device."""

    def __init__(self) -> None:
        super().__init__(
            "your notes are closed on this device: open them with your passphrase, "
            "which you choose on the device where you wrote the first one"
        )


class Opening(View):
    """How it stands with a coach's notes on the device that asks."""

    begun: bool
    is_open: bool
    has_passphrase: bool


def opening_of(tx: Transaction, viewer: Viewer) -> Opening:
    """Whether notes were begun, are open here, and have a passphrase."""
    row = tx.get(NoteHolderRow, viewer.person_id)
    return Opening(
        begun=row is not None,
        is_open=viewer.notes_open,
        has_passphrase=row is not None and row.passphrase_hash is not None,
    )


def open_first(tx: Transaction, viewer: Viewer, *, now: datetime) -> tuple[Viewer, Issued | None]:
    """Make the device that asks the one where notes are open, if none was so far.

    Returns the viewer with the notes open, and the device's new key where one was made.

    Raises:
        NotesClosedError: they are open on another device.
        NotAllowedError: `viewer` is no coach.
    """
    if viewer.role is not AccessRole.COACH or viewer.person_id is None:
        raise NotAllowedError("notes are for coaches alone")
    if viewer.notes_open:
        return viewer, None
    if tx.get(NoteHolderRow, viewer.person_id) is not None:
        raise NotesClosedError
    tx.add(NoteHolderRow(person_id=viewer.person_id, created_at=now))
    note_act(tx, "notes begun on a device", "person", viewer.person_id)
    return _opened(tx, viewer, now)


def choose_passphrase(tx: Transaction, viewer: Viewer, passphrase_hash: str) -> None:
    """Let a passphrase open the notes on further devices; a later one replaces it.

    Raises:
        NotesClosedError: they are not open on the device that asks.
        ConflictError: there are no notes yet.
    """
    row = tx.get(NoteHolderRow, viewer.person_id)
    if row is None:
        raise ConflictError("you have written no note yet; choose a passphrase after the first one")
    if not viewer.notes_open:
        raise NotesClosedError
    row.passphrase_hash, row.failures, row.locked_until = passphrase_hash, 0, None
    note_act(tx, "note passphrase chosen", "person", row.person_id)


def gate_of(tx: Transaction, viewer: Viewer) -> str | None:
    """The hash to hold a typed passphrase against, before the next transaction begins."""
    row = tx.get(NoteHolderRow, viewer.person_id)
    return None if row is None else row.passphrase_hash


def finish_opening(tx: Transaction, viewer: Viewer, *, fits: bool, now: datetime) -> Issued | None:
    """A key for the device that typed the right passphrase; `None`, and counted, where not."""
    row = tx.get(NoteHolderRow, viewer.person_id)
    if row is None or viewer.role is not AccessRole.COACH:
        return None
    if row.locked_until is not None and row.locked_until > now:
        return None
    if not fits:
        row.failures += 1
        row.locked_until = now + _LOCKED if row.failures >= _FREE_TRIES else None
        note_act(tx, "note passphrase wrong", "person", row.person_id, failures=row.failures)
        return None
    row.failures, row.locked_until = 0, None
    note_act(tx, "notes opened on a device", "person", row.person_id)
    return _opened(tx, viewer, now)[1]


def note_key_opens(tx: Transaction, viewer: Viewer, secret: str, *, now: datetime) -> bool:
    """Whether `secret` is the key of a device on which the viewer's notes are open."""
    found = tx.scalar(
        select(CredentialRow.id).where(
            CredentialRow.secret_sha256 == sha256_of(secret),
            CredentialRow.kind == CredentialKind.NOTES,
            CredentialRow.person_id == viewer.person_id,
            CredentialRow.revoked_at.is_(None),
            CredentialRow.expires_at > now,
        )
    )
    return found is not None


def refuse_weak_passphrase(passphrase: str) -> None:
    """Refuse a passphrase that is easily guessed.

    Raises:
        UnusableInputError: says why, and what to do.
    """
    why = weakness(passphrase, [])
    if why is not None:
        raise UnusableInputError([InputFault("form", 1, "passphrase", why)])


def _opened(tx: Transaction, viewer: Viewer, now: datetime) -> tuple[Viewer, Issued]:
    key = issue_note_key(tx, viewer, now=now)
    return replace(viewer, notes_open=True), key
