"""Solves a cycle and writes the results, for the commands `match` and `demo`."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType, MappingProxyType
from typing import NamedTuple

from api.cli import facts
from api.cli.output import TEXTS
from api.cli.output_folder import check_output_folder
from api.cli.progress_view import progress_reporter
from api.cli.runner_ups import find_runner_ups
from api.cli.time_budget import TimeBudget
from api.engine_threads import engine_threads
from api.files.checksums import sha256_digests
from api.input_files.cycle_inputs import KEPT_FILE, CycleInputs
from api.logging.failed_search import log_failed_search
from api.quick_imports import import_cp_sat
from api.results.folder import (
    UNSOUND_FOLDER,
    FolderContent,
    result_json,
    write_results,
    write_unsound_plan,
)
from api.results.move_view import display_names
from api.results.result_json import ResultSentences
from api.runs.environment import run_environment
from coach.invitations import SentInvitation
from matching.concurrency import Concurrency
from matching.engine import SolveOptions, solve
from matching.errors import ImpossiblePinsError, NoUsableResultError, UnsoundResultError
from matching.explanation import Section
from matching.facts.runs import NO_RESULT_IN_TIME
from matching.progress import IsCancelled
from matching.records.run_record import RunParameters, RunRecord, TraceRecorder
from matching.result import Result
from matching.search.evaluated_problem import EvaluatedProblem


def available_processors() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def solve_and_write(
    inputs: CycleInputs,
    out: Path,
    options: SolveOptions,
    *,
    workers: int,
    quiet: bool,
    force: bool,
    is_sample: bool = False,
    before: Mapping[str, SentInvitation] = MappingProxyType({}),
) -> Result:
    """Solve `inputs` with `workers` threads, and write all results to the folder `out`.

    With `force`, an earlier result in `out` is replaced; results of the sample cycle (`is_sample`)
    replace each other without it. `before` contains the invitations of the kept result, keyed by
    uid.

    Raises:
        UnsoundResultError: the plan failed its audit. It is kept in a separate folder; its sound
            part, if there is one, has been written as the result.
        UnusableInputError: a pin cannot be satisfied; the error names its line.
        DomainError: `out` cannot be used, or no result was found in time or before Ctrl+C.
    """
    check_output_folder(out, force=force, sample_sha256=inputs.sha256 if is_sample else None)
    import_cp_sat()
    began = datetime.now(UTC)
    found = _search(inputs, out, options, workers=workers, quiet=quiet)
    parameters = _parameters(inputs, options, workers)
    content = FolderContent(
        roster=inputs.roster,
        cycle=inputs.cycle,
        result=found.result,
        record=_record(inputs, found.result, found.trace, parameters, began),
        next_best=found.next_best,
        inputs=inputs.files.items(),
        now=datetime.now(UTC),
        texts=TEXTS,
        before=before,
    )
    write_results(out, content)
    if found.rejected:
        _keep_unsound_plan(found.rejected, inputs, out)
        raise UnsoundPlanKeptError(found.rejected, out)
    return found.result


class _Found(NamedTuple):
    """The outcome of a search; `result` is the plan's sound part if the plan was `rejected`."""

    result: Result
    trace: TraceRecorder
    next_best: Mapping[str, Section]
    rejected: UnsoundResultError | None


def _search(
    inputs: CycleInputs, out: Path, options: SolveOptions, *, workers: int, quiet: bool
) -> _Found:
    """Find a plan and the next best coaches, showing progress on the terminal."""
    budget, rejected = TimeBudget.of(options.time_limit_seconds, inputs), None
    evaluated: list[EvaluatedProblem] = []
    with progress_reporter(quiet=quiet) as report, _interruptible() as cancelled:
        trace = TraceRecorder(report)
        try:
            result = _solve(
                inputs,
                options,
                budget,
                engine_threads(workers),
                trace=trace,
                cancelled=cancelled,
                on_evaluated=evaluated.append,
            )
        except UnsoundResultError as error:
            rejected, result = error, _sound_part(error, inputs, out)
        next_best = find_runner_ups(
            inputs, result, budget.left_seconds(), cancelled, evaluated=evaluated[-1]
        )
    if next_best.cut_short:
        result = result.model_copy(update={"cut_short": True})
    return _Found(result, trace, next_best.sections, rejected)


