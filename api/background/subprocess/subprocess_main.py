"""Starts a working process, `python -m api.background.subprocess.subprocess_main MODULE PARENT`.

`work` of the module does the task. Loading it takes seconds on a busy machine; the parent's end is
seen to before that, so that nobody is left behind meanwhile.
"""

from __future__ import annotations

import sys
from importlib import import_module

from matching.parent_watchdog import exit_with_parent


def main(module: str, parent: int) -> None:
    """Do the one task on standard input for the process with the number `parent`."""
    exit_with_parent(parent)
    from api.background.subprocess.child_protocol import run_task  # noqa: PLC0415 - takes a second

    run_task(import_module(module).work)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
