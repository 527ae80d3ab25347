"""Commands do not import slow modules that they do not use."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    *("pandas", "ortools.sat.python.cp_model", "rich.live", "sqlalchemy", "starlette"),
    *("icalendar", "pydantic_settings", "asyncio", "http.client"),
)
MAX_MODULES = 1000  # 948 when this was written, and 1,123 before; each costs about a millisecond


@pytest.mark.slow
@pytest.mark.parametrize("command", ["match", "demo"])
def test_command_does_not_import_solvers_and_servers_in_advance(command: str) -> None:
    code = f"import sys, api.cli.{command}; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    modules = set(ran.stdout.split())
    assert not modules & set(HEAVY)
    assert f"api.cli.{command}" in modules
    assert len(modules) <= MAX_MODULES
