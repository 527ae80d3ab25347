"""The table of one-time codes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.database.types import IdentifiedRow, TableRow


class OneTimeCodeRow(IdentifiedRow):
    """A one-time code without its digits, which are derived from `id` and the key file.

    Attributes:
        purpose: the action that the code permits; see `CodePurpose`.
        detail: data that is needed when the code is used, such as the new address.
        tries: number of wrong attempts.
    """

    __tablename__ = "one_time_codes"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    detail: Mapped[str] = mapped_column(String(400), default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


TABLES: tuple[type[TableRow], ...] = (OneTimeCodeRow,)
