"""Tables for coaches' notebooks: the secrets that unlock them, data keys, and encrypted notes."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, ForeignKeyConstraint, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.crypto.row_seal import SealedRow
from api.database.types import EnumString, IdentifiedRow, TableRow

DEVICE_LENGTH = 100


class OpenerKind(StrEnum):
    """The kind of secret that unlocks a notebook."""

    DEVICE = "device"
    PASSPHRASE = "passphrase"  # noqa: S105 - a kind, not a secret
    RECOVERY = "recovery"


class NotebookRow(SealedRow, TableRow):
    """A coach's notebook. Its key is stored only in its openers.

    Numbers start at 1. A coach who can no longer unlock a notebook starts another one; if the
    earlier one is unlocked later, the two are merged into a new one.

    A row without a valid seal is refused if the notebook is legacy. In other notebooks, everything
    in the row that matters is protected by the notebook's key.

    Attributes:
        device: the device on which the notebook was started, such as "Firefox, Windows".
        sealed_at: when the notebook received its key; `None` if it was started by a version without
            such keys and not unlocked since (a *legacy* notebook). Its data keys are wrapped by the
            master key alone, and only `passphrase_hash` and `recovery_sha256` protect it.
        confirmed_at: when the coach showed that they have a second way to unlock the notebook;
            notes are written only after that.
        version: increases with every change to the notes.
        mac: authenticates the list of notes with a key derived from the notebook's key; `None`
            until the notebook has a key.
        failures: the number of wrong passphrases and recovery codes since the notebook was last
            unlocked with a correct one.
        locked_until: the time until which no secret is compared, after too many wrong ones.
    """

    __tablename__ = "notebooks"
    SEALED_COLUMNS = (
        *("person_id", "number", "created_at", "device", "sealed_at", "confirmed_at"),
        *("passphrase_hash", "recovery_sha256"),
    )

    person_id: Mapped[str] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    created_at: Mapped[datetime]
    device: Mapped[str] = mapped_column(String(DEVICE_LENGTH), default="", server_default="")
    sealed_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=0, server_default="0")
    mac: Mapped[bytes | None] = mapped_column(LargeBinary)
    passphrase_hash: Mapped[str | None] = mapped_column(String(200))
    recovery_sha256: Mapped[str | None] = mapped_column(String(64))
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]


class NotebookOpenerRow(SealedRow, IdentifiedRow):
    """A copy of a notebook's key, encrypted with one of the coach's secrets and the master key.

    Attributes:
        credential_id: for devices, the credential by which a request identifies its device.
        salt: the salt with which the opener's key is derived from the secret.
        label: for devices, a description such as "Firefox, Windows".
        master_version: the version of the master key in the outer layer of `sealed`.
    """

    __tablename__ = "notebook_openers"
    SEALED_COLUMNS = (
        *("id", "person_id", "notebook", "kind", "credential_id", "salt", "label", "created_at"),
        *("master_version", "sealed"),
    )
    __table_args__ = (
        ForeignKeyConstraint(
            ["person_id", "notebook"],
            ["notebooks.person_id", "notebooks.number"],
            ondelete="CASCADE",
            name="fk_notebook_openers_notebook",
        ),
        UniqueConstraint("credential_id"),
    )

    person_id: Mapped[str] = mapped_column(String(20), index=True)
    notebook: Mapped[int]
    kind: Mapped[OpenerKind] = mapped_column(EnumString(OpenerKind))
    credential_id: Mapped[str | None] = mapped_column(
        ForeignKey("credentials.id", ondelete="CASCADE")
    )
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    label: Mapped[str] = mapped_column(String(DEVICE_LENGTH), default="")
    created_at: Mapped[datetime]
    master_version: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class NoteKeyRow(IdentifiedRow):
    """A data key for a coach's notes on one coachee, wrapped by the key of their notebook.

    Deleting the row makes every note encrypted with the key unreadable in this database. Earlier
    copies of the database still contain the row.

    Keys of legacy notebooks are wrapped by the master key with `master_version`, which is otherwise
    `None`, and belong to all legacy notebooks of the author: their `notebook` is 0.
    """

    __tablename__ = "note_keys"
    __table_args__ = (UniqueConstraint("author_id", "subject_id", "notebook"),)

    author_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    subject_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    notebook: Mapped[int] = mapped_column(default=0, server_default="0")
    master_version: Mapped[int | None]
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class NoteRow(IdentifiedRow):
    """A coach's note on one session, encrypted; see `note_encryption`.

    Each notebook can have a note on the same session, so a notebook that its coach cannot unlock,
    or that somebody else has added, never prevents the coach from writing a note.
    """

    __tablename__ = "notes"
    __table_args__ = (UniqueConstraint("session_id", "author_id", "notebook"),)

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    author_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    key_id: Mapped[str] = mapped_column(ForeignKey("note_keys.id", ondelete="CASCADE"), index=True)
    notebook: Mapped[int] = mapped_column(default=1, server_default="1")
    version: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    written_at: Mapped[datetime]


class ErasedNoteRow(IdentifiedRow):
    """The part of an erased note that the notebook's MAC covers.

    Without it, an erased note could not be distinguished from a note that somebody removed. `seal`
    authenticates the row with the key file; the row is deleted at the next change to the notebook.
    """

    __tablename__ = "erased_notes"

    author_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    notebook: Mapped[int]
    session_id: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    erased_at: Mapped[datetime]
    seal: Mapped[bytes] = mapped_column(LargeBinary)


TABLES: tuple[type[TableRow], ...] = (
    NotebookRow,
    NotebookOpenerRow,
    NoteKeyRow,
    NoteRow,
    ErasedNoteRow,
)
