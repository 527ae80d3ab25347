"""The table of cycles."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database.types import IdentifiedRow, TableRow


class CycleRow(IdentifiedRow):
    """A cycle: its policy as a validated value, and the file it was read from.

    Attributes:
        erasure_announced_at: since when managers have been warned that its people will be erased.
        held_at: since when that is held; `held_because` is a manager's reason.
        erased_at: when its people were erased last.
        reminders_off_at: since when nobody in it is reminded of anything by mail.
    """

    __tablename__ = "cycles"

    name: Mapped[str] = mapped_column(String(200))
    policy: Mapped[dict[str, Any]]
    source: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    erasure_announced_at: Mapped[datetime | None]
    held_at: Mapped[datetime | None]
    held_because: Mapped[str] = mapped_column(String(200), default="", server_default="")
    erased_at: Mapped[datetime | None]
    reminders_off_at: Mapped[datetime | None]


TABLES: tuple[type[TableRow], ...] = (CycleRow,)
