"""One run on the command line, as `match` and `demo` do it: solve, write, tell."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType, MappingProxyType

from api.cli.output_folder import check_output_folder
from api.cli.progress_view import progress_reporter
from api.cli.runner_ups import find_runner_ups
from api.files.checksums import sha256_digests
from api.input_files.cycle_inputs import KEPT_FILE, CycleInputs
from api.results.folder import write_results
from api.runs.environment import surroundings
from coach.invitations import SentInvitation
from matching.engine import SolveOptions, solve
from matching.errors import ImpossiblePinsError
from matching.progress import IsCancelled
from matching.records.run_record import RunParameters, TraceRecorder
from matching.result import Result


def available_processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def solve_and_write(
    inputs: CycleInputs,
    out: Path,
    options: SolveOptions,
    *,
    quiet: bool,
    before: Mapping[str, SentInvitation] = MappingProxyType({}),
) -> Result:
    """Solve `inputs` and write every result into the folder `out`.

    `before` is what people were told by the result that is kept, by uid.

    Raises:
        UnusableInputError: a pin cannot be honoured; told at its line.
        ProgrammeError: `out` is no place for results, no result came in time, or Ctrl+C.
    """
    check_output_folder(out)
    began = datetime.now(UTC)
    with progress_reporter(quiet=quiet) as report, _interruptible() as cancelled:
        trace = TraceRecorder(report)
        try:
            result = solve(
                inputs.roster,
                inputs.cycle,
                options=options,
                input_sha256=inputs.sha256,
                clock=time.monotonic,
                keep=inputs.keep,
                under_way=inputs.under_way,
                report=trace,
                cancelled=cancelled,
            )
        except ImpossiblePinsError as error:
            raise inputs.pin_faults(error) from error
        next_best = find_runner_ups(inputs, result, options.time_limit_seconds, cancelled)
    named = sha256_digests(inputs.files)
    record = trace.record(
        result,
        parameters=RunParameters(
            seed=options.seed,
            workers=options.workers,
            time_limit_seconds=options.time_limit_seconds,
        ),
        inputs=named,
        kept_sha256=named.get(KEPT_FILE),
        surroundings=surroundings(),
        began=began,
    )
    write_results(
        out,
        roster=inputs.roster,
        cycle=inputs.cycle,
        result=result,
        record=record,
        next_best=next_best,
        inputs=inputs.files.items(),
        now=datetime.now(UTC),
        before=before,
    )
    return result


@contextmanager
def _interruptible() -> Iterator[IsCancelled]:
    """Whether Ctrl+C was pressed; pressed a second time, it ends the process as it always does."""
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
