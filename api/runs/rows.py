"""Tables for runs, their progress reports and the resulting plans.

The table of plans is defined here because runs need it: a run is shown with its plans, and can keep
pairs of the published plan. The package `plans` imports this package.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from api.background.rows import BackgroundTaskRow
from api.database.types import EnumString, IdentifiedRow, TableRow

MAX_PLAN_NAME = 80


class RunPurpose(StrEnum):
    """The purpose of a run: to plan a cycle, to try another policy, or to replace one coach."""

    PLAN = "plan"
    WHAT_IF = "what-if"
    REPLACEMENT = "replacement"


class PlanState(StrEnum):
    """The state of a plan. A cycle has at most one published plan.

    A what-if is never published, and neither is a plan that failed its audit (`UNSOUND`), which is
    kept for analysis of the fault.
    """

    DRAFT = "draft"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    WHAT_IF = "what-if"
    UNSOUND = "unsound"


class RunRow(BackgroundTaskRow):
    """A run with its complete input, so that its plan can be reproduced.

    `input` is a `RunInput` as JSON. `record` is a `RunRecord` as JSON once the run has finished.
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
    """A progress report of a run.

    `number` counts from 1 and doubles as the event id in the run's event stream.
    """

    __tablename__ = "run_progress"

    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    progress: Mapped[dict[str, Any]]


class PlanRow(IdentifiedRow):
    """A plan: the engine's complete result with its verdicts, stored once and never recomputed.

    Managers can set a name and a comment; `label_version` increases with each change of either.
    """

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
    name: Mapped[str] = mapped_column(String(MAX_PLAN_NAME), default="", server_default="")
    comment: Mapped[str] = mapped_column(Text, default="", server_default="")
    label_version: Mapped[int] = mapped_column(default=0, server_default="0")


TABLES: tuple[type[TableRow], ...] = (
    RunRow,
    RunProgressRow,
    PlanRow,
)
