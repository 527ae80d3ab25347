"""What a manager asks of a finished result: another coach, another policy, another result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.cli import main

if TYPE_CHECKING:
    from conftest import Command


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("what-if") / "before"
    with pytest.raises(SystemExit):
        main(["demo", "--out", str(out)])
    return out


@pytest.fixture(scope="module")
def after(before: Path) -> Path:
    """The same people after C-05's coach has become busy and gaps a week tighter."""
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


def test_a_replacement_is_told_with_its_price_and_times(
    gender_coach: Command, before: Path
) -> None:
    told = gender_coach("replace", before, "C-12")
    assert told.code == 0
    assert "points; costs" in told.out
    (first, *_) = json.loads(gender_coach("replace", before, "C-12", "--json").out)
    assert len(first["times"]) == 6
    late = gender_coach(
        "replace", before, "C-12", "--not-before", "2027-07-01", "--sessions", 1, "--json"
    )
    assert all(one["times"][0][0] >= "2027-07-01" for one in json.loads(late.out))
    nobody = gender_coach("replace", before, "C-12", "--not-before", "2027-07-15", "--sessions", 6)
    assert nobody.out == "Nobody else could coach C-12 without affecting others.\n"
    assert "no coachee C-99" in gender_coach("replace", before, "C-99").err


def test_two_results_are_compared_with_the_reason_of_each_move(
    gender_coach: Command, before: Path, after: Path
) -> None:
    told = gender_coach("compare", before, after)
    assert told.code == 0
    assert "sessions.max_gap_days: 41 instead of 42" in told.out
    assert "instead of K-01 (K-01 is no longer among the coaches)" in told.out
    written = json.loads(gender_coach("compare", before, after, "--json").out)
    assert {level["name"] for level in written["levels"]} >= {"placed", "total"}
    assert "Coachees: no differences" in gender_coach("compare", before, before).out


def test_a_re_match_tells_what_it_changed_and_passes_its_check(
    gender_coach: Command, after: Path
) -> None:
    told = json.loads((after / "result.json").read_text())["moves"]
    gone = [move for move in told if move["because"] == "K-01 is no longer among the coaches"]
    assert {move["before"] for move in gone} == {"K-01"}
    assert gender_coach("check", after).code == 0
    report = (after / "report.html").read_text()
    assert "Changes since the earlier plan" in report
    assert "K-01 is no longer among the coaches" in report


def test_advice_tells_changes_of_the_policy_or_that_there_are_none(
    gender_coach: Command, before: Path
) -> None:
    assert (
        gender_coach("advise", before).out
        == "No single change to the policy would place more people.\n"
    )
    assert json.loads(gender_coach("advise", before, "--json").out) == []
