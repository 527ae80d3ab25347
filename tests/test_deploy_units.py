"""The unit files in `deploy/`, checked with `systemd-analyze verify`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
UNITS = sorted(path.name for path in (ROOT / "deploy").glob("gender-coach*"))
PROGRAM = "/opt/gender-coach/.venv/bin/gender-coach"


def _verify(unit: Path) -> list[str]:
    """Return the complaints of `systemd-analyze verify` about this unit only."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("needs systemd-analyze of systemd")
    process = subprocess.run(
        [analyze, "verify", "--man=no", "--recursive-errors=no", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    output = (process.stdout + process.stderr).splitlines()
    return [line for line in output if "gender-coach" in line]


@pytest.mark.parametrize("name", UNITS)
def test_systemd_accepts_the_unit(tmp_path: Path, name: str) -> None:
    """The path of the program is replaced, because it is not installed on this machine."""
    program = tmp_path / "gender-coach"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    for each in UNITS:
        text = (ROOT / "deploy" / each).read_text(encoding="utf-8")
        (tmp_path / each).write_text(text.replace(PROGRAM, str(program)), encoding="utf-8")
    instance = tmp_path / name.replace("@.", "@1.")
    if "@." in name:
        shutil.copy(tmp_path / name, instance)
    assert _verify(instance) == []


def test_invalid_unit_is_rejected(tmp_path: Path) -> None:
    unit = tmp_path / "gender-coach.service"
    text = (ROOT / "deploy" / unit.name).read_text(encoding="utf-8")
    unit.write_text(text.replace("ProtectSystem=strict", "ProtectSystem=sometimes"), "utf-8")
    assert any("ProtectSystem" in line for line in _verify(unit))
