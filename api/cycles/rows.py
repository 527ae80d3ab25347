"""The table of cycles."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database.types import IdentifiedRow, TableRow


class CycleRow(IdentifiedRow):
    """A cycle: its validated policy, and the file it was read from.

    Attributes:
        erasure_announced_at: since when managers have been warned that its people will be erased.
        held_at: since when there has been a hold on the erasure; `held_because` is the manager's
            reason.
        erased_at: when its people were last erased.
        reminders_off_at: since when reminders have been switched off.
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
