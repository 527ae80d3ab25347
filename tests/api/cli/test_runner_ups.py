"""Failed and interrupted searches for next best coaches do not affect the plan."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest

from api.participants.sample import SAMPLE_FILES, sample_file
from matching.deadline import SolverError
from matching.errors import CancelledError
from matching.explanation.runner_ups import RunnerUps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Command

    from matching.deadline import Deadline
    from matching.explanation import RunnerUp

RESULTS = {"result.json", "run.json", "schedule.csv", "schedule.xlsx", "unmatched.csv", "invites"}
FOUND_BEFORE = 3


@pytest.fixture
def end_search(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Return a function that makes the search for next best coaches end after three matches.

    The search calls the function's argument at that point.
    """
    search = RunnerUps.all

    def end_by(end: Callable[[], object]) -> None:
        def fail(
            self: RunnerUps, deadline: Deadline, *, most_pairs: int
        ) -> Iterator[tuple[str, RunnerUp | None]]:
            for number, found in enumerate(search(self, deadline, most_pairs=most_pairs)):
                if number == FOUND_BEFORE:
                    end()
                yield found

        monkeypatch.setattr(RunnerUps, "all", fail)

    return end_by


@pytest.fixture
def match(gender_coach: Command, tmp_path: Path) -> Callable[[], Path]:
    """Return a function that matches the sample cycle and returns the checked results folder."""

    def run() -> Path:
        for name in SAMPLE_FILES:
            (tmp_path / name).write_bytes(sample_file(name).read_bytes())
        out = tmp_path / "out"
        done = gender_coach(
            "match", tmp_path / "cycle.toml", "--coachees", tmp_path / "coachees.xlsx",
            "--coaches", tmp_path / "coaches.csv", "--out", out, "--quiet",
        )  # fmt: skip
        assert done.code == 0
        assert {path.name for path in out.iterdir()} >= RESULTS
        assert gender_coach("check", out).code == 0
        return out

    return run


def _count_not_determined(out: Path, reason: str) -> None:
    matches = json.loads((out / "result.json").read_text("utf-8"))["matches"]
    report = (out / "report.html").read_text("utf-8")
    not_determined = report.count("<summary>The next best coach was not determined</summary>")
    assert not_determined == report.count(reason) == len(matches) - FOUND_BEFORE > 0
    assert report.count("<summary>The next best coach is") == FOUND_BEFORE


def test_failed_search_for_next_best_coaches_keeps_the_results(
    end_search: Callable[[Callable[[], object]], None],
    match: Callable[[], Path],
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail() -> None:
        raise SolverError("HiGHS answered about Petar Uzor")

    end_search(fail)
    _count_not_determined(match(), "The search for the next best coaches failed.")
    (record,) = [record for record in caplog.records if record.name == "api.cli.runner_ups"]
    assert "SolverError at " in record.getMessage()
    assert "Petar" not in record.getMessage(), "exception messages can name people"


@pytest.mark.slow
@pytest.mark.parametrize("presses", [1, 2])
def test_ctrl_c_during_the_search_for_next_best_coaches_keeps_the_results(
    end_search: Callable[[Callable[[], object]], None], match: Callable[[], Path], presses: int
) -> None:
    def press() -> None:
        for _ in range(presses):
            signal.raise_signal(signal.SIGINT)
        raise CancelledError("the run was cancelled")  # as the next check would do

    end_search(press)
    _count_not_determined(match(), "The search for the next best coaches was interrupted.")
