"""Where a coach's notes open: on the device that wrote the first one, and by a passphrase.

The secret link alone does not open them, because the programme office has handed it out. A device
keeps a key of its own in a cookie; another device gets one for the coach's passphrase, which can
only be chosen on a device where the notes are open, or for a recovery code, once.

All this decides what the server shows; none of it takes part in the encryption, for which see
`api.confidential`. Whoever can add rows to `credentials` gets notes opened by the server.

Who has lost all of these begins a new notebook. It opens nothing that was written before: if it
did, so would whoever has the link, or the coach's mail.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from fastapi import Request
from sqlalchemy import select, update
from sqlalchemy.orm import Session as Transaction

from api.accounts.credentials import SECRET_BYTES, IssuedSecret, credential_row, sha256_of
from api.accounts.rows import CredentialKind, CredentialRow
from api.accounts.second_factors import new_recovery_code, normalise_code
from api.audit_trail.log import record_event
from api.crypto.password_hashing import password_weakness
from api.database.types import new_id
from api.http.cookies import notes_cookie
from api.http.principal import AccessRole, Principal
from api.session_reports.rows import NotebookRow, NoteRow
from api.settings import Settings
from api.values import FrozenModel
from coach.errors import (
    ConflictError,
    InputFault,
    NotAllowedError,
    UnusableInputError,
)

NOTES_HEADER = "X-Notes-Key"
_FREE_ATTEMPTS = 5
_LOCK_DURATION = timedelta(minutes=15)
_MAX_NOTEBOOKS = 5


class NotesClosedError(NotAllowedError):
    """The notes are not open on this device."""

    def __init__(self, why: str = "") -> None:
        super().__init__(
            why
            or "your notes are closed on this device: open them with your passphrase or your "
            "recovery code, or begin a new notebook"
        )


class NotesStatus(FrozenModel):
    """How it stands with a coach's notes on the device that asks.

    `notebook` is the number of the one that is open here; a later one than the first was begun
    because the earlier could not be opened any more. Where none is open, `has_passphrase` and
    `has_recovery_code` tell whether some notebook of theirs can be opened so.
    """

    begun: bool
    is_open: bool
    notebook: int
    notebooks: int
    has_passphrase: bool
    has_recovery_code: bool


def read_notes_status(tx: Transaction, principal: Principal) -> NotesStatus:
    """Whether notes were begun, are open here, and what opens them elsewhere."""
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
    """Make the device that asks the one where notes are open, if none was so far.

    Returns the viewer with the notes open, and the device's new key where one was made.

    Raises:
        NotesClosedError: they are open on another device.
        NotAllowedError: `principal` is no coach.
    """
    if principal.role is not AccessRole.COACH or principal.person_id is None:
        raise NotAllowedError("notes are for coaches alone")
    if principal.notes_open:
        return principal, None
    if _notebooks(tx, principal):
        raise NotesClosedError
    return _create_notebook(tx, principal, 1, now)


def begin_afresh(
    tx: Transaction, principal: Principal, *, now: datetime
) -> tuple[Principal, IssuedSecret]:
    """Begin a new notebook on the device that asks, where the earlier one cannot be opened.

    It opens no earlier note: so it gives nothing to who only has the link, and takes nothing from
    the coach, whose devices go on as before.

    Raises:
        ConflictError: there is none yet, it is open here, or there are five already.
    """
    rows = _notebooks(tx, principal)
    if not rows or principal.notes_open:
        raise ConflictError("your notes are open here, or you have written none yet")
    if len(rows) >= _MAX_NOTEBOOKS:
        raise ConflictError(f"you have begun {_MAX_NOTEBOOKS} notebooks; open one of them")
    return _create_notebook(tx, principal, max(row.number for row in rows) + 1, now)


def choose_passphrase(tx: Transaction, principal: Principal, passphrase_hash: str) -> None:
    """Let a passphrase open the notes on further devices; a later one replaces it.

    Raises:
        NotesClosedError: they are not open on the device that asks.
        ConflictError: there are no notes yet.
    """
    row = _open_notebook(tx, principal)
    row.passphrase_hash, row.failures, row.locked_until = passphrase_hash, 0, None
    record_event(tx, "note passphrase chosen", "person", row.person_id)


def make_recovery_code(tx: Transaction, principal: Principal) -> str:
    """A code that opens the notes once where the passphrase is forgotten; shown this once.

    Raises:
        NotesClosedError: they are not open on the device that asks.
        ConflictError: there are no notes yet.
    """
    row, code = _open_notebook(tx, principal), new_recovery_code()
    row.recovery_sha256 = sha256_of(normalise_code(code))
    record_event(tx, "note recovery code made", "person", row.person_id)
    return code


def passphrase_hashes(tx: Transaction, principal: Principal) -> dict[int, str]:
    """By notebook, the hash to hold a typed passphrase against, before the next transaction."""
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
    """A key for the device that typed the right thing; `None`, and counted, where not.

    `matching_notebook` is the notebook whose passphrase it is, if any; else it may be a recovery
    code, which is used up. Where a later notebook is open on the device already, both are one from
    now on.
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
        first.failures += 1
        first.locked_until = now + _LOCK_DURATION if first.failures >= _FREE_ATTEMPTS else None
        record_event(
            tx, "note passphrase wrong", "person", first.person_id, failures=first.failures
        )
        return None
    first.failures, first.locked_until = 0, None
    if number == by_code:
        rows[number].recovery_sha256 = rows[number].passphrase_hash = None
        record_event(tx, "note recovery code used", "person", first.person_id)
    if principal.notes_open and principal.notebook in rows and principal.notebook != number:
        number = _merge(tx, rows[number], rows[principal.notebook])
    record_event(tx, "notes opened on a device", "person", first.person_id)
    return _issue_device_key(tx, principal, number, now)


