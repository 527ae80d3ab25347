"""A process that does not outlive the one that started it, however that one ended."""

from __future__ import annotations

import os
import time
from threading import Thread

ORPHANED = 3
"""The exit code of a process whose parent has gone."""

_LOOK_SECONDS = 0.5


def end_with(parent: int) -> None:
    """From now on, end this process once that with the number `parent` is not its parent any more.

    To be called before anything large is loaded: that takes seconds on a busy machine, in which
    nobody may be left behind.
    """
    Thread(target=_look, args=(parent,), daemon=True).start()


def _look(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os._exit(ORPHANED)
