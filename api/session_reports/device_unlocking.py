"""Unlocks a notebook with the key of the device that sent a request."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.crypto.envelope_encryption import DecryptionError
from api.crypto.key_ring import Keyring
from api.crypto.row_seal import is_sealed
from api.http.principal import AccessRole, NotebookState, Principal, SeenVersion
from api.session_reports import facts
from api.session_reports.legacy_notebooks import require_genuine_legacy
from api.session_reports.notebook_integrity import NotebookAlteredError, require_unaltered
from api.session_reports.notebook_openers import UnlockedNotebook, notebook_key_in
from api.session_reports.rows import NotebookOpenerRow, NotebookRow
from coach.errors import NotAllowedError
from coach.texts.facts import Fact

_LOCKED_REASONS = {
    NotebookState.UNCONFIRMED: facts.NOTEBOOK_UNCONFIRMED(),
    NotebookState.LEGACY: facts.NOTES_LEGACY(),
}


class NotesLockedError(NotAllowedError):
    """Raised when a coach's notes are not unlocked on the current device."""

    def __init__(self, reason: Fact | None = None) -> None:
        super().__init__(reason or facts.NOTES_LOCKED())


class NotebookNeededError(NotesLockedError):
    """Raised when a coach writes a note but has no notebook, or no confirmed notebook."""


def unlock_on_device(
    tx: Transaction, keyring: Keyring, principal: Principal, *, check: bool = True
) -> UnlockedNotebook:
    """Unlock the notebook of the request's device, and check that it was not altered.

    This also works for a notebook that is not confirmed yet.

    Raises:
        NotesLockedError: the device has no key to a notebook, or only a key to a legacy notebook.
        NotebookAlteredError: the notebook or the device's opener was altered. If `check` is false,
            the notes are not checked.
        NotAllowedError: `principal` is not a coach.
    """
    device = principal.notes_device
    if principal.role is not AccessRole.COACH:
        raise NotAllowedError(facts.ONLY_COACHES_WRITE_NOTES())
    if device is None:
        raise locked_error(principal)
    if device.state is NotebookState.LEGACY:
        legacy = tx.get(NotebookRow, (principal.person_id, device.notebook))
        if legacy is not None:
            require_genuine_legacy(tx, legacy, device.seen)
        raise locked_error(principal)
    opener = tx.scalar(
        select(NotebookOpenerRow).where(
            NotebookOpenerRow.credential_id == device.credential_id,
            NotebookOpenerRow.person_id == principal.person_id,
        )
    )
    row = None if opener is None else tx.get(NotebookRow, (opener.person_id, opener.notebook))
    if opener is None or row is None:
        raise NotesLockedError
    if not is_sealed(tx, opener):
        raise NotebookAlteredError(facts.OPENER_ALTERED(), "opener")
    try:
        notebook_key = notebook_key_in(keyring, opener, device.secret)
    except DecryptionError as error:
        raise NotebookAlteredError(facts.OPENER_ALTERED(), "opener") from error
    unlocked = UnlockedNotebook(row, notebook_key)
    if check:
        require_unaltered(tx, keyring, unlocked, device.seen)
    return unlocked


def require_confirmed(principal: Principal) -> None:
    """Check that notes can be read and written on the request's device.

    Raises:
        NotesLockedError: no notebook is unlocked on the device, or the notebook is unconfirmed or
            legacy.
    """
    if not principal.notes_unlocked:
        raise locked_error(principal)


def seen_by(principal: Principal) -> SeenVersion | None:
    """Return the version of the notebook that the request's device remembers, if any."""
    return None if principal.notes_device is None else principal.notes_device.seen


def locked_error(principal: Principal) -> NotesLockedError:
    """Return the error for a device on which no notebook is unlocked."""
    device = principal.notes_device
    if device is None:
        return NotesLockedError()
    error = NotebookNeededError if device.state is NotebookState.UNCONFIRMED else NotesLockedError
    return error(_LOCKED_REASONS.get(device.state))
