"""Coaches' notebooks, and the secrets that open them.

A notebook is a set of notes that are opened together. The secret link does not open it, because the
programme office hands out the link. Each device where a notebook is open has its own key (see
`device_keys`). To get a key, a new device needs either a single-use recovery code or the coach's
passphrase, which can only be set on a device where the notebook is already open.

Notebooks only control access. They play no part in the encryption (see `note_encryption`), so
anyone who can insert rows into `credentials` can make the server show notes.

A coach who can no longer open a notebook can start a new one. It gives no access to earlier notes;
otherwise anyone with the link, or with access to the coach's email, could read them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session as Transaction

from api.accounts.credentials import IssuedSecret, sha256_of
from api.accounts.rows import CredentialKind, CredentialRow
from api.accounts.second_factors import new_recovery_code, normalise_code
from api.audit_trail.log import record_event
from api.http.principal import AccessRole, Principal
from api.session_reports import facts
from api.session_reports.device_keys import issue_device_key
from api.session_reports.rows import NotebookRow, NoteRow
from api.values import FrozenModel
from coach.errors import ConflictError, NotAllowedError
from coach.texts.facts import Fact

_FREE_ATTEMPTS = 5
_LOCK_DURATION = timedelta(minutes=15)
_MAX_NOTEBOOKS = 5


class NotesClosedError(NotAllowedError):
    """Raised when a coach's notes are not open on the current device."""

    def __init__(self, reason: Fact | None = None) -> None:
        super().__init__(reason or facts.NOTES_CLOSED())


@dataclass(frozen=True, slots=True)
class NotebookSecrets:
    """The secrets that open a new notebook: its first device key and its recovery code."""

    device_key: IssuedSecret
    recovery_code: str


class NotesStatus(FrozenModel):
    """The status of a coach's notes on the current device.

    Attributes:
        begun: whether the coach has a notebook.
        is_open: whether a notebook is open on this device.
        notebook: the number of the notebook that is open on this device. A number above 1 means
            that the coach started it because they could not open an earlier one.
        notebooks: the number of notebooks the coach has.
        has_passphrase: whether the open notebook has a passphrase or, if none is open, whether any
            notebook has one.
        has_recovery_code: the same for the recovery code.
    """

    begun: bool
    is_open: bool
    notebook: int
    notebooks: int
    has_passphrase: bool
    has_recovery_code: bool


def notes_status(tx: Transaction, principal: Principal) -> NotesStatus:
    """Return the status of a coach's notes on the current device."""
    rows = _notebooks(tx, principal)
    relevant = [row for row in rows if not principal.notes_open or row.number == principal.notebook]
    return NotesStatus(
        begun=bool(rows),
        is_open=principal.notes_open,
        notebook=principal.notebook,
        notebooks=len(rows),
        has_passphrase=any(row.passphrase_hash for row in relevant),
        has_recovery_code=any(row.recovery_sha256 for row in relevant),
    )


def open_first_notebook(
    tx: Transaction, principal: Principal, *, now: datetime
) -> tuple[Principal, IssuedSecret | None]:
    """Start the coach's first notebook on this device, unless a notebook is already open.

    Returns the principal with a notebook open, and the device key if a notebook was started.

    Raises:
        NotesClosedError: the coach already has a notebook, but none is open on this device.
        NotAllowedError: `principal` is not a coach.
    """
    if principal.role is not AccessRole.COACH or principal.person_id is None:
        raise NotAllowedError(facts.ONLY_COACHES_WRITE_NOTES())
    if principal.notes_open:
        return principal, None
    if _notebooks(tx, principal):
        raise NotesClosedError
    return _create_notebook(tx, principal, 1, now)


def start_further_notebook(
    tx: Transaction, principal: Principal, *, now: datetime
) -> tuple[Principal, IssuedSecret]:
    """Start a new notebook on this device for a coach who cannot open their earlier ones.

    The new notebook gives no access to earlier notes, so it is of no use to an attacker who only
    has the link. The coach's other devices are not affected.

    Raises:
        ConflictError: the coach has no notebook yet, has one open on this device, or has reached
            the maximum number of notebooks.
    """
    rows = _notebooks(tx, principal)
    if not rows or principal.notes_open:
        raise ConflictError(facts.NO_NEW_NOTEBOOK())
    if len(rows) >= _MAX_NOTEBOOKS:
        raise ConflictError(facts.TOO_MANY_NOTEBOOKS(count=_MAX_NOTEBOOKS))
    return _create_notebook(tx, principal, max(row.number for row in rows) + 1, now)


def set_passphrase(tx: Transaction, principal: Principal, passphrase_hash: str) -> None:
    """Set the passphrase that opens the notebook on other devices, replacing any earlier one.

    Raises:
        NotesClosedError: the notebook is not open on this device.
        ConflictError: the coach has no notebook yet.
    """
    row = _open_notebook(tx, principal)
    row.passphrase_hash, row.failures, row.locked_until = passphrase_hash, 0, None
    record_event(tx, "note passphrase chosen", "person", row.person_id)


