"""Tables for answers, and for the items that were answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.database.types import ID_LENGTH, EnumString, IdentifiedRow, TableRow
from api.participants.rows import Side
from coach.instruments import MAX_CODE, MAX_VERSION
from coach.occasions import Occasion

SHA256_LENGTH = 64


class InstrumentTextRow(TableRow):
    """An instrument, with its items at the time when somebody first answered them.

    Answers refer to this row, so they stay readable even if the file changes. `content` contains
    the fields of `coach.instruments.Instrument`, whose digest is `sha256`.
    """

    __tablename__ = "instrument_texts"

    sha256: Mapped[str] = mapped_column(String(SHA256_LENGTH), primary_key=True)
    code: Mapped[str] = mapped_column(String(MAX_CODE))
    version: Mapped[str] = mapped_column(String(MAX_VERSION))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    stored_at: Mapped[datetime]


class AnswerSheetRow(IdentifiedRow):
    """One person's answers on one occasion, about a pair or one of its sessions.

    Attributes:
        code: the instrument's code, as in the row of its text.
        subject_id: the id of the session for answers after a session, the id of the follow-up for
            answers in a follow-up, otherwise the id of the other person in the pair.
        side: the side of the person who answers.
        answers: the answers, keyed by question.
        version: the number of changes.
    """

    __tablename__ = "answer_sheets"
    __table_args__ = (UniqueConstraint("author_id", "occasion", "subject_id", "code"),)

    cycle_id: Mapped[str] = mapped_column(ForeignKey("cycles.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    coachee_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    coach_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    side: Mapped[Side] = mapped_column(EnumString(Side))
    occasion: Mapped[Occasion] = mapped_column(EnumString(Occasion))
    subject_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    code: Mapped[str] = mapped_column(String(MAX_CODE))
    text_sha256: Mapped[str] = mapped_column(ForeignKey("instrument_texts.sha256"), index=True)
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(default=1)
    submitted_at: Mapped[datetime]


TABLES: tuple[type[TableRow], ...] = (InstrumentTextRow, AnswerSheetRow)
