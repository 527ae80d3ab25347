"""A process that imports the application once and runs each command in a fork of itself.

Importing takes longer than running most commands. A fork has its own working directory, output
streams and exit code, like a run of `python -m api`. Each line of standard input is a command as
JSON: its arguments, its working directory, and the files to which `stdout` and `stderr` are
redirected. Each line of standard output is the exit code of a command.
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
    """Import the modules of `commands`, and run the commands on standard input until it ends."""
    for name in commands:
        importlib.import_module(COMMANDS[name][0].partition(":")[0])
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(request)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - the response


def _run(request: dict[str, Any]) -> None:
    signal.alarm(_SECONDS)
    os.chdir(request["folder"])
    sys.stdin.close()
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(request[name], os.O_WRONLY | os.O_CREAT), descriptor)
    sys.argv = ["api", *request["words"]]
    runpy.run_module("api", run_name="__main__", alter_sys=True)
    sys.exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
