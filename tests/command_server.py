"""A process that has loaded the program and runs each command in a fork of itself.

Loading takes longer than most commands do. A fork has its own folder, streams and exit code, as
`python -m api` has. Each line of the input is a command as JSON: its words, its folder, and the
files for what it prints; each line of the output is its exit code.
"""

from __future__ import annotations

import importlib
import json
import os
import runpy
import signal
import sys
from typing import Any

from api.cli.command_table import COMMANDS

_SECONDS = 120


def main(commands: list[str]) -> None:
    """Load `commands`, and run what the input says until it ends."""
    for name in commands:
        importlib.import_module(COMMANDS[name][0].partition(":")[0])
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(asked)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - the answer


def _run(asked: dict[str, Any]) -> None:
    signal.alarm(_SECONDS)
    os.chdir(asked["folder"])
    sys.stdin.close()
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(asked[name], os.O_WRONLY | os.O_CREAT), descriptor)
    sys.argv = ["api", *asked["words"]]
    runpy.run_module("api", run_name="__main__", alter_sys=True)
    sys.exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
