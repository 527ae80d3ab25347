"""Queues runs. A cycle has at most one queued or running run."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.background.job import Enqueue, Job
from api.background.rows import TaskState
from api.participants.undo import end_undo
from api.runs import facts
from api.runs.frozen_input import RunInput, RunOptions, input_sha256
from api.runs.rows import RunPurpose, RunRow
from api.runs.run_input import freeze_input
from api.runs.run_view import RunView, run_view
from coach.errors import ConflictError

RUN_JOB = "run"


def queue_cycle_run(
    tx: Transaction, enqueue: Enqueue, cycle_id: str, options: RunOptions, *, now: datetime
) -> RunView:
    """Queue a run with a cycle's current lists and policy.

    Raises:
        NotFoundError: there is no such cycle.
        ConflictError: the cycle already has a queued or running run, has no coachees or no
            coaches, or the day `not_before` is not allowed.
    """
    run_input = freeze_input(tx, cycle_id, options, now=now)
    return queue_run(tx, enqueue, cycle_id, run_input, options, now=now)


def queue_run(
    tx: Transaction,
    enqueue: Enqueue,
    cycle_id: str,
    run_input: RunInput,
    options: RunOptions,
    *,
    now: datetime,
    purpose: RunPurpose = RunPurpose.PLAN,
) -> RunView:
    """Store a run with `run_input` and queue its job; the latest list can then no longer be undone.

    Raises:
        ConflictError: the cycle already has a queued or running run.
    """
    _refuse_concurrent_run(tx, cycle_id)
    row = RunRow(
        cycle_id=cycle_id,
        purpose=purpose,
        state=TaskState.QUEUED,
        options=options.model_dump(mode="json"),
        input=run_input.model_dump_json(),
        input_sha256=input_sha256(run_input),
        requested_at=now,
    )
    tx.add(row)
    end_undo(tx, cycle_id)
    tx.flush()
    enqueue(tx, Job(RUN_JOB, row.id))
    record_event(tx, "run asked for", "run", row.id, purpose=purpose)
    return run_view(tx, row.id)


def _refuse_concurrent_run(tx: Transaction, cycle_id: str) -> None:
    open_run = tx.scalar(
        select(RunRow.id).where(
            RunRow.cycle_id == cycle_id, RunRow.state.in_([TaskState.QUEUED, TaskState.RUNNING])
        )
    )
    if open_run is not None:
        raise ConflictError(facts.RUN_OPEN(run=open_run))
