"""The process that solves: reads one task from its input, and writes what it tells as JSON lines.

Lines are `{"progress": …}` while it works, and at the end one of `{"result": …, "record": …}`,
`{"refused": {…}}` or `{"crashed": "…"}`. Its input stays open meanwhile; when that ends, whoever
asked is gone, and the process ends at once. Run as `python -m api.jobs.solver_child`.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from datetime import UTC, datetime
from typing import TextIO

from api.error_table import kind_of
from api.fault_place import place_of
from api.surroundings import surroundings
from api.workflows.runs import RunInput, RunOptions, input_digests
from api.workflows.values import View
from coach.errors import ProgrammeError
from matching.engine import SolveOptions, solve
from matching.progress import Progress
from matching.result import Result
from matching.run_record import Parameters, RunRecord, Trace

NICENESS = 5  # pages are answered before numbers are crunched
ORPHANED = 3


class Task(View):
    """What the child is given: the frozen input of a run, its options, and its fingerprint."""

    work: RunInput
    options: RunOptions
    input_sha256: str


def main() -> None:
    """Solve the one task on standard input."""
    os.nice(NICENESS)
    told = _own_output()
    task = Task.model_validate_json(sys.stdin.readline())
    began = datetime.now(UTC)
    trace = Trace(lambda progress: _tell_progress(told, progress))
    threading.Thread(target=_end_with_parent, args=(sys.stdin,), daemon=True).start()
    try:
        result = solve(
            task.work.roster,
            task.work.cycle,
            options=SolveOptions(
                time_limit_seconds=task.options.time_limit_seconds,
                workers=task.options.workers,
                seed=task.options.seed,
            ),
            input_sha256=task.input_sha256,
            clock=time.monotonic,
            keep=task.work.keep,
            report=trace,
        )
    except ProgrammeError as error:
        kind = kind_of(error)
        _tell(told, refused={"slug": kind.slug, "title": kind.title, "detail": str(error)})
    except Exception as error:  # noqa: BLE001 - whatever it was, the parent has to hear of it
        _tell(told, crashed=place_of(error))
    else:
        record = _record(task, trace, result, began)
        told.write(
            f'{{"result": {result.model_dump_json()}, "record": {record.model_dump_json()}}}\n'
        )
        told.flush()


def _record(task: Task, trace: Trace, result: Result, began: datetime) -> RunRecord:
    inputs, options = input_digests(task.work), task.options
    return trace.record(
        result,
        parameters=Parameters(
            seed=options.seed,
            workers=options.workers,
            time_limit_seconds=options.time_limit_seconds,
        ),
        inputs=inputs,
        kept_sha256=inputs.get("keep"),
        surroundings=surroundings(),
        began=began,
    )


def _own_output() -> TextIO:
    """The way to the parent; what libraries print by themselves goes nowhere from now on."""
    told = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 - a device, no path
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    return told


def _tell_progress(told: TextIO, progress: Progress) -> None:
    told.write(f'{{"progress": {progress.model_dump_json()}}}\n')
    told.flush()


def _tell(told: TextIO, **line: object) -> None:
    told.write(json.dumps(line) + "\n")
    told.flush()


def _end_with_parent(source: TextIO) -> None:
    source.read()
    os._exit(ORPHANED)


if __name__ == "__main__":
    main()
