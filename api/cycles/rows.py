"""Cycles and the people in them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.database.types import EnumString, IdentifiedRow, TableRow


class Side(StrEnum):
    """Which side of a pair a person is on."""

    COACHEE = "coachee"
    COACH = "coach"


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


class PersonRow(IdentifiedRow):
    """A coachee or coach of one cycle.

    `code` is the person's id in the spreadsheet, `position` their place in it. Who vanished from
    a later upload has `left_at` set and keeps their sessions and submissions. Of who was erased,
    only what totals need is left.
    """

    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("cycle_id", "side", "code"),)

    cycle_id: Mapped[str] = mapped_column(ForeignKey("cycles.id", ondelete="CASCADE"))
    side: Mapped[Side] = mapped_column(EnumString(Side))
    code: Mapped[str] = mapped_column(String(200))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(400))
    email: Mapped[str] = mapped_column(String(400))
    timezone: Mapped[str] = mapped_column(String(64))
    profile: Mapped[dict[str, Any]]
    left_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]


TABLES: tuple[type[TableRow], ...] = (
    CycleRow,
    PersonRow,
)
