"""Use cases for starting, following and cancelling runs.

Runs are executed by `job` and `subprocess`; `what_if` starts a run with another policy.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic_core import from_json
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.cycles.service import CycleHeader, cycle_header
from api.database.existing_row import existing_row
from api.runs import facts
from api.runs.frozen_input import RunOptions
from api.runs.labels import RUN_STATE
from api.runs.outdated import is_outdated_json
from api.runs.rows import RunRow
from api.runs.run_input import default_options
from api.runs.run_queue import queue_cycle_run
from api.runs.run_view import (
    ProgressEvent,
    RunView,
    progress_after,
    run_view,
    run_with_unsound_plan,
    runs_of_cycle,
)
from api.services import Services
from coach.errors import ConflictError
from matching.records.run_record import RunRecord


@dataclass(frozen=True, slots=True)
class RunProgress:
    """A run and some of its progress reports, in order."""

    run: RunView
    events: tuple[ProgressEvent, ...]


@dataclass(frozen=True, slots=True)
class RunOfCycle:
    """A run with all its progress reports, and its cycle.

    `outdated` is true if the lists, the policy or any individual session has changed since
    the run was requested.
    """

    run: RunView
    events: tuple[ProgressEvent, ...]
    cycle: CycleHeader
    outdated: bool


def start_run(services: Services, cycle_id: str, options: RunOptions | None = None) -> RunView:
    """Queue a run with the cycle's current lists and policy.

    If `options` is `None`, the server's default options apply.

    Raises:
        NotFoundError: there is no such cycle.
        ConflictError: the cycle already has a queued or running run, has no coachees or no
            coaches, or the day `not_before` is not allowed.
    """
    chosen = options or default_options(services.settings)
    with services.database.writing() as tx:
        return queue_cycle_run(tx, services.enqueue, cycle_id, chosen, now=services.now())


def list_runs(services: Services, cycle_id: str) -> tuple[RunView, ...]:
    """Return the runs of a cycle, newest first.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        return runs_of_cycle(tx, cycle_id)


def read_run(services: Services, run_id: str) -> RunView:
    """Return a run, its latest progress report, and the faults of its plan if it failed its audit.

    Raises:
        NotFoundError: there is no such run.
    """
    with services.database.reading() as tx:
        return run_with_unsound_plan(tx, run_id)


def read_progress(services: Services, run_id: str, *, after: int) -> RunProgress:
    """Return a run and its progress reports numbered above `after`.

    Raises:
        NotFoundError: there is no such run.
    """
    with services.database.reading() as tx:
        events = progress_after(tx, run_id, after)
        return RunProgress(run_view(tx, run_id), events)


def read_run_of_cycle(services: Services, run_id: str) -> RunOfCycle:
    """Return a run with all its progress reports, and its cycle.

    Raises:
        NotFoundError: there is no such run.
    """
    with services.database.reading() as tx:
        run = run_with_unsound_plan(tx, run_id)
        events = progress_after(tx, run_id, 0)
        frozen = from_json(_run_row(tx, run_id).input)
        outdated = is_outdated_json(tx, run.cycle_id, frozen)
        return RunOfCycle(run, events, cycle_header(tx, run.cycle_id), outdated)


def read_run_record(services: Services, run_id: str) -> RunRecord:
    """Return the record of a finished run.

    Raises:
        NotFoundError: there is no such run.
        ConflictError: the run has no record, because it has not finished or is from a version that
            did not store records.
    """
    with services.database.reading() as tx:
        row = _run_row(tx, run_id)
        state, record = row.state, row.record
    if record is None:
        raise ConflictError(facts.NO_RECORD(state=RUN_STATE[state].words))
    return RunRecord.model_validate_json(record)


def cancel_run(services: Services, run_id: str) -> RunView:
    """Cancel a run. A queued run ends immediately, and a running one within about two seconds.

    Raises:
        NotFoundError: there is no such run.
        ConflictError: the run has already ended.
    """
    with services.database.writing() as tx:
        row = _run_row(tx, run_id)
        row.request_cancellation("run", now=services.now())
        record_event(tx, "run cancel asked for", "run", row.id)
        if row.state.is_final:  # it was queued
            record_event(tx, f"run {row.state}", "run", row.id)
        return run_view(tx, run_id)


def _run_row(tx: Transaction, run_id: str) -> RunRow:
    return existing_row(tx, RunRow, run_id, "run")
