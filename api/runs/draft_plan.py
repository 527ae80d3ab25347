"""Storing the result of a finished run as a draft plan."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session as Transaction

from api.background.rows import TaskState
from api.runs.rows import PlanRow, PlanState, RunPurpose, RunRow
from matching.result import Result


def store_plan(tx: Transaction, run: RunRow, result: Result, *, now: datetime) -> PlanRow:
    """Keep the result of a run as a draft, or as a what-if, and end the run with it."""
    what_if = run.purpose is RunPurpose.WHAT_IF
    row = PlanRow(
        cycle_id=run.cycle_id,
        run_id=run.id,
        state=PlanState.WHAT_IF if what_if else PlanState.DRAFT,
        status=result.status,
        placed=len(result.matches),
        unplaced=len(result.unmatched),
        result=result.model_dump_json(),
        created_at=now,
    )
    tx.add(row)
    run.state, run.finished_at = TaskState.FINISHED, now
    tx.flush()
    return row
