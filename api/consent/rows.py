"""What people have agreed to: which text, in which version, when, and when they took it back."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.database.types import EnumString, IdentifiedRow, TableRow


class ConsentKind(StrEnum):
    """What a text asks for; the file is called the same."""

    COACHEE = "coachee"
    COACH = "coach"
    PUBLICITY = "publicity"


class ConsentRow(IdentifiedRow):
    """One yes of one person; a later version is another row, and none is ever changed to a no."""

    __tablename__ = "consents"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    asked: Mapped[ConsentKind] = mapped_column(EnumString(ConsentKind))
    version: Mapped[str] = mapped_column(String(40))
    sha256: Mapped[str] = mapped_column(String(64))
    given_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


TABLES: tuple[type[TableRow], ...] = (ConsentRow,)
