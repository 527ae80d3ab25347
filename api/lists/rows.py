"""The table of stored searches, whose ids appear in URLs instead of their texts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.database.types import IdentifiedRow, TableRow

MAX_SEARCH_LENGTH = 200


class SearchRow(IdentifiedRow):
    """The text that a user searched for. URLs contain the id of the row instead of the text.

    The row is valid only for its user, until `expires_at`.
    """

    __tablename__ = "searches"

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(String(MAX_SEARCH_LENGTH))
    expires_at: Mapped[datetime]


TABLES: tuple[type[TableRow], ...] = (SearchRow,)
