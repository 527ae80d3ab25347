"""The reading options of `match` and `pairs` (--strict and --encoding), and their messages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from api.input_files.cycle_inputs import ListReading, read_inputs
from api.participants.sample import SAMPLE_FILES, sample_file
from api.results.result_folder import read_result_folder

if TYPE_CHECKING:
    from conftest import Command

CYCLE = "[cycle]\nstart = 2027-01-18\nend = 2027-07-16\n"
HEADER = "id,name,email,country,languages,availability"
COACHEES = f'{HEADER},role,refuses\nC-1,Ana Čavić,a@x.org,SE,en,Mon 09:00-12:00,commander,"{{}}"\n'
COACHES = (
    f"{HEADER},capacity,chain_of_command\n"
    "K-1,Petar Đorđević,k@x.org,SE,{},Mon 09:00-12:00,2,{}\n"
    "K-2,Ivan,i@x.org,SE,en,Mon 09:00-12:00,2,\n"
)


def files(
    folder: Path,
    *,
    refuses: str = "",
    languages: str = "en",
    chain: str = "",
    encoding: str = "utf-8",
) -> list[object]:
    (folder / "cycle.toml").write_text(CYCLE)
    (folder / "c.csv").write_bytes(COACHEES.format(refuses).encode())
    (folder / "k.csv").write_bytes(COACHES.format(languages, chain).encode(encoding))
    return [folder / "cycle.toml", "--coachees", folder / "c.csv", "--coaches", folder / "k.csv"]


def test_understood_values_are_reported_and_refused_with_strict(
    gender_coach: Command, tmp_path: Path
) -> None:
    given = files(tmp_path, languages="engleski")
    done = gender_coach("pairs", *given, "--out", "-")
    assert (done.code, done.out.splitlines()[1][:12]) == (0, "C-1,K-1,yes,")
    assert f'{tmp_path}/k.csv:2:languages: read "engleski" as en' in done.err.splitlines()
    strict = gender_coach("pairs", *given, "--out", "-", "--strict")
    assert strict.code == 2
    assert "k.csv:2:languages: 'engleski' is not a language code" in strict.err


@pytest.mark.parametrize(
    ("values", "place"),
    [({"refuses": "K-9"}, "c.csv:2:refuses"), ({"chain": "C-9"}, "k.csv:2:chain_of_command")],
)
def test_unknown_id_is_a_warning_and_an_error_with_strict(
    gender_coach: Command, tmp_path: Path, values: dict[str, str], place: str
) -> None:
    given = files(tmp_path, **values)
    done = gender_coach("pairs", *given, "--out", "-")
    assert done.code == 0
    assert f"{tmp_path}/{place}: warning: " in done.err
    strict = gender_coach("pairs", *given, "--out", "-", "--strict")
    assert (strict.code, f"{tmp_path}/{place}: '" in strict.err) == (2, True)
    assert "warning" not in gender_coach("pairs", *files(tmp_path), "--out", "-").err


def test_unit_in_a_chain_of_command_is_not_taken_for_an_id(
    gender_coach: Command, tmp_path: Path
) -> None:
    given = files(tmp_path, chain="2nd Brigade")
    assert gender_coach("pairs", *given, "--out", "-", "--strict").code == 0


def test_refusals_separated_by_a_comma_are_all_kept(gender_coach: Command, tmp_path: Path) -> None:
    done = gender_coach("pairs", *files(tmp_path, refuses="K-1, K-2"), "--out", "-")
    assert [line.split(",")[2] for line in done.out.splitlines()[1:]] == ["no", "no"]
    assert f'{tmp_path}/c.csv:2:refuses: read "K-1, K-2" as K-1; K-2' in done.err


def test_encoding_and_strictness_are_recorded_and_used_again(
    gender_coach: Command, tmp_path: Path
) -> None:
    given, out = files(tmp_path, encoding="cp1250"), tmp_path / "out"
    refused = gender_coach("match", *given, "--out", out)
    assert (refused.code, out.exists()) == (2, False)
    assert '--encoding windows-1250 if "Đorđević" looks right' in refused.err
    chosen = ["--encoding", "windows-1250", "--strict", "--quiet"]
    done = gender_coach("match", *given, "--out", out, *chosen)
    assert (done.code, done.err) == (0, "")
    parameters = json.loads((out / "run.json").read_bytes())["run"]["parameters"]
    assert (parameters["encoding"], parameters["strict"]) == ("windows-1250", True)
    assert read_result_folder(out).inputs.roster.coaches[0].name == "Petar Đorđević"
    assert gender_coach("check", out).code == 0
    assert gender_coach("replay", out).code == 0


@pytest.mark.parametrize("name", ["windows-9999", "hex", "rot13"])
def test_unknown_encoding_is_refused(gender_coach: Command, tmp_path: Path, name: str) -> None:
    refused = gender_coach("pairs", *files(tmp_path), "--out", "-", "--encoding", name)
    assert (refused.code, f"{name} is not a known encoding" in refused.err) == (2, True)


def test_tidy_files_are_read_as_with_strict_and_recorded_as_before(
    gender_coach: Command, tmp_path: Path
) -> None:
    for name in SAMPLE_FILES:
        (tmp_path / name).write_bytes(sample_file(name).read_bytes())
    paths = [tmp_path / name for name in SAMPLE_FILES]
    read, strict = (
        read_inputs(paths[0], paths[1], paths[2], None, ListReading(strict=one))
        for one in (False, True)
    )
    assert (read.roster, read.sha256, read.understood) == (strict.roster, strict.sha256, ())
    given, out = files(tmp_path), tmp_path / "out"
    assert gender_coach("match", *given, "--out", out, "--quiet").code == 0
    parameters = json.loads((out / "run.json").read_bytes())["run"]["parameters"]
    assert set(parameters) == {"seed", "workers", "time_limit_seconds"}
