"""Starts a working process, `python -m api.jobs.child_process MODULE PARENT`.

`work` of the module does the task. Loading it takes seconds on a busy machine; signals and the
parent's end are seen to before that, so that nothing goes wrong meanwhile.
"""

from __future__ import annotations

import signal
import sys
from importlib import import_module

from matching.orphan import end_with


def main(module: str, parent: int) -> None:
    """Do the one task on standard input for the process with the number `parent`."""
    for sent in (signal.SIGTERM, signal.SIGINT):
        # A stop is often told to a whole group of processes. The parent gives its job back then,
        # and ends this one; a child that went first would look like one that broke.
        signal.signal(sent, signal.SIG_IGN)
    end_with(parent)
    from api.jobs.child_side import serve_parent  # noqa: PLC0415 - takes a second

    serve_parent(import_module(module).work)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
