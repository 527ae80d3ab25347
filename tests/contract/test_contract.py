"""The commands agree with the reference on tiny random cycles, whose plans are all enumerated."""

from __future__ import annotations

import csv
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.commands import Command, command_runner
from tests.seeds import seeds

HERE = Path(__file__).parent


def _beside(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"contract_{name}", HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


plain_reading = _beside("plain_reading")
random_cycles = _beside("random_cycles")


@pytest.fixture(scope="module")
def command() -> Command:
    return command_runner("pairs", "match", "check")


PLACES_SOMEBODY = 7
FILES = ("cycle.toml", "--coachees", "coachees.csv", "--coaches", "coaches.csv")


@pytest.mark.parametrize("seed", seeds(range(16), quick=1))
def test_random_cycle_is_solved_to_the_optimum_of_every_assignment(
    command: Command, tmp_path: Path, seed: int
) -> None:
    random_cycles.write(tmp_path, seed)
    assert_optimal(command, tmp_path)


@pytest.mark.parametrize("seed", seeds(range(12), quick=1))
def test_cycle_with_people_in_both_roles_is_solved_to_the_optimum(
    command: Command, tmp_path: Path, seed: int
) -> None:
    random_cycles.write(tmp_path, seed, both_roles=True)
    instance = plain_reading.read(tmp_path)
    assert_optimal(command, tmp_path)
    with (tmp_path / "pairs.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            rows = instance.coachees[row["coachee"]], instance.coaches[row["coach"]]
            same = plain_reading.human(rows[0]) == plain_reading.human(rows[1])
            assert ("same-person" in row["blocked_by"].split(";")) is same


def assert_optimal(command: Command, tmp_path: Path) -> None:
    """Check the commands `pairs`, `match` and `check` for the cycle in a folder."""
    instance = plain_reading.read(tmp_path)

    pairs = command("pairs", *FILES, "--out", "pairs.csv", folder=tmp_path)
    assert pairs.returncode == 0, pairs.stderr
    with (tmp_path / "pairs.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == len(instance.coachees) * len(instance.coaches)
    eligible = {
        (row["coachee"], row["coach"]): int(row["points"])
        for row in rows
        if row["blocked_by"] in ("", "schedule")
    }
    for row in rows:
        pair = row["coachee"], row["coach"]
        if pair in eligible:
            series = plain_reading.all_series(
                instance, plain_reading.common_starts(instance, *pair)
            )
            alone = plain_reading.can_hold(instance, pair[1], [series])
            assert (row["blocked_by"] == "schedule") is not alone, pair

    run = command("match", *FILES, "--out", "out", "--workers", 1, folder=tmp_path)
    optimum = plain_reading.best(instance, eligible)
    if optimum is None:
        assert run.returncode == 2, run.stderr
        assert "pins" in run.stderr
        assert not (tmp_path / "out").exists()
        return
    assert run.returncode == 0, run.stderr
    assert plain_reading.violations(instance, tmp_path / "out") == []
    result = json.loads((tmp_path / "out" / "result.json").read_text(encoding="utf-8"))
    levels = {level["name"]: level for level in result["levels"]}
    reached = {name: levels[name]["value"] for name in ("placed", "worst", "total")}
    assert reached == {
        "placed": optimum.placed, "worst": optimum.worst, "total": optimum.total
    }  # fmt: skip
    assert result["status"] == "optimal"
    assert all(level["proven"] for name, level in levels.items() if name != "schedule")
    assert command("check", "out", folder=tmp_path).returncode == 0


def test_single_worker_with_same_seed_writes_equal_bytes(command: Command, tmp_path: Path) -> None:
    random_cycles.write(tmp_path, PLACES_SOMEBODY)
    texts = []
    for name in ("first", "second"):
        run = command("match", *FILES, "--out", name, "--workers", 1, "--seed", 7, folder=tmp_path)
        assert run.returncode == 0, run.stderr
        text = (tmp_path / name / "result.json").read_text(encoding="utf-8")
        texts.append([line for line in text.splitlines() if '"wall_seconds"' not in line])
    assert texts[0] == texts[1]


def test_check_detects_a_moved_session(command: Command, tmp_path: Path) -> None:
    random_cycles.write(tmp_path, PLACES_SOMEBODY)
    assert command("match", *FILES, "--out", "out", folder=tmp_path).returncode == 0
    path = tmp_path / "out" / "result.json"
    result = json.loads(path.read_text(encoding="utf-8"))
    session = next(match["sessions"][0] for match in result["matches"])
    session["start"] = session["start"].replace("T", "T03:30:00+01:00 was ").partition(" ")[0]
    path.write_text(json.dumps(result), encoding="utf-8")
    assert command("check", "out", folder=tmp_path).returncode != 0


def test_all_faults_of_all_files_are_located_and_nothing_is_written(
    command: Command, tmp_path: Path
) -> None:
    (tmp_path / "coachees.csv").write_text(
        "id,name,email,country,languges,availability,role\n"
        "C-1,A,a@example.org,QQ,en,Mon 09:00-12:00,commander\n"
        "C-1,B,no address,RS,en,Mon 12:00-09:00,king\n",
        encoding="utf-8",
    )
    (tmp_path / "coaches.csv").write_text(
        "id;name;email;country;languages;availability;capacity;rank\n"
        'K-1;C;c@example.org;RS;"en:Z9";"Mon 09:00-12:00";51;pukovnik\n'
        'K-2;D;d@example.org;BA;"en";"Noday 09:00-12:00";1;admiral\n',
        encoding="utf-8",
    )
    (tmp_path / "cycle.toml").write_text(
        "[cycle]\nstart = 2027-01-18\nend = 2027-01-01\n[sessions]\ncont = 6\ncount = 21\n",
        encoding="utf-8",
    )
    run = command("match", *FILES, "--out", "out", folder=tmp_path)
    assert run.returncode == 2
    assert not (tmp_path / "out").exists()
    located = {tuple(line.split(":")[:3]) for line in run.stderr.splitlines()}
    expected = {
        ("coachees.csv", "1", "languges"),
        ("coachees.csv", "2", "country"),
        ("coachees.csv", "3", "id"),
        ("coachees.csv", "3", "email"),
        ("coachees.csv", "3", "availability"),
        ("coachees.csv", "3", "role"),
        ("coaches.csv", "2", "languages"),
        ("coaches.csv", "2", "capacity"),
        ("coaches.csv", "3", "availability"),
        ("coaches.csv", "3", "rank"),
        ("cycle.toml", "5", "sessions.cont"),
        ("cycle.toml", "6", "sessions.count"),
    }
    assert expected <= located, run.stderr
    assert "languages" in next(line for line in run.stderr.splitlines() if "languges" in line)
    assert "Traceback" not in run.stderr
