"""Commands run like `python -m api`, in forks of a process that has imported the application."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import NamedTuple, Protocol

from api.texts.terminal_language import LANGUAGE_VARIABLE

_ROOT = Path(__file__).parents[1]
_SERVER = Path(__file__).with_name("command_server.py")


class Outcome(NamedTuple):
    """The exit code and the output of a command."""

    returncode: int
    stdout: str
    stderr: str


class Command(Protocol):
    """A function that runs a command in its own process, with `folder` as its working directory."""

    def __call__(self, *words: object, folder: Path) -> Outcome: ...


class _Server:
    """A command server, which runs until `close` is called."""

    def __init__(self, **variables: str) -> None:
        self._closing = ExitStack()
        self._streams = self._closing.enter_context(tempfile.TemporaryDirectory(prefix="commands"))
        self._process = self._closing.enter_context(
            subprocess.Popen(
                [sys.executable, str(_SERVER)],
                env={**os.environ, "PYTHONPATH": str(_ROOT), **variables},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )

    def run(
        self, words: tuple[object, ...], folder: Path, loaded: tuple[str, ...], **variables: str
    ) -> Outcome:
        """Run a command with additional environment variables."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        files = {name: Path(self._streams, name) for name in ("stdout", "stderr", "modules")}
        for file in files.values():
            file.write_bytes(b"")
        request = {
            "loaded": loaded,
            "words": list(map(str, words)),
            "folder": str(folder),
            "environment": {**os.environ, "PYTHONPATH": str(_ROOT), **variables},
            **{name: str(file) for name, file in files.items()},
        }
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        return Outcome(code, files["stdout"].read_text("utf-8"), files["stderr"].read_text("utf-8"))

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._closing.close()


@cache
def _shared_server(language: str) -> _Server:
    """Return the server for a language, started once because that takes seconds.

    The language determines the texts that modules contain when they are imported.
    """
    server = _Server(**{LANGUAGE_VARIABLE: language})
    atexit.register(server.close)
    return server


def command_runner(*loaded: str, **variables: str) -> Command:
    """Return a function that runs commands with additional environment variables.

    `loaded` are the commands whose modules are imported once for all tests of this process.
    """

    def run(*words: object, folder: Path) -> Outcome:
        language = variables.get(LANGUAGE_VARIABLE, "en")
        return _shared_server(language).run(words, folder, loaded, **variables)

    return run


@contextmanager
def command_runner_with_hash_seed(hash_seed: str, *loaded: str) -> Iterator[Command]:
    """Start a process with the given hash seed, and yield a function that runs commands in it."""
    server = _Server(PYTHONHASHSEED=hash_seed)

    def run(*words: object, folder: Path) -> Outcome:
        return server.run(words, folder, loaded)

    try:
        yield run
    finally:
        server.close()
