"""Runs: requesting, following and cancelling one. What a run does is in `api.runs.job`."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.background.job import Enqueue, Job
from api.cycles.service import cycle_row, policy_of
from api.participants.service import roster_of
from api.runs.rows import (
    BackgroundTaskRow,
    PlanRow,
    PlanState,
    RunProgressRow,
    RunPurpose,
    RunRow,
    RunState,
)
from api.sessions.progress import cycle_progress
from api.settings import Settings
from api.values import FrozenModel
from coach.cycle import Cycle
from coach.errors import ConflictError, NotFoundError
from coach.people import Roster
from matching.instance.partial_cycle import UnderWay
from matching.progress import Progress
from matching.records.run_record import RunRecord
from matching.result import Result

RUN_JOB = "run"


class RunOptions(FrozenModel):
    """How to run: the limit in seconds, parallel workers, the seed, and whether to keep pairs.

    With `keep`, level `kept` counts the pairs of the published plan that stay. In a cycle under way
    that plan is always kept to: its sessions before `not_before` stand, and no session is placed
    before it. `None` is tomorrow, in the cycle's zone.
    """

    time_limit_seconds: Annotated[float, Field(gt=0, le=86_400)] = 300.0
    workers: Annotated[int, Field(ge=1, le=64)] = 2
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    keep: bool = True
    not_before: date | None = None


def _is_none(value: object) -> bool:
    return value is None


class RunInput(FrozenModel):
    """Everything a run works from, frozen at the moment it was asked for.

    `own_policy` is the policy of the cycle at that moment, where the run works from another;
    `under_way` says where the cycle stood, where it had begun.
    """

    roster: Roster
    cycle: Cycle
    keep: Result | None
    own_policy: Annotated[Cycle | None, Field(exclude_if=_is_none)] = None
    under_way: Annotated[UnderWay | None, Field(exclude_if=_is_none)] = None

    @property
    def policy(self) -> Cycle:
        """The policy the cycle itself had."""
        return self.own_policy or self.cycle


class RunFailure(FrozenModel):
    """Why a run came to nothing: the problem's kind and title, what it was, and what to do."""

    slug: str
    title: str
    detail: str


class RunView(FrozenModel):
    """A run, and the last thing it told."""

    id: str
    cycle_id: str
    purpose: RunPurpose
    state: RunState
    options: RunOptions
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    cancelling: bool
    plan_id: str | None
    failure: RunFailure | None
    latest: Progress | None


class ProgressEvent(FrozenModel):
    """One moment of a run; `number` counts from 1 and is the stream's event id."""

    number: int
    at: datetime
    progress: Progress


def default_options(settings: Settings) -> RunOptions:
    """How this deployment runs where nobody asks for something else."""
    return RunOptions(
        time_limit_seconds=settings.run_time_limit_seconds, workers=settings.run_workers
    )


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


def freeze_input(tx: Transaction, cycle_id: str, options: RunOptions, *, now: datetime) -> RunInput:
    """A cycle's people and policy as they are, its published result, and where it stands.

    Raises:
        NotFoundError: there is no such cycle.
        ConflictError: one of its sides is empty, or `not_before` does not fit.
    """
    cycle = policy_of(cycle_row(tx, cycle_id))
    roster = roster_of(tx, cycle_id)
    if not roster.coachees or not roster.coaches:
        raise ConflictError("the cycle needs coachees and coaches first: upload both lists")
    published = _published_result(tx, cycle_id)
    where = cycle_progress(tx, cycle_id, cycle, published, options.not_before, now=now)
    keep = published if options.keep or where else None
    return RunInput(roster=roster, cycle=cycle, keep=keep, under_way=where)


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
        state=RunState.QUEUED,
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


def run_view(tx: Transaction, run_id: str) -> RunView:
    """Where a run is.

    Raises:
        NotFoundError: there is no such run.
    """
    views = _views(tx, RunRow.id == run_id)
    if not views:
        raise NotFoundError(f"there is no run {run_id}")
    return views[0]


