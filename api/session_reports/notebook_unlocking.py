"""Unlocks a notebook on a device with the notebook's passphrase or recovery code.

A legacy notebook receives its key when it is first unlocked: its notes are re-encrypted, and all
other devices have to unlock it again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.crypto.envelope_encryption import new_data_key
from api.crypto.key_ring import Keyring
from api.http.principal import AccessRole, Principal, SeenVersion
from api.session_reports.device_keys import issue_device_key
from api.session_reports.device_unlocking import unlock_on_device
from api.session_reports.legacy_notebooks import ENCRYPTED_ANEW, require_genuine_legacy
from api.session_reports.note_encryption import (
    decrypt_legacy_note,
    decrypt_note,
    move_notes,
    notes_in,
)
from api.session_reports.notebook_integrity import require_unaltered, update_mac
from api.session_reports.notebook_matching import Attempt, SecretMatch, is_throttled
from api.session_reports.notebook_openers import (
    UnlockedNotebook,
    add_opener,
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
from api.session_reports.rows import NotebookOpenerRow, NotebookRow, NoteRow, OpenerKind

_FREE_ATTEMPTS = 5
_LOCK_DURATION = timedelta(minutes=15)
_PARTING = "\n\n---\n\n"  # between two notes that are combined


def unlock_matching(
    tx: Transaction,
    keyring: Keyring,
    principal: Principal,
    attempt: Attempt,
    *,
    device: str,
    now: datetime,
) -> tuple[Principal, NotebookSecrets] | None:
    """Unlock a notebook on this device; if none matches, count the attempt and return `None`.

    If a recovery code was typed, it is replaced by a new one, and the passphrase, which the coach
    has forgotten, no longer works. If another notebook is unlocked on this device, the two are
    merged.

    Raises:
        NotebookAlteredError: the notebook was altered.
    """
    rows = {row.number: row for row in notebooks_of(tx, principal)}
    if not rows or principal.role is not AccessRole.COACH:
        return None
    for number in sorted(attempt.failed & rows.keys()):
        _record_failure(tx, rows[number], now)
    match = attempt.match
    row = None if match is None else rows.get(match.number)
    if match is None or row is None or is_throttled(row, now) or not _is_current(tx, row, match):
        return None
    row.failures, row.locked_until = 0, None
    current = principal.notes_device
    same = current is not None and current.notebook == match.number
    seen = current.seen if current is not None and same else None
    unlocked, code = _open(tx, keyring, row, match, seen, now=now)
    if principal.notes_unlocked and not same:
        other = unlock_on_device(tx, keyring, principal)
        unlocked = _merge(tx, unlocked, other, device=device, now=now)
        code = add_recovery_code(tx, keyring, unlocked, now=now)
    record_event(tx, "notes opened on a device", "person", row.person_id)
    author, key = issue_device_key(tx, keyring, principal, unlocked, device=device, now=now)
    return mark_confirmed(tx, author, unlocked.row, now=now), NotebookSecrets(key, code)


def _is_current(tx: Transaction, row: NotebookRow, match: SecretMatch) -> bool:
    """Return whether the secret still unlocks the notebook; another device may have used it."""
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
) -> tuple[UnlockedNotebook, str | None]:
    """Unlock a notebook with the typed secret; return the notebook and any new recovery code."""
    if match.key is None:
        require_genuine_legacy(tx, row, seen)
        unlocked = _give_key(tx, keyring, row, match, now)
        return unlocked, add_recovery_code(tx, keyring, unlocked, now=now)
    unlocked = UnlockedNotebook(row, match.key)
    require_unaltered(tx, keyring, unlocked, seen)
    if match.kind is not OpenerKind.RECOVERY:
        return unlocked, None
    remove_openers(tx, row, OpenerKind.PASSPHRASE)
    record_event(tx, "note recovery code used", "person", row.person_id)
    return unlocked, add_recovery_code(tx, keyring, unlocked, now=now)


def _give_key(
    tx: Transaction, keyring: Keyring, row: NotebookRow, match: SecretMatch, now: datetime
) -> UnlockedNotebook:
    """Assign a key to a legacy notebook, and re-encrypt its notes under that key."""
    unlocked = UnlockedNotebook(row, new_data_key())
    notes = [
        (note, decrypt_legacy_note(tx, keyring, note))
        for note in notes_in(tx, row.person_id, row.number)
    ]
    move_notes(tx, notes, row.number, unlocked.key, now=now)
    row.sealed_at, row.passphrase_hash, row.recovery_sha256 = now, None, None
    update_mac(tx, unlocked)
    if match.passphrase is not None:
        add_opener(tx, keyring, unlocked, match.passphrase, now=now)
    record_event(tx, ENCRYPTED_ANEW, "person", row.person_id, notebook=row.number)
    return unlocked


def _merge(
    tx: Transaction,
    one: UnlockedNotebook,
    other: UnlockedNotebook,
    *,
    device: str,
    now: datetime,
) -> UnlockedNotebook:
    """Merge two notebooks into a new one with its own key, which no other device can unlock.

    Two notes on the same session become one, with the text of the earlier one first.
    """
    author = one.row.person_id
    query = select(func.max(NotebookRow.number)).where(NotebookRow.person_id == author)
    number = (tx.scalar(query) or 0) + 1
    notes = [
        (note, decrypt_note(tx, unlocked.key, note))
        for unlocked in (one, other)
        for note in notes_in(tx, author, unlocked.row.number)
    ]
    notes = _combine_by_session(tx, notes)
    merged = create_notebook(tx, author, number, device=device, now=now)
    move_notes(tx, notes, number, merged.key, now=now)
    for unlocked in (one, other):
        delete_notebook(tx, unlocked.row)
    update_mac(tx, merged)
    record_event(tx, "notebooks joined", "person", author)
    return merged


def _combine_by_session(
    tx: Transaction, notes: Iterable[tuple[NoteRow, str]]
) -> list[tuple[NoteRow, str]]:
    """Combine notes on the same session, given with their texts, into the latest note."""
    combined: dict[str, tuple[NoteRow, str]] = {}
    for note, text in sorted(notes, key=lambda each: each[0].written_at):
        earlier, before = combined.get(note.session_id, (None, ""))
        if earlier is not None:
            tx.delete(earlier)
        combined[note.session_id] = note, _PARTING.join(filter(None, (before, text)))
    tx.flush()
    return list(combined.values())


def _record_failure(tx: Transaction, row: NotebookRow, now: datetime) -> None:
    """Count a wrong attempt at a notebook, and lock the notebook after several."""
    if is_throttled(row, now):
        return
    row.failures += 1
    row.locked_until = now + _LOCK_DURATION if row.failures >= _FREE_ATTEMPTS else None
    action = "note passphrase wrong"
    record_event(tx, action, "person", row.person_id, failures=row.failures, notebook=row.number)
