"""Views of runs: their state, their progress, and the reason why they failed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session as Transaction

from api.background.rows import TaskState
from api.background.task_failure import TaskFailure, read_failure
from api.cycles.service import cycle_row
from api.database.existing_row import no_such_row
from api.runs.frozen_input import RunOptions
from api.runs.rows import PlanRow, RunProgressRow, RunPurpose, RunRow
from api.runs.unsound_plan import UnsoundPlan, unsound_plan_of
from api.values import FrozenModel
from coach.texts.renderer import Renderer
from matching.progress import Progress


class RunView(FrozenModel):
    """A run and its latest progress report.

    `unsound_plan` is set only if a single run is read and the run's plan failed its audit.
    """

    id: str
    cycle_id: str
    purpose: RunPurpose
    state: TaskState
    options: RunOptions
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    cancelling: bool
    plan_id: str | None
    failure: TaskFailure | None
    latest: Progress | None
    unsound_plan: UnsoundPlan | None = None

    def rendered(self, texts: Renderer) -> RunView:
        """Return a copy with text in the language of `texts` instead of facts, for JSON."""
        failure = None if self.failure is None else self.failure.rendered(texts)
        latest = None if self.latest is None else rendered_progress(self.latest, texts)
        unsound = self.unsound_plan and self.unsound_plan.rendered(texts)
        return self.model_copy(
            update={"failure": failure, "latest": latest, "unsound_plan": unsound}
        )


class ProgressEvent(FrozenModel):
    """A progress report of a run.

    `number` counts from 1 and doubles as the event id in the run's event stream.
    """

    number: int
    at: datetime
    progress: Progress

    def rendered(self, texts: Renderer) -> ProgressEvent:
        """Return a copy with text in the language of `texts` instead of facts, for JSON."""
        return self.model_copy(update={"progress": rendered_progress(self.progress, texts)})


def rendered_progress(progress: Progress, texts: Renderer) -> Progress:
    """Return a copy of a progress report with text as its message, for JSON."""
    return progress.model_copy(update={"message": texts.text(progress.message)})


def run_view(tx: Transaction, run_id: str) -> RunView:
    """Return a run and its latest progress report.

    Raises:
        NotFoundError: there is no such run.
    """
    views = _views(tx, RunRow.id == run_id)
    if not views:
        raise no_such_row(run_id, "run")
    return views[0]


def run_with_unsound_plan(tx: Transaction, run_id: str) -> RunView:
    """Return a run, with the faults of its plan if the plan failed its audit.

    Raises:
        NotFoundError: there is no such run.
    """
    run = run_view(tx, run_id)
    return run.model_copy(update={"unsound_plan": unsound_plan_of(tx, run_id)})


def runs_of_cycle(tx: Transaction, cycle_id: str) -> tuple[RunView, ...]:
    """Return the runs of a cycle, newest first.

    Raises:
        NotFoundError: there is no such cycle.
    """
    cycle_row(tx, cycle_id)
    return _views(tx, RunRow.cycle_id == cycle_id)


def progress_after(tx: Transaction, run_id: str, number: int) -> tuple[ProgressEvent, ...]:
    """Return the progress reports of a run after report `number`, in order."""
    rows = tx.scalars(
        select(RunProgressRow)
        .where(RunProgressRow.run_id == run_id, RunProgressRow.number > number)
        .order_by(RunProgressRow.number)
    )
    return tuple(
        ProgressEvent(number=row.number, at=row.at, progress=Progress.model_validate(row.progress))
        for row in rows
    )


def _views(tx: Transaction, condition: ColumnElement[bool]) -> tuple[RunView, ...]:
    """Return the runs that match `condition`, newest first, with a single query."""
    newest = (
        select(RunProgressRow.run_id, func.max(RunProgressRow.number).label("number"))
        .group_by(RunProgressRow.run_id)
        .subquery()
    )
    rows = tx.execute(
        select(RunRow, PlanRow.id, RunProgressRow.progress)
        .outerjoin(PlanRow, PlanRow.run_id == RunRow.id)
        .outerjoin(newest, newest.c.run_id == RunRow.id)
        .outerjoin(
            RunProgressRow,
            (RunProgressRow.run_id == RunRow.id) & (RunProgressRow.number == newest.c.number),
        )
        .where(condition)
        .order_by(RunRow.requested_at.desc(), RunRow.id)
    )
    return tuple(
        RunView(
            id=row.id,
            cycle_id=row.cycle_id,
            purpose=row.purpose,
            state=row.state,
            options=RunOptions.model_validate(row.options),
            requested_at=row.requested_at,
            started_at=row.started_at,
            finished_at=row.finished_at,
            cancelling=row.cancel_asked_at is not None and not row.state.is_final,
            plan_id=plan_id,
            failure=None if row.failure is None else read_failure(row.failure),
            latest=None if latest is None else Progress.model_validate(latest),
        )
        for row, plan_id, latest in rows
    )
