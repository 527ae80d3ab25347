"""What every working process does towards its parent: reads one task, tells, and ends with it.

It writes JSON lines: `{"progress": …}` while it works, and at the end one line of its answer,
`{"refused": {…}}` or `{"crashed": "…"}`. Its input stays open meanwhile; when that ends, whoever
asked is gone, and the process ends at once.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from typing import TextIO

from api.error_mapping import error_type_of
from api.logging.exception_location import exception_location
from coach.errors import DomainError
from matching.parent_watchdog import EXIT_ORPHANED
from matching.progress import Progress, ReportProgress

_NICENESS = 5  # pages are answered before numbers are crunched

TaskFunction = Callable[[str, ReportProgress], dict[str, str]]
"""Does the task in a text; returns the members of the last line, each already as JSON."""


def run_task(work: TaskFunction) -> None:
    """Do the one task on standard input."""
    os.nice(_NICENESS)
    output = _redirect_stdout()
    task = sys.stdin.readline()
    threading.Thread(target=_exit_with_parent, args=(sys.stdin,), daemon=True).start()
    try:
        answer = work(task, lambda progress: _write_progress(output, progress))
    except DomainError as error:
        kind = error_type_of(error)
        _write_line(output, refused={"slug": kind.slug, "title": kind.title, "detail": str(error)})
    except MemoryError as error:
        _write_line(output, crashed=f"memory ran out; {exception_location(error)}")
    except Exception as error:  # noqa: BLE001 - whatever it was, the parent has to hear of it
        _write_line(output, crashed=exception_location(error))
    else:
        output.write("{" + ", ".join(f'"{name}": {text}' for name, text in answer.items()) + "}\n")
        output.flush()


def _redirect_stdout() -> TextIO:
    """The way to the parent; what libraries print by themselves goes nowhere from now on."""
    output = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 - a device, no path
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    return output


def _write_progress(output: TextIO, progress: Progress) -> None:
    output.write(f'{{"progress": {progress.model_dump_json()}}}\n')
    output.flush()


def _write_line(output: TextIO, **line: object) -> None:
    output.write(json.dumps(line) + "\n")
    output.flush()


def _exit_with_parent(source: TextIO) -> None:
    source.read()
    os._exit(EXIT_ORPHANED)
