"""Runs: requesting, following and cancelling one. What a run does is in `api.runs.job`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.background.job import Enqueue, Job
from api.background.rows import TaskState
from api.runs.rows import RunPurpose, RunRow
from api.runs.run_input import RunInput, RunOptions, freeze_input, input_sha256
from api.runs.run_view import RunView, run_view
from coach.errors import ConflictError, NotFoundError
from matching.records.run_record import RunRecord

RUN_JOB = "run"


def start_run(
    tx: Transaction, enqueue: Enqueue, cycle_id: str, options: RunOptions, *, now: datetime
) -> RunView:
    """Freeze a cycle's people and policy as they are, and queue the run that works from them.

    Raises:
        NotFoundError: there is no such cycle.
        ConflictError: a run of the cycle is still open, one of its sides is empty, or
            `not_before` is no day it could start again from.
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
    """Queue the run that works from `run_input`.

    Raises:
        ConflictError: a run of the cycle is still open.
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
    tx.flush()
    enqueue(tx, Job(RUN_JOB, row.id))
    record_event(tx, "run asked for", "run", row.id, purpose=purpose)
    return run_view(tx, row.id)


def cancel_run(tx: Transaction, run_id: str, *, now: datetime) -> RunView:
    """Ask a run to stop: at once while it is queued, within about two seconds while it works.

    Raises:
        NotFoundError: there is no such run.
        ConflictError: the run is over.
    """
    row = _run_row(tx, run_id)
    row.request_cancellation("run", now=now)
    record_event(tx, "run cancel asked for", "run", row.id)
    return run_view(tx, run_id)


def run_record(tx: Transaction, run_id: str) -> RunRecord:
    """How a finished run went.

    Raises:
        NotFoundError: there is no such run.
        ConflictError: it has no record: it has not finished, or did before runs were recorded.
    """
    row = _run_row(tx, run_id)
    if row.record is None:
        raise ConflictError(f"the run ({row.state}) has no record; only finished runs have one")
    return RunRecord.model_validate_json(row.record)


def _refuse_concurrent_run(tx: Transaction, cycle_id: str) -> None:
    open_run = tx.scalar(
        select(RunRow.id).where(
            RunRow.cycle_id == cycle_id, RunRow.state.in_([TaskState.QUEUED, TaskState.RUNNING])
        )
    )
    if open_run is not None:
        raise ConflictError(f"run {open_run} of this cycle is still open; wait for it or cancel it")


def _run_row(tx: Transaction, run_id: str) -> RunRow:
    row = tx.get(RunRow, run_id)
    if row is None:
        raise NotFoundError(f"there is no run {run_id}")
    return row
