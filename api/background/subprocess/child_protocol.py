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

from api.error_mapping import kind_of
from api.logging.exception_location import place_of
from coach.errors import ProgrammeError
from matching.parent_watchdog import ORPHANED
from matching.progress import Progress, ReportProgress

_NICENESS = 5  # pages are answered before numbers are crunched

Work = Callable[[str, ReportProgress], dict[str, str]]
"""Does the task in a text; returns the members of the last line, each already as JSON."""


def serve_parent(work: Work) -> None:
    """Do the one task on standard input."""
    os.nice(_NICENESS)
    told = _own_output()
    task = sys.stdin.readline()
    threading.Thread(target=_end_with_parent, args=(sys.stdin,), daemon=True).start()
    try:
        answer = work(task, lambda progress: _tell_progress(told, progress))
    except ProgrammeError as error:
        kind = kind_of(error)
        _tell(told, refused={"slug": kind.slug, "title": kind.title, "detail": str(error)})
    except MemoryError as error:
        _tell(told, crashed=f"memory ran out; {place_of(error)}")
    except Exception as error:  # noqa: BLE001 - whatever it was, the parent has to hear of it
        _tell(told, crashed=place_of(error))
    else:
        told.write("{" + ", ".join(f'"{name}": {text}' for name, text in answer.items()) + "}\n")
        told.flush()


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