def _parameters(inputs: CycleInputs, options: SolveOptions, workers: int) -> RunParameters:
    return RunParameters(
        seed=options.seed,
        workers=workers,
        time_limit_seconds=options.time_limit_seconds,
        strict=inputs.reading.strict,
        encoding=inputs.reading.encoding,
    )


class UnsoundPlanKeptError(UnsoundResultError):
    """The plan failed its audit and is kept in a separate folder, apart from any sound part."""

    def __init__(self, error: UnsoundResultError, out: Path) -> None:
        super().__init__(error.result, error.findings, error.sound)
        kept = facts.UNSOUND_KEPT(folder=str(out / UNSOUND_FOLDER), error=error.shown)
        self.shown = kept
        if error.sound:
            self.shown = facts.SOUND_PART_WRITTEN(
                error=kept,
                out=str(out),
                count=len(error.result.matches),
                placed=len(error.sound.matches),
            )


def _sound_part(error: UnsoundResultError, inputs: CycleInputs, out: Path) -> Result:
    """Return the part of a rejected plan that passes the audit.

    Raises:
        UnsoundPlanKeptError: there is no such part; the plan has been kept.
    """
    if error.sound is None:
        _keep_unsound_plan(error, inputs, out)
        raise UnsoundPlanKeptError(error, out)
    return error.sound


def _keep_unsound_plan(error: UnsoundResultError, inputs: CycleInputs, out: Path) -> None:
    names = display_names((*inputs.roster.coachees, *inputs.roster.coaches))
    plan = result_json(error.result, ResultSentences(TEXTS, names))
    write_unsound_plan(out, plan, [TEXTS.text(finding.shown) for finding in error.findings])


def _solve(
    inputs: CycleInputs,
    options: SolveOptions,
    budget: TimeBudget,
    concurrency: Concurrency,
    *,
    trace: TraceRecorder,
    cancelled: IsCancelled,
    on_evaluated: Callable[[EvaluatedProblem], object],
) -> Result:
    try:
        return solve(
            inputs.roster,
            inputs.cycle,
            options=replace(options, time_limit_seconds=budget.solving_seconds()),
            input_sha256=inputs.sha256,
            clock=time.monotonic,
            concurrency=concurrency,
            keep=inputs.keep,
            under_way=inputs.under_way,
            report=trace,
            on_failed_search=log_failed_search,
            cancelled=cancelled,
            on_evaluated=on_evaluated,
        )
    except ImpossiblePinsError as error:
        raise inputs.pin_faults(error) from error
    except NoUsableResultError as error:
        seconds = options.time_limit_seconds  # solving had only part of it
        raise NoUsableResultError(NO_RESULT_IN_TIME(seconds=seconds)) from error


def _record(
    inputs: CycleInputs,
    result: Result,
    trace: TraceRecorder,
    parameters: RunParameters,
    began: datetime,
) -> RunRecord:
    digests = sha256_digests(inputs.files)
    return trace.record(
        result,
        parameters=parameters,
        inputs=digests,
        kept_sha256=digests.get(KEPT_FILE),
        surroundings=run_environment(),
        began=began,
    )


@contextmanager
def _interruptible() -> Iterator[IsCancelled]:
    """Yield a function that returns whether Ctrl+C was pressed; pressing it again ends the run."""
    pressed = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield pressed.is_set
        return
    before = signal.getsignal(signal.SIGINT)

    def on_interrupt(_number: int, _frame: FrameType | None) -> None:
        pressed.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, before)
