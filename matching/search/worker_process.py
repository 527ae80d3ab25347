"""A process of a crew: reads questions about coaches from its input, writes answers to its output.

First comes the problem with the seed, then questions with their briefs, and errands. When the
input ends, or the process that started this one has gone, it ends at once, whatever it is at; while
the solvers are still being loaded, too. Run by `crew`.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from queue import SimpleQueue
from threading import Thread
from typing import Any, BinaryIO

from matching.parent_watchdog import ORPHANED, end_with


def main(parent: int) -> None:
    """Answer until the input ends or the process with the number `parent` has gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asked decides when to stop
    end_with(parent)
    from matching.deadline import SolverFaultError, Watch  # noqa: PLC0415
    from matching.search.worker_pool import Errand, Member  # noqa: PLC0415 - takes seconds

    told = _own_output()
    asked: SimpleQueue[Any] = SimpleQueue()
    Thread(target=_read, args=(sys.stdin.buffer, asked), daemon=True).start()
    problem, seed = asked.get()
    member = Member(problem, seed)
    watch = Watch(lambda: 0.0, None, lambda: False)
    while True:
        task, brief = asked.get()
        try:
            answer: object = (
                task.work(task.argument, watch)
                if isinstance(task, Errand)
                else member.answer(task, brief, watch)
            )
        except Exception as fault:  # noqa: BLE001 - raised again where it was asked
            answer = SolverFaultError(f"{type(fault).__name__} in a process of the crew: {fault}")
        pickle.dump(answer, told, protocol=pickle.HIGHEST_PROTOCOL)
        told.flush()


def _own_output() -> BinaryIO:
    """The way to whoever asks; what libraries print by themselves goes nowhere from now on."""
    told = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device, no path
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    return told


def _read(source: BinaryIO, asked: SimpleQueue[Any]) -> None:
    """Queue what comes in, and end the process with its input."""
    try:
        while True:
            asked.put(pickle.load(source))  # noqa: S301 - from the process that started this one
    except (EOFError, OSError, pickle.UnpicklingError):
        os._exit(ORPHANED)


if __name__ == "__main__":
    main(int(sys.argv[1]))