def open_notebook_of_device(
    tx: Transaction, request: Request, settings: Settings, principal: Principal, now: datetime
) -> Principal:
    """The principal of a coach with their notebook open, where the request presents its key.

    The key is in a header or in a cookie of the device.
    """
    if principal.role is not AccessRole.COACH or principal.person_id is None:
        return principal
    key = request.headers.get(NOTES_HEADER) or request.cookies.get(
        notes_cookie(settings, principal.person_id), ""
    )
    notebook = _notebook_of_device(tx, principal, key, now=now)
    if notebook is None:
        return principal
    return replace(principal, notes_open=True, notebook=notebook)


def _notebook_of_device(
    tx: Transaction, principal: Principal, secret: str, *, now: datetime
) -> int | None:
    """The notebook that is open on the device whose key is `secret`; `None` where none is."""
    label = tx.scalar(
        select(CredentialRow.label).where(
            CredentialRow.secret_sha256 == sha256_of(secret),
            CredentialRow.kind == CredentialKind.NOTES,
            CredentialRow.person_id == principal.person_id,
            CredentialRow.revoked_at.is_(None),
            CredentialRow.expires_at > now,
        )
    )
    return None if label is None else int(label or 1)


def refuse_weak_passphrase(passphrase: str) -> None:
    """Refuse a passphrase that is easily guessed.

    Raises:
        UnusableInputError: says why, and what to do.
    """
    why = password_weakness(passphrase, [])
    if why is not None:
        raise UnusableInputError([InputFault("form", 1, "passphrase", why)])


def _notebooks(tx: Transaction, principal: Principal) -> list[NotebookRow]:
    query = select(NotebookRow).where(NotebookRow.person_id == principal.person_id)
    return list(tx.scalars(query.order_by(NotebookRow.number)))


def _open_notebook(tx: Transaction, principal: Principal) -> NotebookRow:
    rows = {row.number: row for row in _notebooks(tx, principal)}
    if not rows:
        raise ConflictError("you have written no note yet; this can be done after the first one")
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
    return _issue_device_key(tx, principal, number, now)


def _merge(tx: Transaction, one: NotebookRow, other: NotebookRow) -> int:
    """Make one notebook of two that are open on one device; tells its number."""
    kept, merged = sorted((one, other), key=lambda row: row.number)
    kept.passphrase_hash = kept.passphrase_hash or merged.passphrase_hash
    kept.recovery_sha256 = kept.recovery_sha256 or merged.recovery_sha256
    author = kept.person_id
    tx.execute(
        update(NoteRow)
        .where(NoteRow.author_id == author, NoteRow.notebook == merged.number)
        .values(notebook=kept.number)
    )
    tx.execute(
        update(CredentialRow)
        .where(
            CredentialRow.person_id == author,
            CredentialRow.kind == CredentialKind.NOTES,
            CredentialRow.label == str(merged.number),
        )
        .values(label=str(kept.number))
    )
    tx.delete(merged)
    record_event(tx, "notebooks joined", "person", author)
    return kept.number


def _issue_device_key(
    tx: Transaction, principal: Principal, number: int, now: datetime
) -> tuple[Principal, IssuedSecret]:
    key = issue_notebook_key(tx, principal, number, now=now)
    return replace(principal, notes_open=True, notebook=number), key


def issue_notebook_key(
    tx: Transaction, principal: Principal, notebook: int, *, now: datetime
) -> IssuedSecret:
    """A device's key to a coach's notebook; it lasts as long as the link that was shown."""
    link = tx.get_one(CredentialRow, principal.credential_id)
    secret, identifier = secrets.token_urlsafe(SECRET_BYTES), new_id()
    until = link.expires_at
    owner = {"person_id": principal.person_id, "id": identifier, "label": str(notebook)}
    tx.add(credential_row(CredentialKind.NOTES, secret, now, until, **owner))
    tx.flush()
    return IssuedSecret(id=identifier, secret=secret, expires_at=until)
