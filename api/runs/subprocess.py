"""The child process of a run, which solves a `RunTask` and returns a `SolvedRun`."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

from api.background.subprocess_task import RejectedResultError, run_task
from api.child_processes.channel import Channel
from api.engine_threads import engine_threads
from api.logging.exception_location import exception_location
from api.quick_imports import import_countries_when_needed, import_cp_sat
from api.runs.environment import run_environment
from api.runs.facts import PLAN_REJECTED
from api.runs.frozen_input import RunInput, input_digests
from api.runs.solver_task import DraftPlan, RunTask
from matching.engine import SolveOptions, solve
from matching.errors import UnsoundResultError
from matching.facts.runs import SEARCH_FAILED
from matching.progress import Phase, Progress, ReportProgress
from matching.records.run_record import RunParameters, RunRecord, TraceRecorder
from matching.result import Result


def main(channel: Channel) -> None:
    """Execute the run that the parent process sends."""
    import_cp_sat()
    import_countries_when_needed()
    run_task(channel, solve_and_record)


def solve_and_record(task_text: str, report: ReportProgress) -> dict[str, str]:
    """Solve a `RunTask`, given as JSON, and return the fields of a `SolvedRun` as JSON."""
    task = RunTask.model_validate_json(task_text)
    run_input = RunInput.model_validate_json(task.input_json)
    began, started_at = datetime.now(UTC), time.monotonic()
    trace = TraceRecorder(report)

    def report_failed_search(error: BaseException) -> None:
        """Report a failed search's location as progress, because a child process has no log."""
        message = SEARCH_FAILED(location=exception_location(error))
        elapsed = time.monotonic() - started_at
        report(Progress(phase=Phase.EXPLAINING, elapsed_seconds=elapsed, message=message))

    try:
        result = solve(
            run_input.roster,
            run_input.cycle,
            options=SolveOptions(
                time_limit_seconds=task.options.time_limit_seconds, seed=task.options.seed
            ),
            input_sha256=task.input_sha256,
            clock=time.monotonic,
            concurrency=engine_threads(task.options.workers),
            keep=run_input.keep,
            under_way=run_input.under_way,
            report=trace,
            on_failed_search=report_failed_search,
        )
    except UnsoundResultError as error:
        raise rejected_plan(error) from error
    record = _record(task, run_input, trace, result, began)
    return {
        "plan": DraftPlan.of(result).model_dump_json(),
        "record_json": json.dumps(record.model_dump_json()),
    }


def rejected_plan(error: UnsoundResultError) -> RejectedResultError:
    """Return the failure of a run whose plan failed its audit, with the plan to be kept.

    The message of `error` is replaced with one that names no people, because the failure is shown
    wherever the run is shown.
    """
    error.shown = PLAN_REJECTED(count=len(error.findings))
    return RejectedResultError(error, {"unsound": DraftPlan.of(error.result).model_dump_json()})


def _record(
    task: RunTask, run_input: RunInput, trace: TraceRecorder, result: Result, began: datetime
) -> RunRecord:
    inputs, options = input_digests(run_input), task.options
    return trace.record(
        result,
        parameters=RunParameters(
            seed=options.seed,
            workers=options.workers,
            time_limit_seconds=options.time_limit_seconds,
        ),
        inputs=inputs,
        kept_sha256=inputs.get("keep"),
        surroundings=run_environment(),
        began=began,
    )
