"""A process that imports the application once and runs each command in a fork of itself.

Importing takes longer than running most commands. After each command, the modules that the command
has imported are also imported here, so that later commands start faster. A fork has its own working
directory, output streams and exit code, like a run of `python -m api`. Each line of standard input
is a command as JSON: the commands whose modules to import first, its arguments, its working
directory, its environment variables, and the files to which `stdout` and `stderr` are redirected.
Each line of standard output is the exit code of a command.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import runpy
import signal
import sys
from pathlib import Path
from typing import Any

from api.cli.command_table import COMMANDS

_SECONDS = 120


def main() -> None:
    """Run the commands on standard input until it ends."""
    for line in sys.stdin:
        request = json.loads(line)
        for name in request["loaded"]:
            importlib.import_module(COMMANDS[name][0].partition(":")[0])
        child = os.fork()
        if child == 0:
            _run(request)
        _, status = os.waitpid(child, 0)
        _import_all(Path(request["modules"]))
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - the response


def _import_all(names: Path) -> None:
    """Import the modules that a command has imported."""
    for name in names.read_text("utf-8").split():
        importlib.import_module(name)


def _write_modules(names: str) -> None:
    own = (name for name in sys.modules if name.partition(".")[0] in {"api", "coach", "matching"})
    Path(names).write_text("\n".join(own), "utf-8")


def _run(request: dict[str, Any]) -> None:
    signal.alarm(_SECONDS)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    sys.stdin.close()
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(request[name], os.O_WRONLY | os.O_CREAT), descriptor)
    sys.argv = ["api", *request["words"]]
    atexit.register(_write_modules, request["modules"])
    runpy.run_module("api", run_name="__main__", alter_sys=True)
    sys.exit(0)


if __name__ == "__main__":
    main()
