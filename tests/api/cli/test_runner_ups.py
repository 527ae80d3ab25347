"""Next best coaches for the report of a run: what is written when their search fails."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from api.participants.sample import SAMPLE_FILES, sample_file
from matching.deadline import SolverError
from matching.explanation.runner_ups import RunnerUps

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Command

    from matching.explanation import RunnerUp

RESULTS = {"result.json", "run.json", "schedule.csv", "schedule.xlsx", "unmatched.csv", "invites"}
FOUND_BEFORE = 3


@pytest.fixture
def failing_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search for next best coaches fails after the third match."""
    search = RunnerUps.all

    def fail(self: RunnerUps) -> Iterator[tuple[str, RunnerUp | None]]:
        for (coachee, found), _ in zip(search(self), range(FOUND_BEFORE), strict=False):
            yield coachee, found
        raise SolverError("HiGHS answered about Petar Uzor")

    monkeypatch.setattr(RunnerUps, "all", fail)


@pytest.mark.usefixtures("failing_search")
def test_a_failing_search_for_next_best_coaches_does_not_lose_the_results(
    gender_coach: Command, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in SAMPLE_FILES:
        (tmp_path / name).write_bytes(sample_file(name).read_bytes())
    out = tmp_path / "out"
    done = gender_coach(
        "match", tmp_path / "cycle.toml", "--coachees", tmp_path / "coachees.xlsx",
        "--coaches", tmp_path / "coaches.csv", "--out", out, "--quiet",
    )  # fmt: skip
    assert done.code == 0
    assert {path.name for path in out.iterdir()} >= RESULTS
    matches = json.loads((out / "result.json").read_text("utf-8"))["matches"]
    report = (out / "report.html").read_text("utf-8")
    not_determined = report.count("<summary>The next best coach was not determined</summary>")
    assert not_determined == len(matches) - FOUND_BEFORE > 0
    assert report.count("<summary>The next best is") == FOUND_BEFORE
    assert gender_coach("check", out).code == 0
    (record,) = [record for record in caplog.records if record.name == "api.cli.runner_ups"]
    assert "SolverError at " in record.getMessage()
    assert "Petar" not in record.getMessage(), "messages can name people"
