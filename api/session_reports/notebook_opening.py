"""Opening a notebook on a device with its passphrase or its recovery code.

A legacy notebook receives its key when it is first opened: its notes are encrypted anew, and all
other devices have to be opened again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from api.accounts.credentials import sha256_of
from api.accounts.second_factors import normalise_code
from api.audit_trail.log import record_event
from api.crypto.envelope_encryption import DecryptionError, new_data_key
from api.crypto.key_ring import Keyring
from api.crypto.password_hashing import verify_password
from api.http.principal import AccessRole, NotebookState, Principal, SeenVersion
from api.session_reports.device_keys import issue_device_key
from api.session_reports.note_encryption import (
    decrypt_legacy_note,
    decrypt_note,
    move_notes,
    notes_in,
)
from api.session_reports.notebook_integrity import require_unaltered, update_mac
from api.session_reports.notebook_openers import (
    OpenerKey,
    OpenNotebook,
    add_opener,
    new_opener_key,
    notebook_key_in,
    openers_of,
    remove_openers,
)
from api.session_reports.notebooks import (
    NotebookSecrets,
    add_recovery_code,
    create_notebook,
    delete_notebook,
    mark_confirmed,
    notebooks_of,
)
from api.session_reports.open_notebook import open_on_device
from api.session_reports.rows import NotebookOpenerRow, NotebookRow, NoteRow, OpenerKind

_FREE_ATTEMPTS = 5
_LOCK_DURATION = timedelta(minutes=15)
_PARTING = "\n\n---\n\n"  # between two notes that are combined


@dataclass(frozen=True, slots=True)
class Candidates:
    """What a typed secret is compared with, read in a transaction and used outside it."""

    notebooks: tuple[NotebookRow, ...]
    recovery: tuple[NotebookOpenerRow, ...]
    passphrases: tuple[NotebookOpenerRow, ...]
    legacy_device: int | None


@dataclass(frozen=True, slots=True)
class SecretMatch:
    """The notebook that a typed secret opens.

    Attributes:
        number: the number of the notebook.
        kind: what was typed; `None` if nothing, on a device of a legacy notebook.
        opener_id: the opener that the secret opens; `None` if the notebook is legacy.
        key: the notebook's key; `None` if it is legacy.
        passphrase: for the passphrase of a legacy notebook, the key of its new opener.
    """

    number: int
    kind: OpenerKind | None
    opener_id: str | None = None
    key: bytes | None = field(default=None, repr=False)
    passphrase: OpenerKey | None = None


def candidates_of(tx: Transaction, principal: Principal) -> Candidates:
    """Return what a secret that this coach types is compared with."""
    device = principal.notes_device
    is_legacy = device is not None and device.state is NotebookState.LEGACY
    found = Candidates(
        tuple(notebooks_of(tx, principal)),
        openers_of(tx, principal.person_id, OpenerKind.RECOVERY),
        openers_of(tx, principal.person_id, OpenerKind.PASSPHRASE),
        device.notebook if device is not None and is_legacy else None,
    )
    tx.expunge_all()
    return found


def match_secret(keyring: Keyring, candidates: Candidates, typed: str) -> SecretMatch | None:
    """Return the notebook that `typed` opens, or `None`. Slow, so not for a transaction.

    On a device of a legacy notebook, nothing has to be typed: the coach may have neither its
    passphrase nor its recovery code any longer, and the device could always replace both.
    """
    if not typed:
        number = candidates.legacy_device
        return None if number is None else SecretMatch(number, None)
    return next(_matches(keyring, candidates, typed), None)


def open_matching(
    tx: Transaction,
    keyring: Keyring,
    principal: Principal,
    match: SecretMatch | None,
    *,
    device: str,
    now: datetime,
) -> tuple[Principal, NotebookSecrets] | None:
    """Open a notebook on this device. If there is no match, count the attempt and return `None`.

    A recovery code is replaced by a new one, and the passphrase, which the coach has forgotten, no
    longer works. If another notebook is open on this device, the two are merged.

    Raises:
        NotebookAlteredError: the notebook was altered.
    """
    rows = {row.number: row for row in notebooks_of(tx, principal)}
    if not rows or principal.role is not AccessRole.COACH:
        return None
    first = rows[min(rows)]
    if first.locked_until is not None and first.locked_until > now:
        return None
    if match is None or not _is_current(tx, rows.get(match.number), match):
        _record_failure(tx, first, now)
        return None
    first.failures, first.locked_until = 0, None
    current = principal.notes_device
    same = current is not None and current.notebook == match.number
    seen = current.seen if current is not None and same else None
    opened, code = _open(tx, keyring, rows[match.number], match, seen, now=now)
    if principal.notes_open and not same:
        other = open_on_device(tx, keyring, principal)
        opened = _merge(tx, opened, other, device=device, now=now)
        code = add_recovery_code(tx, keyring, opened, now=now)
    record_event(tx, "notes opened on a device", "person", first.person_id)
    author, key = issue_device_key(tx, keyring, principal, opened, device=device, now=now)
    return mark_confirmed(tx, author, opened.row, now=now), NotebookSecrets(key, code)


def _matches(keyring: Keyring, candidates: Candidates, typed: str) -> Iterator[SecretMatch]:
    typed_hash = sha256_of(normalise_code(typed))
    for row in candidates.notebooks:
        if row.recovery_sha256 == typed_hash:
            yield SecretMatch(row.number, OpenerKind.RECOVERY)
    for opener in (*candidates.recovery, *candidates.passphrases):
        try:
            key = notebook_key_in(keyring, opener, typed)
        except DecryptionError:
            continue
        yield SecretMatch(opener.notebook, opener.kind, opener.id, key)
    for row in candidates.notebooks:
        if row.passphrase_hash is not None and verify_password(typed, row.passphrase_hash):
            kind = OpenerKind.PASSPHRASE
            yield SecretMatch(row.number, kind, passphrase=new_opener_key(kind, typed))


def _is_current(tx: Transaction, row: NotebookRow | None, match: SecretMatch) -> bool:
    """Whether what was typed still opens the notebook; another device may have been faster."""
    if row is None:
        return False
    if match.opener_id is not None:
        return tx.get(NotebookOpenerRow, match.opener_id) is not None
    return row.sealed_at is None


def _open(
    tx: Transaction,
    keyring: Keyring,
    row: NotebookRow,
    match: SecretMatch,
    seen: SeenVersion | None,
    *,
    now: datetime,
) -> tuple[OpenNotebook, str | None]:
    """Open a notebook with what was typed; return it, and its new recovery code if it has one."""
    if match.key is None:
        opened = _give_key(tx, keyring, row, match, now)
        return opened, add_recovery_code(tx, keyring, opened, now=now)
    opened = OpenNotebook(row, match.key)
    require_unaltered(tx, keyring, opened, seen)
    if match.kind is not OpenerKind.RECOVERY:
        return opened, None
    remove_openers(tx, row, OpenerKind.PASSPHRASE)
    record_event(tx, "note recovery code used", "person", row.person_id)
    return opened, add_recovery_code(tx, keyring, opened, now=now)


def _give_key(
    tx: Transaction, keyring: Keyring, row: NotebookRow, match: SecretMatch, now: datetime
) -> OpenNotebook:
    """Give a legacy notebook a key, and encrypt its notes anew under it."""
    opened = OpenNotebook(row, new_data_key())
    notes = [
        (note, decrypt_legacy_note(tx, keyring, note))
        for note in notes_in(tx, row.person_id, row.number)
    ]
    move_notes(tx, notes, row.number, opened.key, now=now)
    row.sealed_at, row.passphrase_hash, row.recovery_sha256 = now, None, None
    update_mac(tx, opened)
    if match.passphrase is not None:
        add_opener(tx, keyring, opened, match.passphrase, now=now)
    record_event(tx, "notes encrypted anew", "person", row.person_id)
    return opened


def _merge(
    tx: Transaction,
    one: OpenNotebook,
    other: OpenNotebook,
    *,
    device: str,
    now: datetime,
) -> OpenNotebook:
    """Merge two notebooks into a new one with a key of its own, which no other device can open.

    Two notes on the same session become one, with the text of the earlier one first.
    """
    author = one.row.person_id
    query = select(func.max(NotebookRow.number)).where(NotebookRow.person_id == author)
    number = (tx.scalar(query) or 0) + 1
    notes = [
        (note, decrypt_note(tx, opened.key, note))
        for opened in (one, other)
        for note in notes_in(tx, author, opened.row.number)
    ]
    notes = _combine_by_session(tx, notes)
    merged = create_notebook(tx, author, number, device=device, now=now)
    move_notes(tx, notes, number, merged.key, now=now)
    for opened in (one, other):
        delete_notebook(tx, opened.row)
    update_mac(tx, merged)
    record_event(tx, "notebooks joined", "person", author)
    return merged


def _combine_by_session(
    tx: Transaction, notes: Iterable[tuple[NoteRow, str]]
) -> list[tuple[NoteRow, str]]:
    """Combine notes on the same session, given with their texts, into the latest of them."""
    combined: dict[str, tuple[NoteRow, str]] = {}
    for note, text in sorted(notes, key=lambda each: each[0].written_at):
        earlier, before = combined.get(note.session_id, (None, ""))
        if earlier is not None:
            tx.delete(earlier)
        combined[note.session_id] = note, _PARTING.join(filter(None, (before, text)))
    tx.flush()
    return list(combined.values())


def _record_failure(tx: Transaction, first: NotebookRow, now: datetime) -> None:
    """Count a failed attempt. The first notebook stores the count and the lock for all of them."""
    first.failures += 1
    first.locked_until = now + _LOCK_DURATION if first.failures >= _FREE_ATTEMPTS else None
    record_event(tx, "note passphrase wrong", "person", first.person_id, failures=first.failures)