def list_runs(tx: Transaction, cycle_id: str) -> tuple[RunView, ...]:
    """The runs of a cycle, the youngest first.

    Raises:
        NotFoundError: there is no such cycle.
    """
    cycle_row(tx, cycle_id)
    return _views(tx, RunRow.cycle_id == cycle_id)


def progress_after(tx: Transaction, run_id: str, number: int) -> tuple[ProgressEvent, ...]:
    """What a run has told since event `number`, in order."""
    rows = tx.scalars(
        select(RunProgressRow)
        .where(RunProgressRow.run_id == run_id, RunProgressRow.number > number)
        .order_by(RunProgressRow.number)
    )
    return tuple(
        ProgressEvent(number=row.number, at=row.at, progress=Progress.model_validate(row.progress))
        for row in rows
    )


def cancel_run(tx: Transaction, run_id: str, *, now: datetime) -> RunView:
    """Ask a run to stop: at once while it is queued, within about two seconds while it works.

    Raises:
        NotFoundError: there is no such run.
        ConflictError: the run is over.
    """
    request_cancellation(tx, _run_row(tx, run_id), "run", now=now)
    return run_view(tx, run_id)


def request_cancellation(
    tx: Transaction, row: BackgroundTaskRow, noun: str, *, now: datetime
) -> None:
    """Have work stop: what is queued at once, what a worker has when it next looks.

    Raises:
        ConflictError: it is over.
    """
    if row.state.is_final:
        raise ConflictError(f"the {noun} is over ({row.state}); there is nothing to cancel")
    row.cancel_asked_at = row.cancel_asked_at or now
    if row.state is RunState.QUEUED:
        row.state, row.finished_at = RunState.CANCELLED, now
    record_event(tx, f"{noun} cancel asked for", noun, row.id)


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


def input_sha256(run_input: RunInput) -> str:
    """The fingerprint of a run's input: SHA-256 of its one canonical JSON."""
    return _digest(run_input)


def input_digests(run_input: RunInput) -> dict[str, str]:
    """The fingerprint of each part of a run's input, made in the same way."""
    parts = {
        "roster": run_input.roster,
        "cycle": run_input.cycle,
        "keep": run_input.keep,
        "under_way": run_input.under_way,
    }
    return {name: _digest(part) for name, part in parts.items() if part is not None}


def _digest(value: BaseModel) -> str:
    canonical = json.dumps(
        value.model_dump(mode="python"), default=_canonical, sort_keys=True, ensure_ascii=False
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def _refuse_concurrent_run(tx: Transaction, cycle_id: str) -> None:
    open_run = tx.scalar(
        select(RunRow.id).where(
            RunRow.cycle_id == cycle_id, RunRow.state.in_([RunState.QUEUED, RunState.RUNNING])
        )
    )
    if open_run is not None:
        raise ConflictError(f"run {open_run} of this cycle is still open; wait for it or cancel it")


def _published_result(tx: Transaction, cycle_id: str) -> Result | None:
    text = tx.scalar(
        select(PlanRow.result).where(
            PlanRow.cycle_id == cycle_id, PlanRow.state == PlanState.PUBLISHED
        )
    )
    return None if text is None else Result.model_validate_json(text)


def _run_row(tx: Transaction, run_id: str) -> RunRow:
    row = tx.get(RunRow, run_id)
    if row is None:
        raise NotFoundError(f"there is no run {run_id}")
    return row


def _views(tx: Transaction, condition: ColumnElement[bool]) -> tuple[RunView, ...]:
    """The runs that `condition` selects, the youngest first, in one query."""
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
            failure=None if row.failure is None else RunFailure.model_validate(row.failure),
            latest=None if latest is None else Progress.model_validate(latest),
        )
        for row, plan_id, latest in rows
    )


def _canonical(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")
