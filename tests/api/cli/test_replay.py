"""Replays of recorded runs: identical in every process, or with a report of all differences."""

import csv
import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from api.participants.sample import SAMPLE_FILES, sample_file
from tests.commands import Command, Outcome, command_runner_with_hash_seed

pytestmark = pytest.mark.slow

Json = dict[str, Any]
TYPED = ("match", "cycle.toml", "--coachees", "coachees.xlsx", "--coaches", "coaches.csv",
         "--workers", "1", "--seed", "5", "--quiet")  # fmt: skip


_processes = ExitStack()
_runners: dict[str, Command] = {}


@pytest.fixture(scope="module", autouse=True)
def _close_processes() -> Iterator[None]:
    with _processes:
        yield
    _runners.clear()


def typed(*words: object, folder: Path, hash_seed: str = "0") -> Outcome:
    """Run a command in a process with the given hash seed."""
    runner = _runners.get(hash_seed)
    if runner is None:
        process = command_runner_with_hash_seed(hash_seed, "match", "replay")
        runner = _runners[hash_seed] = _processes.enter_context(process)
    return runner(*words, folder=folder)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a result of the sample cycle and another result that keeps its pairs."""
    folder = tmp_path_factory.mktemp("replay")
    for name in SAMPLE_FILES:
        (folder / name).write_bytes(sample_file(name).read_bytes())
    assert typed(*TYPED, "--out", "out", folder=folder).returncode == 0
    kept = typed(*TYPED, "--out", "kept", "--keep", "out/result.json", folder=folder)
    assert kept.returncode == 0, kept.stderr
    return folder


@pytest.fixture
def copy(world: Path, tmp_path: Path) -> Path:
    subprocess.run(["cp", "-r", world / "out", tmp_path / "out"], check=True)  # noqa: S607 - any cp
    return tmp_path / "out"


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of each JSON and CSV file and each input, except measurements."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = str(path.relative_to(folder))
        if name == "run.json":
            yield name, json.dumps(json.loads(path.read_bytes())["run"]).encode()
        elif name == "result.json":
            lines = path.read_bytes().splitlines()
            yield name, b"\n".join(line for line in lines if b'"wall_seconds"' not in line)
        elif name.startswith("inputs") or path.suffix == ".csv":
            yield name, path.read_bytes()


@pytest.mark.parametrize("hash_seed", ["1", "4242", "random"])
def test_equal_runs_write_equal_bytes_with_any_hash_seed(
    world: Path, tmp_path: Path, hash_seed: str
) -> None:
    for name in SAMPLE_FILES:
        (tmp_path / name).write_bytes((world / name).read_bytes())
    again = typed(*TYPED, "--out", "out", folder=tmp_path, hash_seed=hash_seed)
    assert again.returncode == 0, again.stderr
    assert dict(contents(tmp_path / "out")) == dict(contents(world / "out"))


def replayed(folder: Path) -> tuple[int, dict[str, Any]]:
    done = typed("replay", folder, "--json", folder=folder.parent, hash_seed="77")
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize("name", ["out", "kept"])
def test_replay_of_an_unchanged_run_is_equal(world: Path, name: str) -> None:
    code, output = replayed(world / name)
    assert (code, output["equal"], output["differences"], output["way"]) == (0, True, [], None)
    assert output["surroundings"] == []
    assert not output["may_differ"]
    record = json.loads((world / name / "run.json").read_text("utf-8"))
    kept = record["run"]["kept_sha256"]
    assert kept == record["run"]["inputs"].get("kept.json")
    assert (kept is not None) is (name == "kept")
    done = typed("replay", name, folder=world)
    assert done.returncode == 0
    assert "13 matches and all sessions are as recorded" in done.stdout


def altered(path: Path, change: Callable[[Json], object]) -> None:
    value = json.loads(path.read_text("utf-8"))
    change(value)
    path.write_text(json.dumps(value), "utf-8")


def named(output: dict[str, Any]) -> set[str]:
    return {one["about"] for one in output["differences"]}


def test_replay_reports_a_changed_input_and_its_effects(copy: Path) -> None:
    path = copy / "inputs" / "coaches.csv"
    rows = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    removed = next(row for row in rows if row[0] == "K-07")
    rows.remove(removed)
    with path.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows(rows)
    code, output = replayed(copy)
    assert code == 4
    assert {"inputs/coaches.csv", "level placed", "match of C-06"} <= named(output)
    assert "inputs/cycle.toml" not in named(output)
    plain = typed("replay", copy, folder=copy.parent)
    assert plain.returncode == 4
    assert "no differences" not in plain.stdout
    assert "match of C-06: recorded K-07" in plain.stdout


def test_replay_reports_a_changed_match(copy: Path) -> None:
    def change(result: Json) -> None:
        result["matches"][2]["sessions"][0]["uid"] = "another"

    touched = json.loads((copy / "result.json").read_text("utf-8"))["matches"][2]["coachee"]
    altered(copy / "result.json", change)
    code, output = replayed(copy)
    assert code == 4
    assert named(output) == {"result.json", f"match of {touched}"}
    (match,) = (one for one in output["differences"] if one["about"] == f"match of {touched}")
    assert match["recorded"] == "sessions[0].uid another"


def test_replay_reports_a_missing_coachee(copy: Path) -> None:
    altered(copy / "result.json", lambda result: result["unmatched"].clear())
    code, output = replayed(copy)
    assert code == 4
    assert named(output) == {"result.json", "unmatched C-10"}


def test_replay_reports_a_changed_level(copy: Path) -> None:
    altered(copy / "run.json", lambda record: record["run"]["levels"][0].update(value=99))
    code, output = replayed(copy)
    assert code == 4
    assert named(output) == {"level placed"}


def test_replay_reports_another_version_without_a_difference(copy: Path) -> None:
    def change(record: Json) -> None:
        record["run"]["surroundings"]["versions"]["ortools"] = "9.1"

    altered(copy / "run.json", change)
    code, output = replayed(copy)
    assert code == 0
    (one,) = output["surroundings"]
    assert (one["about"], one["recorded"]) == ("version of ortools", "9.1")
    assert "version of ortools: recorded 9.1" in typed("replay", copy, folder=copy.parent).stdout


def test_replay_reports_a_time_limit_that_was_almost_reached(copy: Path) -> None:
    def change(record: Json) -> None:
        record["run"]["parameters"]["time_limit_seconds"] = 600
        record["clock"]["wall_seconds"] = 599

    altered(copy / "run.json", change)
    code, output = replayed(copy)
    assert code == 0
    assert output["may_differ"]


@pytest.mark.parametrize("content", ["{", '{"format": 1}', '{"format": 2}', ""])
def test_faults_in_an_invalid_record_are_located(copy: Path, content: str) -> None:
    (copy / "run.json").write_text(content, "utf-8")
    done = typed("replay", copy, folder=copy.parent)
    assert done.returncode == 2
    assert all(line.startswith(f"{copy}/run.json:1:") for line in done.stderr.splitlines())
    assert "not a run record" in done.stderr


def test_folder_without_a_record_is_rejected(copy: Path) -> None:
    (copy / "run.json").unlink()
    done = typed("replay", copy, folder=copy.parent)
    assert done.returncode == 2
    assert "no such file" in done.stderr
