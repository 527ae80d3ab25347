"""Runs of the engine, what they told while they worked, and the plans they made."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from api.background.rows import BackgroundTaskRow
from api.database.types import EnumString, IdentifiedRow, TableRow


class RunPurpose(StrEnum):
    """What a run is for: a plan of its cycle, a look at another policy, or one coach replaced."""

    PLAN = "plan"
    WHAT_IF = "what-if"
    REPLACEMENT = "replacement"


class PlanState(StrEnum):
    """What became of a plan. At most one plan of a cycle is published; a what-if never is."""

    DRAFT = "draft"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    WHAT_IF = "what-if"


class RunRow(BackgroundTaskRow):
    """One durable run: the whole input as it was asked for, so that a plan can be repeated.

    `input` holds `roster`, `cycle` and `keep` as JSON, and the cycle's `own_policy` where that is
    another; `record` is how the run went, once it has finished.
    """

    __tablename__ = "runs"

    cycle_id: Mapped[str] = mapped_column(ForeignKey("cycles.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[RunPurpose] = mapped_column(
        EnumString(RunPurpose), default=RunPurpose.PLAN, server_default=RunPurpose.PLAN.value
    )
    options: Mapped[dict[str, Any]]
    input: Mapped[str] = mapped_column(Text, deferred=True)
    input_sha256: Mapped[str] = mapped_column(String(64))
    record: Mapped[str | None] = mapped_column(Text, deferred=True)


class RunProgressRow(TableRow):
    """One moment of a run, counted from 1; the number is the event id of its stream."""

    __tablename__ = "run_progress"

    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    progress: Mapped[dict[str, Any]]


class PlanRow(IdentifiedRow):
    """A plan: the engine's result, stored whole with its verdicts and never computed again."""

    __tablename__ = "plans"
    __table_args__ = (
        Index(
            "uq_plans_published",
            "cycle_id",
            unique=True,
            sqlite_where=text("state = 'published'"),
            postgresql_where=text("state = 'published'"),
        ),
    )

    cycle_id: Mapped[str] = mapped_column(ForeignKey("cycles.id", ondelete="CASCADE"), index=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), unique=True)
    state: Mapped[PlanState] = mapped_column(EnumString(PlanState))
    status: Mapped[str] = mapped_column(String(10))
    placed: Mapped[int]
    unplaced: Mapped[int]
    result: Mapped[str] = mapped_column(Text, deferred=True)
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]


TABLES: tuple[type[TableRow], ...] = (
    RunRow,
    RunProgressRow,
    PlanRow,
)
