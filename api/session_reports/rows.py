"""Tables for coaches' encrypted notes, their wrapped data keys, and notebooks."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.database.types import IdentifiedRow, TableRow


class NoteKeyRow(IdentifiedRow):
    """A data key for one coach's notes about one coachee, wrapped by a master key.

    Deleting the row makes every note encrypted with the key unreadable in this database. Earlier
    copies of the database still contain the row, and can be decrypted with the same master key.
    """

    __tablename__ = "note_keys"
    __table_args__ = (UniqueConstraint("author_id", "subject_id"),)

    author_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    subject_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    master_version: Mapped[int]
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class NotebookRow(TableRow):
    """A coach's notebook, with the hashes of its passphrase and recovery code.

    Numbers start at 1. A coach who can no longer open a notebook starts another one; if the earlier
    one is opened later, the two are merged. `failures` and `locked_until` of the first notebook
    apply to all of the coach's notebooks.
    """

    __tablename__ = "notebooks"

    person_id: Mapped[str] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    created_at: Mapped[datetime]
    passphrase_hash: Mapped[str | None] = mapped_column(String(200))
    recovery_sha256: Mapped[str | None] = mapped_column(String(64))
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]


class NoteRow(IdentifiedRow):
    """A coach's note on one session, encrypted; see `note_encryption`."""

    __tablename__ = "notes"

    session_id: Mapped[str] = mapped_column(
        ForeignKey("sessions.id", ondelete="CASCADE"), unique=True
    )
    author_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    key_id: Mapped[str] = mapped_column(ForeignKey("note_keys.id", ondelete="CASCADE"), index=True)
    notebook: Mapped[int] = mapped_column(default=1, server_default="1")
    version: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    written_at: Mapped[datetime]


TABLES: tuple[type[TableRow], ...] = (
    NoteKeyRow,
    NotebookRow,
    NoteRow,
)
