"""A child's connection to its parent. The child exits when the parent exits."""

from __future__ import annotations

import os
import select
import sys
import threading
from queue import SimpleQueue
from typing import NoReturn

from api.child_processes.framing import (
    READ_BYTES,
    FrameDecoder,
    FrameKind,
    FramingError,
    write_frame,
)

EXIT_ORPHANED = 3
"""The exit code of a child whose parent has exited or closed the connection."""

_POLL_SECONDS = 0.5


class Channel:
    """A message channel to the parent process, over standard input and output.

    A thread watches the parent: if standard input ends, or the parent's process id is no longer
    `parent`, the thread ends this process with `EXIT_ORPHANED`. Open the channel before importing
    large modules, which can take seconds on a busy machine.
    """

    def __init__(self, parent: int) -> None:
        self._parent = parent
        self._messages: SimpleQueue[bytes] = SimpleQueue()
        self._output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
        _discard_standard_output()
        threading.Thread(target=self._watch_parent, name="parent", daemon=True).start()

    def receive(self) -> bytes:
        """Wait for the parent's next message and return it."""
        return self._messages.get()

    def send(self, message: bytes) -> None:
        """Send a message to the parent."""
        self._write(FrameKind.MESSAGE, message)

    def fail(self, reason: str, *, out_of_memory: bool = False) -> None:
        """Report to the parent why no more messages will follow."""
        kind = FrameKind.OUT_OF_MEMORY if out_of_memory else FrameKind.FAILURE
        self._write(kind, reason.encode())

    def _write(self, kind: FrameKind, payload: bytes) -> None:
        try:
            write_frame(self._output, kind, payload)
        except OSError:
            _exit_orphaned()

    def _watch_parent(self) -> None:
        source, decoder = sys.stdin.fileno(), FrameDecoder()
        while os.getppid() == self._parent:
            readable, _, _ = select.select([source], [], [], _POLL_SECONDS)
            if not readable:
                continue
            data = os.read(source, READ_BYTES)
            if not data:
                break
            try:
                for _, message in decoder.feed(data):
                    self._messages.put(message)
            except FramingError:
                break
        _exit_orphaned()


def _discard_standard_output() -> None:
    """Redirect stdout to /dev/null, so that library output cannot corrupt the messages."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    os.close(devnull)


def _exit_orphaned() -> NoReturn:
    os._exit(EXIT_ORPHANED)
