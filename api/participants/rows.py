"""The people table, with one row per person and cycle."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.database.types import EnumString, IdentifiedRow, TableRow


class Side(StrEnum):
    """The two sides of a pair."""

    COACHEE = "coachee"
    COACH = "coach"


class PersonRow(IdentifiedRow):
    """A coachee or coach in one cycle.

    `code` is the person's id in the spreadsheet, and `position` is the person's position in the
    list. If a later list omits a person, `left_at` is set, and the person's sessions and
    submissions remain. An erased person's row only has the data that totals need.
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


TABLES: tuple[type[TableRow], ...] = (PersonRow,)
