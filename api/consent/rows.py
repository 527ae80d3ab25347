"""The table of consents."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.database.types import EnumString, IdentifiedRow, TableRow


class ConsentKind(StrEnum):
    """The kind of a consent text, which is also its file name without the suffix."""

    COACHEE = "coachee"
    COACH = "coach"
    PUBLICITY = "publicity"
    ALUMNI = "alumni"


TERMS_KINDS = (ConsentKind.COACHEE, ConsentKind.COACH)
"""The texts that people agree to before their first session."""


class ConsentRow(IdentifiedRow):
    """A person's consent to one version of a text. Rows change only if consent is withdrawn."""

    __tablename__ = "consents"

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    asked: Mapped[ConsentKind] = mapped_column(EnumString(ConsentKind))
    version: Mapped[str] = mapped_column(String(40))
    sha256: Mapped[str] = mapped_column(String(64))
    given_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


TABLES: tuple[type[TableRow], ...] = (ConsentRow,)
