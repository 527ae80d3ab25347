"""Starts a child process and exchanges messages with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self

from api.child_processes import child_main, facts
from api.child_processes.framing import (
    READ_BYTES,
    FrameDecoder,
    FrameKind,
    FramingError,
    write_frame,
)
from api.child_processes.limits import ProcessLimits
from coach.texts.facts import Displayed, Fact
from coach.texts.renderer import english

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_PROGRAM = child_main.__file__
_ROOT = str(Path(__file__).parents[2])  # the folder that contains the package `api`
_GRACE_SECONDS = 2.0
_UNLIMITED = ProcessLimits()


class ChildEndedError(Exception):
    """The child will send no more messages.

    Attributes:
        shown: the reason.
        out_of_resources: whether the child ran out of memory, sent more than allowed, or was killed
            by a signal, which is how the system enforces limits.
    """

    def __init__(self, shown: Displayed, *, out_of_resources: bool) -> None:
        super().__init__(shown)
        self.shown = shown
        self.out_of_resources = out_of_resources

    def __str__(self) -> str:
        return english(self.shown)


class ChildProcess:
    """A child process that calls the function `module:name` with a `Channel` to this process.

    As a context manager, it kills the child at the end of the block.
    """

    def __init__(self, function: str, limits: ProcessLimits = _UNLIMITED) -> None:
        self._limits = limits
        with _stop_signals_blocked():
            self._process = subprocess.Popen(  # noqa: S603 - runs our own code
                (
                    sys.executable,
                    "-P",
                    _PROGRAM,
                    _ROOT,
                    str(os.getpid()),
                    function,
                    limits.to_argument(),
                ),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("a child process was started without pipes")
        self._stdin, self._stdout = self._process.stdin, self._process.stdout
        self._outbox: SimpleQueue[bytes | None] = SimpleQueue()
        self._inbox: SimpleQueue[bytes | ChildEndedError] = SimpleQueue()
        self._ended: ChildEndedError | None = None
        self._threads = [
            threading.Thread(target=work, daemon=True) for work in (self._write, self._read)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    def send(self, message: bytes) -> None:
        """Send a message without waiting for the child to read it."""
        self._outbox.put(message)

    def receive(self, timeout_seconds: float) -> bytes | None:
        """Return the child's next message, or `None` if none arrives in time.

        Raises:
            ChildEndedError: the child will send no more messages.
        """
        if self._ended is not None:
            raise self._ended
        try:
            message = self._inbox.get(timeout=timeout_seconds)
        except Empty:
            return None
        if isinstance(message, ChildEndedError):
            self._ended = message
            raise message
        return message

    def received(self) -> Iterator[bytes]:
        """Yield the messages that have arrived, without waiting for more.

        Raises:
            ChildEndedError: the child will send no more messages.
        """
        while (message := self.receive(0)) is not None:
            yield message

    def kill(self) -> None:
        """Kill the child and wait until it has exited."""
        self._process.kill()
        self._process.wait()
        self._outbox.put(None)
        for thread in self._threads:
            thread.join(_GRACE_SECONDS)
        for pipe in (self._stdin, self._stdout):
            with suppress(OSError):  # unsent messages are lost
                pipe.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.kill()

    def _write(self) -> None:
        with suppress(OSError):  # the child has ended; the reading thread reports why
            while (message := self._outbox.get()) is not None:
                write_frame(self._stdin, FrameKind.MESSAGE, message)

    def _read(self) -> None:
        """Put the child's messages into the inbox, followed by the reason why its output ended."""
        decoder, received, limit = FrameDecoder(), 0, self._limits.output_bytes
        while data := os.read(self._stdout.fileno(), READ_BYTES):
            received += len(data)
            if limit is not None and received > limit:
                self._abort(facts.TOO_MUCH_OUTPUT(limit=limit), out_of_resources=True)
                return
            try:
                for kind, payload in decoder.feed(data):
                    self._inbox.put(
                        payload if kind is FrameKind.MESSAGE else _failure(kind, payload)
                    )
            except FramingError as error:
                reason = facts.INVALID_OUTPUT(reason=str(error))
                self._abort(reason, out_of_resources=False)
                return
        self._inbox.put(_exit_error(self._process.wait()))

    def _abort(self, reason: Fact, *, out_of_resources: bool) -> None:
        self._process.kill()
        self._inbox.put(ChildEndedError(reason, out_of_resources=out_of_resources))


@contextmanager
def _stop_signals_blocked() -> Iterator[None]:
    """Block the stop signals in this thread, so that new child processes inherit the mask.

    Other threads of this process still receive the signals.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _failure(kind: FrameKind, reason: bytes) -> ChildEndedError:
    location = reason.decode(errors="replace")
    if kind is FrameKind.OUT_OF_MEMORY:
        return ChildEndedError(facts.OUT_OF_MEMORY(location=location), out_of_resources=True)
    return ChildEndedError(location, out_of_resources=False)


def _exit_error(code: int) -> ChildEndedError:
    if code < 0:
        return ChildEndedError(facts.SIGNAL(signal=-code), out_of_resources=True)
    return ChildEndedError(facts.EXIT_CODE(code=code), out_of_resources=False)
