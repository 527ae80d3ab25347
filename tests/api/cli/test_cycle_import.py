"""`gender-coach cycle import` shows the changes in lists, and asks before using the lists."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from api.cli import build_application
from api.participants.rosters import listed_roster
from tests.api.conftest import coaches_csv

if TYPE_CHECKING:
    from conftest import World


@pytest.mark.parametrize(
    ("content", "typed", "used"),
    [
        (coaches_csv(3), "y\n", True),
        (coaches_csv(3), "n\n", False),
        (coaches_csv(1), "y\nn\n", False),
        (coaches_csv(1), "y\ny\n", True),
    ],
)
def test_lists_are_used_only_if_confirmed(
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    typed: str,
    *,
    used: bool,
) -> None:
    cycle_id = world.cycle()
    (tmp_path / "coaches.csv").write_bytes(content)
    settings = world.services.settings
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    arguments = [cycle_id, "--coaches", str(tmp_path / "coaches.csv")]
    arguments += ["--data", str(settings.data_dir)]
    result = CliRunner().invoke(
        build_application("cycle"), ["cycle", "import", *arguments], input=typed
    )
    assert result.exit_code == 0, result.output
    assert "Coaches: " in result.output
    with world.database.reading() as tx:
        coaches = listed_roster(tx, cycle_id).coaches
    assert len(coaches) == (content.count(b"\n") if used else 2)
