"""The commands `replace`, `compare` and `advise`, and re-matching."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.cli import main

if TYPE_CHECKING:
    from conftest import Command

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("what-if") / "before"
    with pytest.raises(SystemExit):
        main(["demo", "--out", str(out)])
    return out


@pytest.fixture(scope="module")
def after(before: Path) -> Path:
    """Return a re-match of the same cycle without coach K-01 and with shorter maximum gaps."""
    inputs = before.parent / "changed"
    inputs.mkdir()
    for file in (before / "inputs").iterdir():
        (inputs / file.name).write_bytes(file.read_bytes())
    coaches = (inputs / "coaches.csv").read_text("utf-8-sig")
    lines = [line for line in coaches.splitlines() if not line.startswith("K-01")]
    assert len(lines) == len(coaches.splitlines()) - 1
    (inputs / "coaches.csv").write_text("\n".join(lines) + "\n")
    policy = (inputs / "cycle.toml").read_text().replace("max_gap_days = 42", "max_gap_days = 41")
    (inputs / "cycle.toml").write_text(policy)
    out = before.parent / "after"
    with pytest.raises(SystemExit) as ended:
        main(["match", str(inputs / "cycle.toml"), "--coachees", str(inputs / "coachees.xlsx"),
              "--coaches", str(inputs / "coaches.csv"), "--keep", str(before / "result.json"),
              "--out", str(out), "--quiet"])  # fmt: skip
    assert not ended.value.code
    return out


def test_replace_prints_price_and_times(gender_coach: Command, before: Path) -> None:
    output = gender_coach("replace", before, "C-12")
    assert output.code == 0
    assert "points; the plan loses" in output.out
    (first, *_) = json.loads(gender_coach("replace", before, "C-12", "--json").out)
    assert len(first["times"]) == 6
    late = gender_coach(
        "replace", before, "C-12", "--not-before", "2027-07-01", "--sessions", 1, "--json"
    )
    assert all(one["times"][0][0] >= "2027-07-01" for one in json.loads(late.out))
    none_found = gender_coach(
        "replace", before, "C-12", "--not-before", "2027-07-15", "--sessions", 6
    )
    assert none_found.out == "No other coach is available for C-12 without affecting others.\n"
    assert "no coachee C-99" in gender_coach("replace", before, "C-99").err


def test_compare_prints_the_reason_for_each_move(
    gender_coach: Command, before: Path, after: Path
) -> None:
    output = gender_coach("compare", before, after)
    assert output.code == 0
    assert "sessions.max_gap_days: 41 instead of 42" in output.out
    levels = [line.split() for line in output.out.splitlines()]
    assert ["level", "before", "after", "gain"] in levels
    assert any(line[:1] == ["placed"] and line[-1].startswith(("+", "-")) for line in levels)
    assert "instead of K-01 (K-01 is no longer in the list of coaches)" in output.out
    written = json.loads(gender_coach("compare", before, after, "--json").out)
    assert {level["name"] for level in written["levels"]} >= {"placed", "total"}
    assert "Coachees: no differences" in gender_coach("compare", before, before).out


def test_rematch_reports_its_changes_and_passes_check(gender_coach: Command, after: Path) -> None:
    moves = json.loads((after / "result.json").read_text())["moves"]
    coach_left = [
        move for move in moves if move["because"] == "K-01 is no longer in the list of coaches"
    ]
    assert {move["before"] for move in coach_left} == {"K-01"}
    assert gender_coach("check", after).code == 0
    report = (after / "report.html").read_text()
    assert "Changes since the earlier plan" in report
    assert "K-01 is no longer in the list of coaches" in report


def test_advise_without_suggestions_prints_a_message(gender_coach: Command, before: Path) -> None:
    assert (
        gender_coach("advise", before).out
        == "No policy change was found that would place more people. A change for a single "
        "person may still help; see the people without a coach.\n"
    )
    assert json.loads(gender_coach("advise", before, "--json").out) == []
