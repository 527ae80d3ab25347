"""What coaches write for themselves, encrypted, and the wrapped keys that open it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.database.types import IdentifiedRow, TableRow


class NoteKeyRow(IdentifiedRow):
    """A data key for what one author writes about one coachee, wrapped by a master key.

    Destroying the row makes every text under it unreadable here. Copies of the database that were
    made before hold the row still, and open it with the master key of its version.
    """

    __tablename__ = "note_keys"
    __table_args__ = (UniqueConstraint("author_id", "subject_id"),)

    author_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    subject_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    master_version: Mapped[int]
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class NotebookRow(TableRow):
    """A coach's notebook, and what opens it on a new device: a passphrase, or a code, once.

    The first has the number 1. Who has lost everything that opens it begins another; notes of the
    earlier one stay closed until it is opened, and then both are one again. `failures` and
    `locked_until` of the first count for all.
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
    """A coach's note on one session, AES-256-GCM, bound to row, author and version."""

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
