"""A whole cycle through `gender-coach cycle`, alongside a running server that performs the jobs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from typer.testing import CliRunner

from api.cli import build_application
from api.participants.sample import sample_file
from api.settings import Settings
from coach.errors import UnusableInputError
from tests.mail_server import mail_server

if TYPE_CHECKING:
    from conftest import World

pytestmark = pytest.mark.slow

Invoke = Callable[..., str]


@pytest.fixture
def cycle(monkeypatch: pytest.MonkeyPatch, world: World) -> Invoke:
    """Return a function that runs `gender-coach cycle` with arguments and returns its output."""
    settings = world.services.settings
    monkeypatch.setenv("DATABASE_URL", settings.database_url)

    def invoke(*words: str) -> str:
        arguments = ["cycle", *words, "--data", str(settings.data_dir)]
        done = CliRunner().invoke(build_application("cycle"), arguments, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    return invoke


def sample(folder: Path, name: str) -> str:
    (folder / name).write_bytes(sample_file(name).read_bytes())
    return str(folder / name)


def test_a_cycle_is_run_from_its_file_to_sent_invitations(
    world: World,
    cycle: Invoke,
    serve: Callable[[Settings], AbstractContextManager[httpx.Client]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    def as_json(*words: str) -> Any:  # noqa: ANN401 - any JSON value
        return json.loads(cycle(*words, "--json"))

    created = as_json("create", sample(tmp_path, "cycle.toml"))
    ident = created["id"]
    lists = (
        *("--coachees", sample(tmp_path, "coachees.xlsx")),
        *("--coaches", sample(tmp_path, "coaches.csv")),
    )
    assert as_json("import", ident, *lists, "--yes") == {"used": True, "concerns": []}
    assert "14 coachees, 9 coaches" in cycle("list")
    with mail_server() as mails:
        monkeypatch.setenv("GENDER_COACH_MAIL__HOST", "127.0.0.1")
        monkeypatch.setenv("GENDER_COACH_MAIL__PORT", str(mails.port))
        monkeypatch.setenv("GENDER_COACH_MAIL__SECURITY", "none")
        used = world.services.settings
        settings = Settings(data_dir=used.data_dir, port=0, database_url=used.database_url)
        with serve(settings):
            run = as_json("run", ident, "--time-limit", "120")
            assert run["state"] == "finished"
            assert as_json("show", ident)["draft_plan_ids"] == [run["plan_id"]]
            published = as_json("publish", ident)
            assert published["requests"] == 2 * 13 * 6
            assert "no reply yet" in cycle("sessions", ident).splitlines()[0]
            assert len(as_json("sessions", ident)) == 13 * 6
            assert as_json("send", ident)["waiting"] > 0
            while len(mails.taken) < 2 * 13 * 6:
                time.sleep(0.1)
    assert cycle("policy", ident) == sample_file("cycle.toml").read_text("utf-8")


def test_wrong_files_change_nothing(cycle: Invoke, world: World, tmp_path: Path) -> None:
    ident = world.cycle()
    wrong = tmp_path / "cycle.toml"
    wrong.write_text("[cycle]\nstart = 1\n")
    with pytest.raises(UnusableInputError):
        cycle("policy", ident, str(wrong))
    shorter = tmp_path / "coaches.csv"
    shorter.write_bytes(sample_file("coaches.csv").read_bytes())
    used = json.loads(cycle("import", ident, "--coaches", str(shorter), "--yes", "--json"))
    assert used["used"] is False
    assert used["concerns"]
    assert "3 coachees, 2 coaches" in cycle("show", ident)
