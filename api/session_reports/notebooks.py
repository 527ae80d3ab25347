"""Coaches' notebooks: starting a notebook, and choosing the secrets that unlock it.

A notebook is a set of notes that are unlocked together and have their own key. The secret link does
not unlock it, because the programme office hands out the link. Each device where a notebook is
unlocked has its own key (see `device_keys`). To get one, a new device needs either a single-use
recovery code or the coach's passphrase, which can only be set on a device where the notebook is
already unlocked. All of these secrets are part of the encryption (see `notebook_openers`): without
one of them, the server cannot decrypt the notes.

Because nobody can unlock a notebook without one of these secrets, notes are written only after the
coach has shown that they have a second way to unlock it.

A coach who can no longer unlock a notebook can start a new one. The new notebook gives no access to
earlier notes; otherwise, anyone with the link, or with access to the coach's email, could read
them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session as Transaction

from api.accounts.credentials import IssuedSecret
from api.accounts.rows import CredentialRow
from api.accounts.second_factors import new_recovery_code
from api.audit_trail.log import record_event
from api.crypto.envelope_encryption import DecryptionError, new_data_key
from api.crypto.key_ring import Keyring
from api.http.principal import AccessRole, NotebookState, Principal
from api.session_reports import facts
from api.session_reports.device_keys import issue_device_key
from api.session_reports.device_unlocking import unlock_on_device
from api.session_reports.notebook_integrity import update_mac
from api.session_reports.notebook_openers import (
    OpenerKey,
    UnlockedNotebook,
    add_opener,
    new_opener_key,
    notebook_key_in,
    openers_of,
)
from api.session_reports.rows import NotebookOpenerRow, NotebookRow, NoteKeyRow, OpenerKind
from api.values import FrozenModel
from coach.errors import ConflictError, NotAllowedError

_MAX_NOTEBOOKS = 5
_RECOVERY_CODE_LENGTH = 16  # 80 bits: the code is copied by hand, and guesses require the key file


@dataclass(frozen=True, slots=True)
class NotebookSecrets:
    """New secrets that unlock a notebook: this device's key, and the recovery code, if any."""

    device_key: IssuedSecret
    recovery_code: str | None


class NotesStatus(FrozenModel):
    """The status of a coach's notes on the current device.

    Attributes:
        begun: whether the coach has a confirmed notebook.
        is_open: whether a notebook is unlocked on this device.
        needs_confirmation: whether this device has started a notebook whose recovery code or
            passphrase has not been entered yet.
        needs_renewal: whether the notebook of this device has to be unlocked once more, because an
            earlier version encrypted it without the coach's secrets.
        notebook: the number of the notebook of this device; 0 if there is none.
        notebooks: the number of confirmed notebooks that the coach has.
        begun_at: when the notebook of this device, or else the latest confirmed one, was started.
        begun_on: the device on which that notebook was started, such as "Firefox, Windows".
        has_passphrase: whether the notebook of this device has a passphrase or, if this device has
            none, whether any confirmed notebook has one.
        has_recovery_code: the same for recovery codes.
    """

    begun: bool
    is_open: bool
    needs_confirmation: bool
    needs_renewal: bool
    notebook: int
    notebooks: int
    begun_at: datetime | None
    begun_on: str
    has_passphrase: bool
    has_recovery_code: bool


def notes_status(tx: Transaction, principal: Principal) -> NotesStatus:
    """Return the status of a coach's notes on the current device."""
    device = principal.notes_device
    state, number = (None, 0) if device is None else (device.state, device.notebook)
    rows = notebooks_of(tx, principal)
    confirmed = [row for row in rows if row.confirmed_at is not None]
    relevant = [row for row in rows if row.number == number] or confirmed
    numbers = {row.number for row in relevant}

    def has_opener(kind: OpenerKind) -> bool:
        return any(o.notebook in numbers for o in openers_of(tx, principal.person_id, kind))

    return NotesStatus(
        begun=bool(confirmed),
        is_open=state is NotebookState.UNLOCKED,
        needs_confirmation=state is NotebookState.UNCONFIRMED,
        needs_renewal=state is NotebookState.LEGACY,
        notebook=number,
        notebooks=len(confirmed),
        begun_at=relevant[-1].created_at if relevant else None,
        begun_on=relevant[-1].device if relevant else "",
        has_passphrase=has_opener(OpenerKind.PASSPHRASE)
        or any(row.passphrase_hash for row in relevant),
        has_recovery_code=has_opener(OpenerKind.RECOVERY)
        or any(row.recovery_sha256 for row in relevant),
    )


