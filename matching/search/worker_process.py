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

from matching.parent_watchdog import EXIT_ORPHANED, exit_with_parent


def main(parent: int) -> None:
    """Answer until the input ends or the process with the number `parent` has gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asked decides when to stop
    exit_with_parent(parent)
    from matching.deadline import Deadline, SolverError  # noqa: PLC0415
    from matching.search.worker_pool import OracleWorker, Task  # noqa: PLC0415 - takes seconds

    output = _own_output()
    requests: SimpleQueue[Any] = SimpleQueue()
    Thread(target=_read, args=(sys.stdin.buffer, requests), daemon=True).start()
    problem, seed = requests.get()
    worker = OracleWorker(problem, seed)
    deadline = Deadline(lambda: 0.0, None, lambda: False)
    while True:
        task, snapshot = requests.get()
        try:
            answer: object = (
                task.work(task.argument, deadline)
                if isinstance(task, Task)
                else worker.answer(task, snapshot, deadline)
            )
        except Exception as error:  # noqa: BLE001 - raised again where it was asked
            answer = SolverError(f"{type(error).__name__} in a process of the crew: {error}")
        pickle.dump(answer, output, protocol=pickle.HIGHEST_PROTOCOL)
        output.flush()


def _own_output() -> BinaryIO:
    """The way to whoever asks; what libraries print by themselves goes nowhere from now on."""
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device, no path
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    return output


def _read(source: BinaryIO, requests: SimpleQueue[Any]) -> None:
    """Queue what comes in, and end the process with its input."""
    try:
        while True:
            requests.put(pickle.load(source))  # noqa: S301 - from the process that started this one
    except (EOFError, OSError, pickle.UnpicklingError):
        os._exit(EXIT_ORPHANED)


if __name__ == "__main__":
    main(int(sys.argv[1]))
