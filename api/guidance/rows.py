"""Table of guidance cards."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database.types import TableRow


class GuidanceCardRow(TableRow):
    """The guidance card of a country, stored as the uploaded TOML text."""

    __tablename__ = "guidance_cards"

    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    reviewed_on: Mapped[date]
    changed_at: Mapped[datetime]


TABLES: tuple[type[TableRow], ...] = (GuidanceCardRow,)
