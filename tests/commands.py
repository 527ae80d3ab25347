"""Runs commands like `python -m api`, in forks of a process that has imported the application."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

_ROOT = Path(__file__).parents[1]
_SERVER = Path(__file__).with_name("command_server.py")


class Outcome(NamedTuple):
    """The exit code and the output of a command."""

    returncode: int
    stdout: str
    stderr: str


class Command(Protocol):
    """Runs a command in its own process, with `folder` as its working directory."""

    def __call__(self, *words: object, folder: Path) -> Outcome: ...


@contextmanager
def command_runner(*loaded: str, **environment: str) -> Iterator[Command]:
    """Start a command server and yield a function that runs commands on it.

    `loaded` are the commands whose modules are imported in advance, and `environment` contains
    additional environment variables.
    """
    with (
        tempfile.TemporaryDirectory(prefix="commands") as streams,
        subprocess.Popen(
            [sys.executable, str(_SERVER), *loaded],
            env={**os.environ, "PYTHONPATH": str(_ROOT), **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as server,
    ):
        files = {name: Path(streams, name) for name in ("stdout", "stderr")}

        def run(*words: object, folder: Path) -> Outcome:
            assert server.stdin is not None
            assert server.stdout is not None
            for file in files.values():
                file.write_bytes(b"")
            places = {name: str(file) for name, file in files.items()}
            request = {"words": list(map(str, words)), "folder": str(folder), **places}
            server.stdin.write(json.dumps(request) + "\n")
            server.stdin.flush()
            code = int(server.stdout.readline())
            return Outcome(code, *(file.read_text("utf-8") for file in files.values()))

        yield run
        assert server.stdin is not None
        server.stdin.close()
