"""The guide about untidy lists: every command works and prints the output shown there."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.input_files.cycle_inputs import read_inputs

if TYPE_CHECKING:
    from conftest import Command

GUIDE = Path(__file__).parents[3] / "docs/how-to/import-untidy-lists.md"
BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
REFUSED = 2
CODES = [REFUSED, REFUSED, 0, 0, 0]


def test_commands_of_the_guide_print_what_it_shows(
    gender_coach: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(GUIDE.parent / "untidy-lists", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    codes, printed, shown = [], [], 0
    for kind, block in BLOCK.findall(GUIDE.read_text("utf-8")):
        if kind == "sh":
            program, *words = shlex.split(block)
            assert program == "gender-coach"
            done = gender_coach(*words)
            codes.append(done.code)
            printed = [*done.out.splitlines(), *done.err.splitlines()]
        else:
            assert [line for line in block.splitlines() if line not in printed] == []
            shown += 1
    assert (codes, shown) == (CODES, 5)


def test_corrected_list_differs_from_the_first_one_only_in_its_two_errors() -> None:
    lists = GUIDE.parent / "untidy-lists"
    first, corrected = (
        (lists / name).read_text("cp1250").splitlines()
        for name in ("polaznici.csv", "polaznici-corrected.csv")
    )
    assert [
        n for n, pair in enumerate(zip(first, corrected, strict=True), 1) if len({*pair}) > 1
    ] == [
        5,
        6,
    ]


def test_values_of_person_end_the_suggestion(
    gender_coach: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(GUIDE.parent / "untidy-lists", tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    text = (tmp_path / "polaznici-corrected.csv").read_text("cp1250")
    lines = text.splitlines()
    lines[2] += ";person"
    lines[3:] = [f"{line};{line[:4]}" for line in lines[3:]]
    (tmp_path / "c.csv").write_text("\n".join(lines), "utf-8")
    given = ("cycle.toml", "--coachees", "c.csv", "--coaches", "trajneret.csv")
    done = gender_coach("import", *given)
    assert (done.code, "Possibly the same person" in done.out) == (0, False)
    read = read_inputs(Path("cycle.toml"), Path("c.csv"), Path("trajneret.csv"))
    assert [one.person for one in read.roster.coachees] == ["P-01", "P-02", "P-03"]
