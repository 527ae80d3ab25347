"""Every command succeeds on degenerate cycles, such as one without people."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Command

COACHEES = "id,name,email,country,languages,availability,role,refuses\n"
COACHES = "id,name,email,country,languages,availability,capacity\n"
CYCLE = "[cycle]\nstart = 2027-01-18\nend = 2027-07-16\n"
ONE_DAY = "[cycle]\nstart = 2027-01-18\nend = 2027-01-18\n[sessions]\ncount = 1\n"
TOO_SHORT = "[cycle]\nstart = 2027-01-18\nend = 2027-02-12\n"


def coachees(count: int, refuses: str = "") -> str:
    return COACHEES + "".join(
        f"C-{n},Same,c{n}@example.org,SE,en,Mon 09:00-12:00,commander,{refuses}\n"
        for n in range(count)
    )


def coaches(count: int, capacity: int = 2) -> str:
    return COACHES + "".join(
        f"K-{n},Same,k{n}@example.org,SE,en,Mon 09:00-12:00,{capacity}\n" for n in range(count)
    )


@dataclass(frozen=True)
class Degenerate:
    """A degenerate cycle, how many coachees are placed, and why the first unmatched one is not."""

    name: str
    coachees: str
    coaches: str
    placed: int
    reason: str = ""
    cycle: str = CYCLE


CASES = (
    Degenerate("nobody", COACHEES, COACHES, 0),
    Degenerate("no coachee", COACHEES, coaches(2), 0),
    Degenerate("no coach", coachees(2), COACHES, 0, "nobody-eligible"),
    Degenerate("one of each", coachees(1), coaches(1), 1),
    Degenerate("no capacity", coachees(2), coaches(2, 0), 0, "all-taken"),
    Degenerate("all refused", coachees(2, "K-0;K-1"), coaches(2), 0, "nobody-eligible"),
    Degenerate("one day", coachees(2), coaches(1), 2, cycle=ONE_DAY),
    Degenerate("too short", coachees(2), coaches(2), 0, "nobody-schedulable", cycle=TOO_SHORT),
    Degenerate("identical people", coachees(5), coaches(2), 4, "all-taken"),
    Degenerate("ties everywhere", coachees(6), coaches(6), 6),
)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_command_succeeds_on_a_degenerate_cycle(
    case: Degenerate, gender_coach: Command, tmp_path: Path
) -> None:
    for name, text in (
        ("cycle.toml", case.cycle), ("coachees.csv", case.coachees), ("coaches.csv", case.coaches),
    ):  # fmt: skip
        (tmp_path / name).write_text(text, "utf-8")
    files = (tmp_path / "cycle.toml", "--coachees", tmp_path / "coachees.csv",
             "--coaches", tmp_path / "coaches.csv", "--out")  # fmt: skip
    out = tmp_path / "out"

    matched = gender_coach("match", *files, out, "--workers", 1)
    assert (matched.code, matched.err) == (0, "")
    result = json.loads((out / "result.json").read_text("utf-8"))
    assert len(result["matches"]) == case.placed
    assert result["status"] == "optimal"
    assert [one["reason"] for one in result["unmatched"]][:1] == ([case.reason] if case.reason
                                                                   else [])  # fmt: skip
    everybody = case.coachees.count("\n") - 1
    assert len(result["matches"]) + len(result["unmatched"]) == everybody
    for outcome in (matched, gender_coach("check", out), gender_coach("replay", out)):
        assert (outcome.code, outcome.err) == (0, ""), outcome
        assert_plain_plurals(outcome.out)
    for coachee in [one["coachee"] for one in (*result["matches"], *result["unmatched"])][:2]:
        explained = gender_coach("explain", out, coachee)
        assert (explained.code, explained.err) == (0, "")
        assert_plain_plurals(explained.out)
        assert json.loads(gender_coach("explain", out, coachee, "--json").out)["coachee"] == coachee
    for command in ("advise",):
        assert gender_coach(command, out).code == 0
    kept = gender_coach(
        "match", *files, tmp_path / "kept", "--keep", out / "result.json", "--quiet"
    )
    assert (kept.code, kept.out, kept.err) == (0, "", "")
    again = json.loads((tmp_path / "kept" / "result.json").read_text("utf-8"))
    assert again["matches"] == result["matches"]
    assert gender_coach("check", tmp_path / "kept").code == 0
    pairs = gender_coach("pairs", *files, tmp_path / "pairs.csv")
    assert pairs.code == 0
    assert_plain_plurals(pairs.out)


def assert_plain_plurals(text: str) -> None:
    """Check that nouns are singular after 1, and plural after other numbers."""
    nouns = ("pair", "match", "session", "coachee", "coach", "point", "finding", "difference")
    for noun in nouns:
        plural = f"{noun}es" if noun.endswith("ch") else f"{noun}s"
        words = text.replace("\n", " ").replace(",", " ").replace(".", " ").split(" ")
        for number, word in pairwise(words):
            if number.isdigit():
                assert (number == "1") or word != noun, f"{number} {word}"
                assert number != "1" or word != plural, f"{number} {word}"
