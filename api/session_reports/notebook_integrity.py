"""The list of a notebook's notes, authenticated with a key that only its openers can unlock.

A MAC covers the notebook's version and, for each note, its id, session, version and the SHA-256 of
its ciphertext. Notes that were replaced by older versions, removed or added are therefore detected
whenever the notebook is used. A whole notebook that was replaced by its own older state has a valid
MAC; this is detected by the version that each device remembers.

Erasing a coachee deletes notes without their author. `record_erasure` stores their part of the MAC
input, sealed with the key file, until the author next changes the notebook. Someone who has the key
file and can write to the database can therefore remove notes under the guise of an erasure.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.restores import last_restore
from api.crypto.key_ring import Keyring
from api.crypto.secret_keys import key_from_secret
from api.http.principal import SeenVersion
from api.session_reports import facts
from api.session_reports.notebook_openers import UnlockedNotebook
from api.session_reports.rows import ErasedNoteRow, NotebookRow, NoteKeyRow, NoteRow
from api.web.date_formats import format_date
from coach.errors import ConflictError
from coach.texts.facts import Displayed, Fact

_MAC_PURPOSE = "gender-coach notebook mac"
_ERASED = "erased_notes"
Entry = tuple[str, str, int, str]
"""The part of a note that the MAC covers: id, session, version, and SHA-256 of its ciphertext."""


class NotebookAlteredError(ConflictError):
    """Raised when a notebook or one of its openers was altered outside this application.

    `how` names the kind of alteration in the audit trail.
    """

    def __init__(self, reason: Fact, how: str) -> None:
        super().__init__(reason)
        self.how = how

    @property
    def is_acceptable(self) -> bool:
        """Whether the author can continue with the current notes."""
        return self.how != "legacy"

    @property
    def is_replaceable(self) -> bool:
        """Whether only a single note is affected, which its author can replace."""
        return self.how == "note"


def require_unaltered(
    tx: Transaction, keyring: Keyring, unlocked: UnlockedNotebook, seen: SeenVersion | None
) -> None:
    """Check a notebook and its notes before they are used.

    `seen` is the version that the device remembers, if any. After a restore, an older version is
    expected; see `restored_to`.

    Raises:
        NotebookAlteredError: a note was added, removed or replaced, or the whole notebook is older
            than what the device has seen.
    """
    notebook = unlocked.row
    entries = [*_entries_of_notes(tx, notebook), *_entries_of_erased(tx, keyring, notebook)]
    if not hmac.compare_digest(notebook.mac or b"", _compute_mac(unlocked, entries)):
        raise NotebookAlteredError(facts.NOTES_ALTERED(), "notes")
    older = seen is not None and seen.version > notebook.version
    if older and restored_to(tx, notebook, seen) is None:
        raise NotebookAlteredError(facts.NOTEBOOK_OLDER(), "notebook")


def restored_to(
    tx: Transaction, notebook: NotebookRow, seen: SeenVersion | None
) -> Displayed | None:
    """Return the date of the backup from which the database was restored, for display.

    Returns `None` unless the device saw a later version of the notebook before the restore.
    """
    if seen is None or seen.version <= notebook.version:
        return None
    restore = last_restore(tx)
    if restore is None or restore.restored_at < seen.at:
        return None
    return format_date((restore.restored_to or restore.restored_at).date())


def update_mac(
    tx: Transaction, unlocked: UnlockedNotebook, seen: SeenVersion | None = None
) -> None:
    """Increase the version of a notebook whose notes have changed, and compute its new MAC.

    After a restore, the new version is also later than the one that the device has `seen`.
    """
    notebook = unlocked.row
    tx.flush()
    tx.execute(
        delete(ErasedNoteRow).where(
            ErasedNoteRow.author_id == notebook.person_id,
            ErasedNoteRow.notebook == notebook.number,
        )
    )
    entries = _entries_of_notes(tx, notebook)
    notebook.version = max(notebook.version, 0 if seen is None else seen.version) + 1
    notebook.mac = _compute_mac(unlocked, entries)


def record_erasure(
    tx: Transaction, keyring: Keyring, person_ids: Select[str], *, now: datetime
) -> None:
    """Store the MAC input of the notes about people who are about to be erased."""
    notes = tx.scalars(
        select(NoteRow)
        .join(NoteKeyRow, NoteKeyRow.id == NoteRow.key_id)
        .join(
            NotebookRow,
            (NotebookRow.person_id == NoteRow.author_id) & (NotebookRow.number == NoteRow.notebook),
        )
        .where(NoteKeyRow.subject_id.in_(person_ids), NotebookRow.mac.is_not(None))
    )
    for note in notes.all():
        row = ErasedNoteRow(
            id=note.id,
            author_id=note.author_id,
            notebook=note.notebook,
            session_id=note.session_id,
            version=note.version,
            sha256=_sha256(note.sealed),
            erased_at=now,
        )
        row.seal = _erasure_seal(keyring, row)
        tx.add(row)
    tx.flush()


def _compute_mac(unlocked: UnlockedNotebook, entries: Iterable[Entry]) -> bytes:
    notebook = unlocked.row
    content = [notebook.person_id, notebook.number, notebook.version, sorted(entries)]
    message = json.dumps(content, separators=(",", ":")).encode()
    key = key_from_secret(unlocked.key, b"", _MAC_PURPOSE)
    return hmac.digest(key, message, hashlib.sha256)


def _entries_of_notes(tx: Transaction, notebook: NotebookRow) -> Iterable[Entry]:
    notes = tx.execute(
        select(NoteRow.id, NoteRow.session_id, NoteRow.version, NoteRow.sealed).where(
            NoteRow.author_id == notebook.person_id, NoteRow.notebook == notebook.number
        )
    )
    return [(note.id, note.session_id, note.version, _sha256(note.sealed)) for note in notes]


def _entries_of_erased(tx: Transaction, keyring: Keyring, notebook: NotebookRow) -> Iterable[Entry]:
    erased = tx.scalars(
        select(ErasedNoteRow).where(
            ErasedNoteRow.author_id == notebook.person_id,
            ErasedNoteRow.notebook == notebook.number,
        )
    )
    return [
        (row.id, row.session_id, row.version, row.sha256)
        for row in erased
        if hmac.compare_digest(row.seal, _erasure_seal(keyring, row))
    ]


def _erasure_seal(keyring: Keyring, row: ErasedNoteRow) -> bytes:
    fields = [row.id, row.author_id, row.notebook, row.session_id, row.version, row.sha256]
    return keyring.mac(_ERASED, json.dumps(fields).encode())


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
