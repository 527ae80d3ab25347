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
    modules = modules_after(f"import api.cli.{command}")
    assert not modules & set(HEAVY)
    assert f"api.cli.{command}" in modules
    assert len(modules) <= MAX_MODULES


def modules_after(code: str) -> set[str]:
    """Return the names of all modules that a new process has imported after running `code`."""
    command = [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"]
    return set(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
