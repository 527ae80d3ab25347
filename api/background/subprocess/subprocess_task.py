"""A process that works on one task, as its parent sees it: what it tells, and how it ends."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from pydantic import BaseModel

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_COMMAND = (sys.executable, "-m", "api.background.subprocess.subprocess_main")
_GRACE_SECONDS = 2.0

JsonLine = dict[str, Any]


class SubprocessTask:
    """A process at work on one task; `module` is the one whose `work` it does."""

    def __init__(self, module: str, task: BaseModel) -> None:
        with _signals_blocked():
            self._process = subprocess.Popen(  # noqa: S603 - our own module, no words of others
                (*_COMMAND, module, str(os.getpid())),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
            )
        self._lines: queue.SimpleQueue[JsonLine] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, args=(task,), daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def lines(self, wait_seconds: float) -> list[JsonLine]:
        """What was told since the last call, waiting a little; one that is no progress ends it."""
        time.sleep(wait_seconds)
        return [self._lines.get() for _ in range(self._lines.qsize())]

    def kill(self) -> None:
        """End the process now, and wait until it has gone."""
        self._process.kill()
        self._process.wait()
        self._reader.join(_GRACE_SECONDS)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):  # what it did not live to read is lost with it
                    pipe.close()

    def _read(self, task: BaseModel) -> None:
        """Give the child its task, and queue each of its lines; at last one that ends it."""
        source, sink = self._process.stdout, self._process.stdin
        if source is None or sink is None:
            raise RuntimeError("the solver was started without pipes")
        try:
            with suppress(BrokenPipeError):  # it is gone already; how it ended is told below
                sink.write(task.model_dump_json() + "\n")
                sink.flush()
            for text in source:
                self._lines.put(json.loads(text))
        except (OSError, ValueError) as error:
            self._lines.put({"crashed": f"{type(error).__name__} while talking to the solver"})
            return
        code = self._process.wait()
        self._lines.put({"crashed": _describe_exit(code)})


@contextmanager
def _signals_blocked() -> Iterator[None]:
    """Start a process that no stop ever reaches; the other threads of this process get them.

    A stop is often told to a whole group of processes. This one gives its job back then, and ends
    its child; a child that went first would look like one that broke. It inherits from this thread
    that signals are held, from its first moment on and whatever its libraries make of them.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _describe_exit(code: int) -> str:
    if code < 0:
        return f"stopped by signal {-code}; on Linux, 9 and 6 often mean that memory ran out"
    return f"exit code {code}"
