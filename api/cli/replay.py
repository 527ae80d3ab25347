"""`gender-coach replay`: repeats a recorded run and shows the differences."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from api.cli import facts as common
from api.cli import question_facts as facts
from api.cli.output import gettext as _
from api.cli.output import render
from api.cli.progress_view import progress_reporter
from api.engine_threads import engine_threads
from api.error_mapping import EXIT_NEGATIVE
from api.files.checksums import sha256_digests
from api.input_files.cycle_inputs import CycleInputs
from api.results.result_folder import read_result_folder
from api.results.run_record_file import read_run_record
from api.runs.environment import run_environment
from matching.engine import SolveOptions, solve
from matching.errors import ImpossiblePinsError
from matching.records.replay import Replay, ReplayDifference
from matching.records.replay import replay as compare_with_record
from matching.records.run_record import RunRecord, TraceRecorder
from matching.result import Result


def replay(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_("A results folder."))],
    *,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print JSON."))] = False,
) -> None:
    """Repeat a recorded run and show the differences; exit with 0 if there are none."""
    record, found = read_run_record(folder), read_result_folder(folder)
    with progress_reporter(quiet=as_json) as report:
        trace = TraceRecorder(report)
        repeated = _solve_again(found.inputs, record, trace)
    comparison = compare_with_record(
        record,
        found.result,
        repeated,
        trace=trace.steps,
        inputs=sha256_digests(found.inputs.files),
        surroundings=run_environment(),
    )
    if as_json:
        typer.echo(_render_comparison(comparison).model_dump_json(indent=2))
    else:
        for line in _lines(folder, comparison, repeated):
            typer.echo(line)
    if not comparison.equal:
        raise typer.Exit(EXIT_NEGATIVE)


def _solve_again(inputs: CycleInputs, record: RunRecord, trace: TraceRecorder) -> Result:
    """Solve again with the recorded parameters and fingerprint, from which uids are derived."""
    parameters = record.run.parameters
    options = SolveOptions(time_limit_seconds=parameters.time_limit_seconds, seed=parameters.seed)
    try:
        return solve(
            inputs.roster,
            inputs.cycle,
            options=options,
            input_sha256=record.run.input_sha256,
            clock=time.monotonic,
            concurrency=engine_threads(parameters.workers),
            keep=inputs.keep,
            under_way=inputs.under_way,
            report=trace,
        )
    except ImpossiblePinsError as error:
        raise inputs.pin_faults(error) from error


def _lines(folder: Path, comparison: Replay, repeated: Result) -> Iterator[str]:
    if comparison.equal:
        matches = common.MATCHES(count=len(repeated.matches))
        yield render(facts.REPLAY_EQUAL(folder=str(folder), matches=matches))
    else:
        count = len(comparison.differences)
        yield render(facts.REPLAY_DIFFERENT(folder=str(folder), count=count))
    yield from map(_line, comparison.differences)
    if comparison.way:
        yield render(facts.REPLAY_DIVERGED())
        yield _line(comparison.way)
    if comparison.surroundings:
        yield render(facts.REPLAY_ENVIRONMENT())
        yield from map(_line, comparison.surroundings)
    if comparison.may_differ:
        yield render(facts.REPLAY_TIME_LIMIT(), indent=2)


def _render_comparison(comparison: Replay) -> Replay:
    """Return the comparison with text instead of facts."""

    def render_difference(one: ReplayDifference) -> ReplayDifference:
        about, recorded, now = map(render, (one.about, one.recorded, one.now))
        return ReplayDifference(about=about, recorded=recorded, now=now)

    return comparison.model_copy(
        update={
            "differences": tuple(map(render_difference, comparison.differences)),
            "way": None if comparison.way is None else render_difference(comparison.way),
            "surroundings": tuple(map(render_difference, comparison.surroundings)),
        }
    )


def _line(one: ReplayDifference) -> str:
    line = facts.REPLAY_DIFFERENCE(about=one.about, recorded=one.recorded, now=one.now)
    return render(line, indent=2)
