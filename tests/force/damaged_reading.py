"""Reading damaged files, and counting the outcomes.

Each file is generated from a number, so that failures can be reproduced. Most workbooks are read by
the real reader in a forked process, which saves its startup time. One file in a thousand is a
workbook that is read exactly as in production.
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from api.files import workbook_reader_process as workbook_child
from api.files.upload_limits import MAX_ROWS, UnreadableError, check_archive
from api.input_files.cycle_inputs import parse_inputs
from api.input_files.reference_data import reference
from coach.errors import InputFault, UnusableInputError
from coach.intake.columns import PeopleKind
from coach.intake.fault_messages import WHOLE_FILE
from coach.intake.people_sheet import read_sheet
from coach.intake.reference import ReadContext
from coach.intake.table import TextTable
from tests.force.damages import Damaged, damaged_text, damaged_workbook

MOST_SECONDS = 1.0
_ABORT_SECONDS = 10.0  # of processor time; then reading is aborted and counts as uncaught
_WORKBOOK_EVERY = 50
_IN_FULL_EVERY = 1000
_SEED = 20_270_123
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class TooSlowError(Exception):
    """Reading a file exceeded the time limit."""


@dataclass
class Outcomes:
    """The outcomes of reading damaged files."""

    read: Counter[str] = field(default_factory=Counter)
    uncaught: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    slow: int = 0
    longest: float = 0.0

    def add(self, other: Outcomes) -> None:
        """Add the outcomes of another process."""
        self.read += other.read
        self.uncaught += other.uncaught
        self.refused += other.refused
        self.slow += other.slow
        self.longest = max(self.longest, other.longest)


def read_damaged(first: int, count: int) -> Outcomes:
    """Read `count` damaged files, starting with number `first`, and return the outcomes."""
    found = Outcomes()
    for number in range(first, first + count):
        rng = random.Random(_SEED + number)
        workbook = number % _WORKBOOK_EVERY == 0
        in_full = not workbook or number % _IN_FULL_EVERY == 0
        damaged = damaged_workbook(rng) if workbook else damaged_text(rng)
        kind = f"{damaged.kind} as in production" if workbook and in_full else damaged.kind
        worked = _processor_seconds()
        try:
            with _time_limit():
                _read_in_full(damaged) if in_full else _read_forked(damaged)
        except UnusableInputError:
            found.refused += 1
        except Exception as error:  # noqa: BLE001 - the test searches for these
            found.uncaught[f"{kind}, number {number}: {type(error).__name__}: {error}"[:200]] += 1
        taken = _processor_seconds() - worked
        found.longest, found.slow = max(found.longest, taken), found.slow + (taken > MOST_SECONDS)
        found.read[kind] += 1
    return found


def _read_in_full(damaged: Damaged) -> None:
    parse_inputs(damaged.cycle, damaged.coachees, damaged.coaches)


def _read_forked(damaged: Damaged) -> None:
    """Read both sheets of a workbook, each in a forked process."""
    file = damaged.coachees
    try:
        check_archive(file.content)
    except UnreadableError as error:
        raise UnusableInputError([InputFault(file.name, 1, WHOLE_FILE, str(error))]) from None
    faults: list[InputFault] = []
    for kind in PeopleKind:
        response = _response_of_fork(file.content, kind.value)
        if "error" in response:
            faults.append(InputFault(file.name, 1, WHOLE_FILE, response["error"]))
        else:
            table = TextTable(file.name, response["rows"])
            faults += read_sheet(table, kind, ReadContext(reference())).faults
    if faults:
        raise UnusableInputError(faults)


def _response_of_fork(content: bytes, sheet: str) -> dict[str, Any]:
    """Return the response of the workbook reader, run in a fork with the real reader's limits."""
    back, there = os.pipe()
    child = os.fork()
    if child == 0:
        _respond_and_exit(there, content, sheet)
    os.close(there)
    with os.fdopen(back, "rb") as stream:
        output = stream.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status < 0:  # ended by a signal, e.g. at a resource limit; the file is then rejected
        return {"error": f"ended by signal {-status}"}
    if status:
        raise RuntimeError(f"the reader failed: {output.decode()}")
    response: dict[str, Any] = json.loads(output)
    return response


def _respond_and_exit(there: int, content: bytes, sheet: str) -> None:
    status = 1
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        memory = workbook_child.MAX_MEMORY_BYTES + pages * _PAGE_BYTES
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        longest = workbook_child.MAX_CPU_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (longest, longest))
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # calamine prints its panics to stderr
        output = json.dumps(workbook_child.build_response(content, sheet, MAX_ROWS + 1)).encode()
        status = 0
    except BaseException as error:  # noqa: BLE001 - reported to the parent
        output = f"{type(error).__name__}: {error}".encode()
    with os.fdopen(there, "wb") as stream:
        stream.write(output)
    os._exit(status)


@contextmanager
def _time_limit() -> Iterator[None]:
    """Raise `TooSlowError` if the block uses too much processor time."""

    def abort(_signal: int, _frame: FrameType | None) -> None:
        raise TooSlowError(f"not read within {_ABORT_SECONDS} s")

    before = signal.signal(signal.SIGPROF, abort)
    signal.setitimer(signal.ITIMER_PROF, _ABORT_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _processor_seconds() -> float:
    """Return the processor time of this process and all children that it has waited for."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)
