"""Commands do not import slow modules that they do not use."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("pandas", "ortools.sat.python.cp_model", "rich.live", "sqlalchemy", "starlette")


@pytest.mark.parametrize("command", ["match", "demo"])
def test_command_does_not_import_solvers_and_servers_in_advance(command: str) -> None:
    code = (
        f"import sys, api.cli.{command}; print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout.strip() == "[]"
