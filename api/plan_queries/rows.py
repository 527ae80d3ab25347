"""The table of plan queries, stored as questions with their answers."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.background.rows import BackgroundTaskRow
from api.database.types import EnumString, TableRow


class QuestionKind(StrEnum):
    """The kind of plan query: explain a match, find a replacement coach, or advise on policy."""

    EXPLAIN = "explain"
    REPLACE = "replace"
    ADVISE = "advise"


class QuestionRow(BackgroundTaskRow):
    """A question about a plan, or about one coachee in it, with its answer as JSON.

    `options` contains the remaining sessions for a `replace` question. `latest` is the latest
    progress report.
    """

    __tablename__ = "questions"

    plan_id: Mapped[str] = mapped_column(ForeignKey("plans.id", ondelete="CASCADE"), index=True)
    kind: Mapped[QuestionKind] = mapped_column(EnumString(QuestionKind))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    options: Mapped[dict[str, Any]]
    latest: Mapped[dict[str, Any] | None]
    answer: Mapped[str | None] = mapped_column(Text, deferred=True)


TABLES: tuple[type[TableRow], ...] = (QuestionRow,)
