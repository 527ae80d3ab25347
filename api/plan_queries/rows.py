"""What a manager asks of a plan that has to be solved, and the answers."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.background.rows import BackgroundTaskRow
from api.database.types import EnumString, TableRow


class QuestionKind(StrEnum):
    """What can be asked of a plan: why this coach or nobody, another coach, or what would help."""

    EXPLAIN = "explain"
    REPLACE = "replace"
    ADVISE = "advise"


class QuestionRow(BackgroundTaskRow):
    """A question about a plan, about one coachee of it or about all, with its answer as JSON.

    `options` says more of what is asked, `latest` is what was told last while it is worked on.
    """

    __tablename__ = "questions"

    plan_id: Mapped[str] = mapped_column(ForeignKey("plans.id", ondelete="CASCADE"), index=True)
    kind: Mapped[QuestionKind] = mapped_column(EnumString(QuestionKind))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    options: Mapped[dict[str, Any]]
    latest: Mapped[dict[str, Any] | None]
    answer: Mapped[str | None] = mapped_column(Text, deferred=True)


TABLES: tuple[type[TableRow], ...] = (QuestionRow,)