def start_notebook(
    tx: Transaction,
    keyring: Keyring,
    principal: Principal,
    *,
    further: bool,
    device: str,
    now: datetime,
) -> tuple[Principal, NotebookSecrets]:
    """Start a notebook on this device; notes can be written in it only after confirmation.

    `further` states that the coach has notebooks that they cannot unlock. The new notebook gives no
    access to earlier notes, so it is of no use to an attacker who only has the link. The coach's
    other devices are not affected. Notebooks that were started and never confirmed are deleted.

    Raises:
        ConflictError: `further` does not match whether the coach has a notebook, a notebook is
            unlocked on this device, or the coach has the maximum number of notebooks.
        NotAllowedError: `principal` is not a coach.
    """
    if principal.role is not AccessRole.COACH or principal.person_id is None:
        raise NotAllowedError(facts.ONLY_COACHES_WRITE_NOTES())
    rows = notebooks_of(tx, principal)
    confirmed = [row for row in rows if row.confirmed_at is not None]
    if further and (not confirmed or principal.notes_unlocked):
        raise ConflictError(facts.NO_NEW_NOTEBOOK())
    if confirmed and not further:
        raise ConflictError(facts.NOTEBOOK_EXISTS())
    if len(confirmed) >= _MAX_NOTEBOOKS:
        raise ConflictError(facts.TOO_MANY_NOTEBOOKS(count=_MAX_NOTEBOOKS))
    for row in rows:
        if row.confirmed_at is None:
            delete_notebook(tx, row)
    number = max((row.number for row in rows), default=0) + 1
    action = "new notebook begun on a device" if confirmed else "notes begun on a device"
    unlocked = create_notebook(tx, principal.person_id, number, device=device, now=now)
    record_event(tx, action, "person", principal.person_id)
    author, key = issue_device_key(tx, keyring, principal, unlocked, device=device, now=now)
    code = add_recovery_code(tx, keyring, unlocked, now=now)
    return author, NotebookSecrets(key, code)


def create_notebook(
    tx: Transaction, person_id: str, number: int, *, device: str, now: datetime
) -> UnlockedNotebook:
    """Create an empty notebook with a random key and without openers."""
    row = NotebookRow(
        person_id=person_id, number=number, created_at=now, sealed_at=now, device=device, version=0
    )
    tx.add(row)
    unlocked = UnlockedNotebook(row, new_data_key())
    update_mac(tx, unlocked)
    tx.flush()
    return unlocked


def confirm_notebook(
    tx: Transaction, keyring: Keyring, principal: Principal, typed: str, *, now: datetime
) -> Principal:
    """Confirm a notebook with its recovery code, to prove that the coach has written it down.

    The code can still be used once. Returns the principal with the notebook unlocked.

    Raises:
        NotesLockedError: this device has no notebook.
        NotAllowedError: `typed` is not the recovery code.
        NotebookAlteredError: the notebook was altered.
    """
    row = unlock_on_device(tx, keyring, principal).row
    for opener in openers_of(tx, row.person_id, OpenerKind.RECOVERY):
        if opener.notebook == row.number:
            try:
                notebook_key_in(keyring, opener, typed)
            except DecryptionError:
                break
            return mark_confirmed(tx, principal, row, now=now)
    raise NotAllowedError(facts.WRONG_RECOVERY_CODE())


