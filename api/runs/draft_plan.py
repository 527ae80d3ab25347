"""Stores the result of a finished run as a draft plan."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session as Transaction

from api.background.rows import TaskState
from api.runs.rows import PlanRow, PlanState, RunPurpose, RunRow
from api.runs.solver_task import DraftPlan


def store_plan(tx: Transaction, run: RunRow, plan: DraftPlan, *, now: datetime) -> PlanRow:
    """Store the plan of a run as a draft or a what-if plan, and record that the run finished."""
    what_if = run.purpose is RunPurpose.WHAT_IF
    run.state, run.finished_at = TaskState.FINISHED, now
    return _store(tx, run, plan, PlanState.WHAT_IF if what_if else PlanState.DRAFT, now)


def store_unsound_plan(tx: Transaction, run: RunRow, plan: DraftPlan, *, now: datetime) -> PlanRow:
    """Store a failed run's plan that the auditor rejected; it can be read but not published."""
    return _store(tx, run, plan, PlanState.UNSOUND, now)


def _store(
    tx: Transaction, run: RunRow, plan: DraftPlan, state: PlanState, now: datetime
) -> PlanRow:
    row = PlanRow(
        cycle_id=run.cycle_id,
        run_id=run.id,
        state=state,
        status=plan.status,
        placed=plan.placed,
        unplaced=plan.unplaced,
        result=plan.result_json,
        created_at=now,
    )
    tx.add(row)
    tx.flush()
    return row
