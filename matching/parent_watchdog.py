"""A process that does not outlive the one that started it, however that one ended."""

from __future__ import annotations

import os
import time
from threading import Thread

EXIT_ORPHANED = 3
"""The exit code of a process whose parent has gone."""

_POLL_SECONDS = 0.5


def exit_with_parent(parent: int) -> None:
    """From now on, end this process once that with the number `parent` is not its parent any more.

    To be called before anything large is loaded: that takes seconds on a busy machine, in which
    nobody may be left behind.
    """
    Thread(target=_watch_parent, args=(parent,), daemon=True).start()


def _watch_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_POLL_SECONDS)
    os._exit(EXIT_ORPHANED)