def create_recovery_code(tx: Transaction, principal: Principal) -> str:
    """Create a single-use recovery code for the notebook, replacing any earlier code.

    Only the hash of the code is stored.

    Raises:
        NotesClosedError: the notebook is not open on this device.
        ConflictError: the coach has no notebook yet.
    """
    row, code = _open_notebook(tx, principal), new_recovery_code()
    row.recovery_sha256 = sha256_of(normalise_code(code))
    record_event(tx, "note recovery code made", "person", row.person_id)
    return code


def passphrase_hashes(tx: Transaction, principal: Principal) -> dict[int, str]:
    """Return the passphrase hashes of the coach's notebooks, by notebook number.

    Notebooks without a passphrase are omitted.
    """
    return {
        row.number: row.passphrase_hash
        for row in _notebooks(tx, principal)
        if row.passphrase_hash is not None
    }


def open_notebook(
    tx: Transaction,
    principal: Principal,
    typed: str,
    *,
    matching_notebook: int | None,
    now: datetime,
) -> tuple[Principal, IssuedSecret] | None:
    """Open a notebook on this device. If `typed` is wrong, count the attempt and return `None`.

    `matching_notebook` is the number of the notebook whose passphrase is `typed`. If it is `None`,
    `typed` is compared with the recovery codes, and a matching code cannot be used again. If
    another notebook is already open on this device, the two are merged.
    """
    rows = {row.number: row for row in _notebooks(tx, principal)}
    if not rows or principal.role is not AccessRole.COACH:
        return None
    first = rows[min(rows)]
    if first.locked_until is not None and first.locked_until > now:
        return None
    typed_hash = sha256_of(normalise_code(typed))
    by_code = next((n for n, row in rows.items() if row.recovery_sha256 == typed_hash), None)
    number = matching_notebook if matching_notebook in rows else by_code
    if number is None:
        _record_failure(tx, first, now)
        return None
    first.failures, first.locked_until = 0, None
    if number == by_code:
        rows[number].recovery_sha256 = rows[number].passphrase_hash = None
        record_event(tx, "note recovery code used", "person", first.person_id)
    if principal.notes_open and principal.notebook in rows and principal.notebook != number:
        number = _merge(tx, rows[number], rows[principal.notebook])
    record_event(tx, "notes opened on a device", "person", first.person_id)
    return issue_device_key(tx, principal, number, now=now)


def _notebooks(tx: Transaction, principal: Principal) -> list[NotebookRow]:
    query = select(NotebookRow).where(NotebookRow.person_id == principal.person_id)
    return list(tx.scalars(query.order_by(NotebookRow.number)))


def _open_notebook(tx: Transaction, principal: Principal) -> NotebookRow:
    rows = {row.number: row for row in _notebooks(tx, principal)}
    if not rows:
        raise ConflictError(facts.NO_NOTE_YET())
    if not principal.notes_open or principal.notebook not in rows:
        raise NotesClosedError
    return rows[principal.notebook]


def _create_notebook(
    tx: Transaction, principal: Principal, number: int, now: datetime
) -> tuple[Principal, IssuedSecret]:
    person_id = principal.person_id or ""
    tx.add(NotebookRow(person_id=person_id, number=number, created_at=now))
    action = "notes begun on a device" if number == 1 else "new notebook begun on a device"
    record_event(tx, action, "person", person_id)
    return issue_device_key(tx, principal, number, now=now)


def _record_failure(tx: Transaction, first: NotebookRow, now: datetime) -> None:
    """Count a failed attempt. The first notebook stores the count and the lock for all of them."""
    first.failures += 1
    first.locked_until = now + _LOCK_DURATION if first.failures >= _FREE_ATTEMPTS else None
    record_event(tx, "note passphrase wrong", "person", first.person_id, failures=first.failures)


def _merge(tx: Transaction, one: NotebookRow, other: NotebookRow) -> int:
    """Merge the later of two notebooks into the earlier one, and return its number."""
    kept, merged = sorted((one, other), key=lambda row: row.number)
    kept.passphrase_hash = kept.passphrase_hash or merged.passphrase_hash
    kept.recovery_sha256 = kept.recovery_sha256 or merged.recovery_sha256
    author = kept.person_id
    tx.execute(
        update(NoteRow)
        .where(NoteRow.author_id == author, NoteRow.notebook == merged.number)
        .values(notebook=kept.number)
    )
    device_keys = select(CredentialRow).where(
        CredentialRow.person_id == author,
        CredentialRow.kind == CredentialKind.NOTES,
        CredentialRow.label == str(merged.number),
    )
    for row in tx.scalars(device_keys).all():
        row.label = str(kept.number)
    tx.delete(merged)
    record_event(tx, "notebooks joined", "person", author)
    return kept.number
