"""The tables that link a database to its key file."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from api.database.types import TableRow


class KeyMarkRow(TableRow):
    """The fingerprint of the key file that belongs to the database; it reveals no key."""

    __tablename__ = "key_marks"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    mark: Mapped[str] = mapped_column(String(64))


class SealedTableRow(TableRow):
    """A table whose rows are sealed: since `sealed_at`, no row without a seal is accepted."""

    __tablename__ = "sealed_tables"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    sealed_at: Mapped[datetime]


TABLES: tuple[type[TableRow], ...] = (KeyMarkRow, SealedTableRow)
