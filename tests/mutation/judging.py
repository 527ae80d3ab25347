"""Running the tests against a fault planted in a copy of the tree."""

from __future__ import annotations

import compileall
import os
import shutil
import signal
import subprocess
import sys
from enum import Enum
from pathlib import Path
from py_compile import PycInvalidationMode

from tests.mutation.mutants import Mutant

_SERVER = Path(__file__).with_name("fork_server.py")
_PASSED, _KILLED = 0, {-signal.SIGKILL, -signal.SIGXCPU, -signal.SIGPROF}


class Verdict(Enum):
    """The outcome of a mutant."""

    NOTICED = "noticed"
    TOO_SLOW = "too slow"
    SURVIVED = "survived"


class Judge:
    """A copy of the tree at `root`, in which one file at a time is mutated and `tests` are run."""

    def __init__(self, root: Path, copy: Path, tests: tuple[str, ...]) -> None:
        _copy_tree(root, copy)
        # Check by hash: mutants of equal size may be written within the resolution of timestamps.
        compileall.compile_dir(copy, quiet=2, invalidation_mode=PycInvalidationMode.CHECKED_HASH)
        self._copy = copy
        self._process = subprocess.Popen(
            [sys.executable, str(_SERVER), *tests],
            cwd=copy,
            env={**os.environ, "PYTHONPATH": str(copy)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def judge(self, mutant: Mutant, seconds: float) -> Verdict:
        """Plant a fault, run the tests, restore the file, and return the verdict."""
        file = self._copy / mutant.path
        file.write_bytes(mutant.mutated)
        try:
            return self.run(seconds)
        finally:
            file.write_bytes(mutant.source)

    def run(self, seconds: float) -> Verdict:
        """Run the tests for at most `seconds` of processor time, and return the verdict."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{seconds}\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        if code == _PASSED:
            return Verdict.SURVIVED
        return Verdict.TOO_SLOW if code in _KILLED else Verdict.NOTICED

    def close(self) -> None:
        """End the fork server."""
        self._process.communicate()


def _copy_tree(root: Path, copy: Path) -> None:
    """Copy all files under version control, including uncommitted changes."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 - the developer's git
        cwd=root,
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (root / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, copy / name)
