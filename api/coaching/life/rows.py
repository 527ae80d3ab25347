"""Tables for nominations, and for the reasons why pairs ended early."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.database.types import EnumString, IdentifiedRow, TableRow
from coach.early_ends import EarlyEndReason, Whose

MAX_NOMINATED_BY = 120
MAX_LETTER = 80


class NominationRow(IdentifiedRow):
    """The nomination of a coachee in a letter from an office. The letter itself is never stored.

    A row is never changed: the office removes an incorrect nomination and records a new one.
    """

    __tablename__ = "nominations"

    cycle_id: Mapped[str] = mapped_column(ForeignKey("cycles.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), unique=True)
    nominated_by: Mapped[str] = mapped_column(String(MAX_NOMINATED_BY))
    letter: Mapped[str] = mapped_column(String(MAX_LETTER))
    nominated_on: Mapped[date]
    recorded_at: Mapped[datetime]


class EarlyEndRow(IdentifiedRow):
    """The reason why a pair ended before it was completed, and to whom the reason belongs.

    Attributes:
        cycle_id: the cycle. Once one of the two people is erased, this and both people's ids are
            `None`, and the row serves only for counting.
        recorded_at: when the reason was recorded; only the month once one of the two people is
            erased.
        version: the number of changes, used to detect changes based on an outdated page.
    """

    __tablename__ = "early_ends"
    __table_args__ = (UniqueConstraint("coachee_id", "coach_id"),)

    cycle_id: Mapped[str | None] = mapped_column(
        ForeignKey("cycles.id", ondelete="CASCADE"), index=True
    )
    coachee_id: Mapped[str | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    coach_id: Mapped[str | None] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    reason: Mapped[EarlyEndReason] = mapped_column(EnumString(EarlyEndReason))
    whose: Mapped[Whose] = mapped_column(EnumString(Whose))
    recorded_at: Mapped[datetime]
    version: Mapped[int]


TABLES: tuple[type[TableRow], ...] = (NominationRow, EarlyEndRow)
