"""A process that loads third-party packages once and runs tests in forks of itself.

Loading these packages takes longer than most tests. Each fork loads the code under test itself, and
therefore runs with the fault that was planted last.

`python fork_server.py TEST ...` runs the tests once for each line of its input, which is a limit in
seconds of processor time, so that other load on the machine does not affect the result. It prints
pytest's exit code, -24 if the limit passed, -27 if a single test took too long, or -9 if the tests
waited for ten times the limit.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import math
import os
import resource
import signal
import sys
import time
from typing import Any

_PACKAGES = (
    "alembic", "dbos", "fastapi", "highspy", "httpx", "hypothesis", "icalendar", "jinja2", "numpy",
    "openpyxl", "ortools.sat.python.cp_model", "psycopg", "pydantic", "pytest", "sqlalchemy",
    "typer", "uvicorn", "vobject", "zxcvbn",
)  # fmt: skip
_LOADED_EARLY = "ignore::pytest.PytestAssertRewriteWarning"  # some packages are also pytest plugins
_POLL_SECONDS = 0.02
_TEST_SECONDS = 60  # processor time for a single test; without a fault, the slowest takes 10
_MAX_WAIT_FACTOR = 10  # for tests that wait for something that a fault prevents


def main(tests: list[str]) -> None:
    """Run the tests for each line of the input."""
    for name in _PACKAGES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    gc.freeze()  # pytest collects garbage before it exits, which is slow with all these objects
    for line in sys.stdin:
        seconds = float(line)
        child = os.fork()
        if child == 0:
            resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(seconds), resource.RLIM_INFINITY))
            _run(tests)
        deadline = time.monotonic() + _MAX_WAIT_FACTOR * seconds
        print(_exit_code(child, deadline), flush=True)  # noqa: T201 - the response


def _run(tests: list[str]) -> None:
    os.setsid()
    for stream in (0, 1, 2):
        os.dup2(os.open(os.devnull, os.O_RDWR), stream)
    import pytest  # noqa: PLC0415 - loaded above
    from hypothesis import Phase, settings  # noqa: PLC0415 - loaded above

    # The same examples for each mutant, without shrinking, because only the verdict counts.
    settings.register_profile("mutants", derandomize=True, phases=[Phase.explicit, Phase.generate])
    settings.load_profile("mutants")
    options = ["-x", "-q", "-p", "no:cacheprovider", "-W", _LOADED_EARLY]
    code = pytest.main([*options, *tests], plugins=[_TestLimit(), _TestOrder(tests)])
    os._exit(code)


class _TestLimit:
    """A plugin that ends the process if a test takes too long, even inside a solver."""

    def pytest_runtest_logstart(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, _TEST_SECONDS)

    def pytest_runtest_logfinish(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)


class _TestOrder:
    """A plugin that keeps the given test order; pytest would sort the tests in a folder by name."""

    def __init__(self, tests: list[str]) -> None:
        self._tests = tests

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items.sort(key=lambda item: self._place(item.nodeid))

    def _place(self, test: str) -> int:
        return next(
            (place for place, name in enumerate(self._tests) if test.startswith(name)),
            len(self._tests),
        )


def _exit_code(child: int, deadline: float) -> int:
    """Wait for a fork and return its exit code; kill its process group at the deadline."""
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            break
        if time.monotonic() > deadline:
            os.killpg(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            break
        time.sleep(_POLL_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # servers and workers left by a failed test
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    main(sys.argv[1:])