def mark_confirmed(
    tx: Transaction, principal: Principal, row: NotebookRow, *, now: datetime
) -> Principal:
    """Record that the coach has a second way to unlock a notebook, unless already recorded."""
    device = principal.notes_device
    if row.confirmed_at is None:
        row.confirmed_at = now
        record_event(tx, "notebook confirmed", "person", row.person_id)
    if device is None:
        return principal
    return replace(principal, notes_device=replace(device, state=NotebookState.UNLOCKED))


def set_passphrase(
    tx: Transaction,
    keyring: Keyring,
    principal: Principal,
    passphrase: OpenerKey,
    *,
    now: datetime,
) -> Principal:
    """Set the passphrase that unlocks the notebook on other devices, replacing any earlier one.

    `passphrase` is the key derived from it. Setting a passphrase also confirms the notebook.

    Raises:
        NotesLockedError: the notebook is not unlocked on this device.
        NotebookAlteredError: the notebook was altered.
        ConflictError: the coach has no notebook yet.
    """
    unlocked = unlock_own_notebook(tx, keyring, principal)
    row = unlocked.row
    add_opener(tx, keyring, unlocked, passphrase, now=now)
    row.failures, row.locked_until = 0, None
    record_event(tx, "note passphrase chosen", "person", row.person_id)
    return mark_confirmed(tx, principal, row, now=now)


def create_recovery_code(
    tx: Transaction, keyring: Keyring, principal: Principal, *, now: datetime
) -> str:
    """Create a single-use recovery code for the notebook, replacing any earlier code.

    Raises:
        NotesLockedError: the notebook is not unlocked on this device.
        NotebookAlteredError: the notebook was altered.
        ConflictError: the coach has no notebook yet.
    """
    return add_recovery_code(tx, keyring, unlock_own_notebook(tx, keyring, principal), now=now)


def add_recovery_code(
    tx: Transaction, keyring: Keyring, unlocked: UnlockedNotebook, *, now: datetime
) -> str:
    """Create a recovery code for an unlocked notebook, replacing any earlier code."""
    code = new_recovery_code(_RECOVERY_CODE_LENGTH)
    add_opener(tx, keyring, unlocked, new_opener_key(OpenerKind.RECOVERY, code), now=now)
    record_event(tx, "note recovery code made", "person", unlocked.row.person_id)
    return code


def count_legacy_notebooks(tx: Transaction) -> int:
    """Return the number of notebooks without a key of their own; see `legacy_notebooks.py`."""
    counted = select(func.count()).select_from(NotebookRow).where(NotebookRow.sealed_at.is_(None))
    return tx.scalar(counted) or 0


def delete_notebook(tx: Transaction, row: NotebookRow) -> None:
    """Delete a notebook without notes: its openers, its data keys, and the keys of its devices."""
    tx.flush()
    tx.execute(
        delete(NoteKeyRow).where(
            NoteKeyRow.author_id == row.person_id, NoteKeyRow.notebook == row.number
        )
    )
    of_notebook = select(NotebookOpenerRow.credential_id).where(
        NotebookOpenerRow.person_id == row.person_id, NotebookOpenerRow.notebook == row.number
    )
    tx.execute(delete(CredentialRow).where(CredentialRow.id.in_(of_notebook)))
    tx.delete(row)
    tx.flush()


def notebooks_of(tx: Transaction, principal: Principal) -> list[NotebookRow]:
    """Return all of a coach's notebooks, ordered by number, including unconfirmed ones."""
    query = select(NotebookRow).where(NotebookRow.person_id == principal.person_id)
    return list(tx.scalars(query.order_by(NotebookRow.number)))


def unlock_own_notebook(
    tx: Transaction, keyring: Keyring, principal: Principal
) -> UnlockedNotebook:
    """Unlock the notebook of this device; see `unlock_on_device`.

    Raises:
        ConflictError: the coach has no notebook at all.
        NotesLockedError, NotebookAlteredError: see `unlock_on_device`.
    """
    if principal.notes_device is None and not notebooks_of(tx, principal):
        raise ConflictError(facts.NO_NOTEBOOK())
    return unlock_on_device(tx, keyring, principal)
