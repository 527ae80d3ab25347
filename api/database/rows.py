"""The tables that link a database to its key file."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from api.database.types import TableRow

KEY_FILE = "key file"
MASTER_VERSION = "master key version"
BACKUPS_VERSION = "backup key version"
MASTER_RESERVED = "master key reserved"
BACKUPS_RESERVED = "backup key reserved"


class KeyMarkRow(TableRow):
    """Data about the key file that reveals none of its keys.

    The row `KEY_FILE` contains the fingerprint of the key file. `MASTER_VERSION` and
    `BACKUPS_VERSION` contain the versions of the master key and of the key for backups since their
    last rotation; `MASTER_RESERVED` and `BACKUPS_RESERVED` contain the latest versions that
    rotations have reserved, whether or not they were finished.
    """

    __tablename__ = "key_marks"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    mark: Mapped[str] = mapped_column(String(64))


class SealedTableRow(TableRow):
    """A table whose rows are sealed: since `sealed_at`, no row without a seal is accepted."""

    __tablename__ = "sealed_tables"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    sealed_at: Mapped[datetime]


TABLES: tuple[type[TableRow], ...] = (KeyMarkRow, SealedTableRow)
