"""The table that links a database to its key file."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from api.database.types import TableRow


class KeyMarkRow(TableRow):
    """The fingerprint of the key file that belongs to the database; it reveals no key."""

    __tablename__ = "key_marks"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    mark: Mapped[str] = mapped_column(String(64))


TABLES: tuple[type[TableRow], ...] = (KeyMarkRow,)
