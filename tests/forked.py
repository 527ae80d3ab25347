"""Processes that start quickly, because they are forked from one that imported the application.

Importing the server takes about five seconds of processor time, which each test with its own server
would otherwise spend again.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

PROCESSES: Any = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["api.cli.serve", "api.cli.worker", "tests.force.victims"])


@contextmanager
def forked_command(
    *words: object, output: Path | str, seconds: float = 20.0, **variables: str
) -> Iterator[BaseProcess]:
    """Run `gender-coach WORDS` with additional environment variables; its output goes to a file.

    After the block, the process is terminated, and killed if it does not end within `seconds`.
    """
    arguments = [str(word) for word in words]
    environment = {**os.environ, **variables}
    process: BaseProcess = PROCESSES.Process(
        target=_run, args=(arguments, environment, str(output))
    )
    process.start()
    try:
        yield process
    finally:
        process.terminate()
        process.join(seconds)
        process.kill()
        process.join()


def _run(words: list[str], environment: Mapping[str, str], output: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(file, stream)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    from api.cli import main  # noqa: PLC0415 - imported with the environment of the command

    main(words)
