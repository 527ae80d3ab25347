"""The unit files in `deploy/`, checked with `systemd-analyze verify`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from api.http.bounded_connections import MAX_CONNECTIONS

ROOT = Path(__file__).parents[1]
UNITS = sorted(path.name for path in (ROOT / "deploy").glob("gender-coach*"))
PROGRAM = "/opt/gender-coach/.venv/bin/gender-coach"


def _verify(unit: Path) -> list[str]:
    """Return the complaints of `systemd-analyze verify` about the application's unit."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("needs systemd-analyze (systemd)")
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
    """The path of the program is replaced, because the program is not installed here."""
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


@pytest.mark.parametrize("name", [name for name in UNITS if name.endswith(".service")])
def test_service_has_a_filter_of_system_calls_and_limits_of_resources(name: str) -> None:
    lines = set((ROOT / "deploy" / name).read_text(encoding="utf-8").splitlines())
    assert lines >= {
        "SystemCallFilter=@system-service",
        "SystemCallFilter=~@privileged",
        "SystemCallErrorNumber=EPERM",
        "LimitCORE=0",  # a core dump contains keys
        "TasksMax=512",
        "MemoryMax=80%",
    }
    (files,) = (int(line[12:]) for line in lines if line.startswith("LimitNOFILE="))
    assert files >= 4 * MAX_CONNECTIONS


@pytest.mark.parametrize("name", [name for name in UNITS if name.endswith(".service")])
def test_services_cannot_read_the_history_of_the_code(name: str) -> None:
    lines = (ROOT / "deploy" / name).read_text(encoding="utf-8").splitlines()
    assert "InaccessiblePaths=-/opt/gender-coach/.git" in lines


def test_image_is_built_on_a_base_image_with_a_digest() -> None:
    text = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
    bases = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert bases
    assert all(re.search(r"@sha256:[0-9a-f]{64}$", base) for base in bases)


def test_invalid_unit_is_rejected(tmp_path: Path) -> None:
    unit = tmp_path / "gender-coach.service"
    text = (ROOT / "deploy" / unit.name).read_text(encoding="utf-8")
    unit.write_text(text.replace("ProtectSystem=strict", "ProtectSystem=sometimes"), "utf-8")
    assert any("ProtectSystem" in line for line in _verify(unit))


_SYSTEMD_RUN = """#!/bin/sh
# In place of systemd: lends the credential, reads the settings, and runs the command.
while [ "${1#--}" != "$1" ]; do
    case "$1" in
        --property=LoadCredential=gender-coach-key:*) key="${1##*:}" ;;
        --property=EnvironmentFile=*) settings="${1##*=}" ;;
    esac
    shift
done
export CREDENTIALS_DIRECTORY="$ROOT/credentials"
install -D -m 0440 "$ROOT$key" "$CREDENTIALS_DIRECTORY/gender-coach-key"
set -a; . "$ROOT$settings"; set +a
shift
exec "$PYTHON" -m api "$@"
"""


@pytest.mark.slow
def test_commands_run_with_the_key_and_the_settings_of_the_services(tmp_path: Path) -> None:
    stand_in = tmp_path / "bin" / "systemd-run"
    stand_in.parent.mkdir()
    stand_in.write_text(_SYSTEMD_RUN, encoding="utf-8")
    stand_in.chmod(0o755)
    settings = tmp_path / "etc" / "gender-coach" / "settings"
    settings.parent.mkdir(parents=True)
    settings.write_text(f"GENDER_COACH_DATA_DIR={tmp_path / 'data'}\n", encoding="utf-8")
    environment = {
        "PATH": f"{stand_in.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PYTHON": sys.executable,
        "ROOT": str(tmp_path),
    }

    def run(*words: object) -> str:
        ended = subprocess.run(
            words, env=environment, capture_output=True, text=True, check=False, cwd=tmp_path
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    run(sys.executable, "-m", "api", "keys", "create", "--to", settings.with_name("master.key"))
    as_service = ROOT / "deploy" / "as-gender-coach"
    run(as_service, "migrate")
    assert "/sign-in/" in run(as_service, "user", "add", "anna")
    assert not (tmp_path / "data" / "master.key").exists()
