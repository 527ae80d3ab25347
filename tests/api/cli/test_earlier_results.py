"""Two successive cycles; the second takes the pairs of the first into account."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from api.cli.earlier_option import with_repeated_option
from tests.commands import Command, Outcome, command_runner

pytestmark = pytest.mark.slow

HEADER = "id,name,email,country,languages,availability,person"
HOURS = "Mon 09:00-16:00; Tue 09:00-16:00"
CYCLE = """
[cycle]
start = 2027-01-18
end = 2027-03-26
[sessions]
count = 2
minutes = 60
min_gap_days = 7
max_gap_days = 14
[rules.country]
relation = "prefer-same"
"""
PEOPLE = ("cycle.toml", "--coachees", "coachees.csv", "--coaches", "coaches.csv")


@pytest.fixture(scope="module")
def command() -> Command:
    return command_runner("match", "pairs", "check", "replay")


def write(folder: Path, earlier: str | None, coachees: list[str], coaches: list[str]) -> None:
    """Write the files of a cycle. Each person is given as `id,name,country,person`."""
    folder.mkdir(exist_ok=True)
    rule = f'[rules.repeat]\nearlier = "{earlier}"\n' if earlier else ""
    (folder / "cycle.toml").write_text(CYCLE + rule, "utf-8")
    for name, people, more, value in (
        ("coachees", coachees, "role", "commander"),
        ("coaches", coaches, "capacity", "1"),
    ):
        rows = [f"{HEADER},{more}"]
        for written in people:
            one, known_as, country, person = written.split(",")
            address = f"{known_as.split()[0].lower()}@example.org"
            rows.append(f"{one},{known_as},{address},{country},en:C1,{HOURS},{person},{value}")
        (folder / f"{name}.csv").write_text("\n".join(rows) + "\n", "utf-8")


def first_and_second(tmp_path: Path, command: Command, earlier: str | None) -> Path:
    """Solve a cycle in which Ana has Petar and Ben has Vera; return the folder of the next cycle.

    In the next cycle, the ids are exchanged, Ana's name is in another script, and Vera has another
    address but the same `person`.
    """
    write(
        tmp_path / "first",
        None,
        ["C-1,Ana Kos,AL,", "C-2,Ben Hill,SE,"],
        ["K-1,Petar Hoxha,AL,", "K-2,Vera Berg,SE,P-7"],
    )
    made = command("match", *PEOPLE, "--out", "out", "--quiet", folder=tmp_path / "first")
    assert made.returncode == 0, made.stderr
    assert pairs_of(tmp_path / "first" / "out") == {("C-1", "K-1"), ("C-2", "K-2")}
    second = tmp_path / "second"
    write(
        second,
        earlier,
        ["C-2,Ана Кос,AL,", "C-1,Ben Hill,SE,"],  # noqa: RUF001 - the same name in Cyrillic
        ["K-2,Petar Hoxha,AL,", "K-1,Wera Berg,SE,P-7"],
    )
    text = (second / "coachees.csv").read_text("utf-8").replace("ана@", "ANA@")
    (second / "coachees.csv").write_text(text, "utf-8")
    return second


EARLIER = ("--earlier", "../first/out/result.json")


def solve(command: Command, folder: Path, *words: object, out: str = "out") -> Outcome:
    return command("match", *PEOPLE, "--out", out, "--quiet", *words, folder=folder)


def result_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "result.json").read_bytes())
    return found


def pairs_of(folder: Path) -> set[tuple[str, str]]:
    return {(match["coachee"], match["coach"]) for match in result_of(folder)["matches"]}


def without_duration(folder: Path) -> dict[str, Any]:
    return result_of(folder) | {"wall_seconds": 0}


AGAIN = {("C-2", "K-2"), ("C-1", "K-1")}
EXCHANGED = {("C-2", "K-1"), ("C-1", "K-2")}


@pytest.mark.parametrize("earlier", ["avoid", "forbid"])
def test_pairs_of_the_earlier_cycle_are_recognised_by_human_and_not_repeated(
    tmp_path: Path, command: Command, earlier: str
) -> None:
    second = first_and_second(tmp_path, command, earlier)
    assert solve(command, second, *EARLIER).returncode == 0
    assert pairs_of(second / "out") == EXCHANGED
    levels = [(level["name"], level["value"]) for level in result_of(second / "out")["levels"]]
    assert levels[2] == (("repeat", 0) if earlier == "avoid" else ("worst", levels[2][1]))
    assert solve(command, second, out="alone").returncode == 0
    assert pairs_of(second / "alone") == AGAIN
    names = [level["name"] for level in result_of(second / "alone")["levels"]]
    assert "repeat" not in names


@pytest.mark.parametrize("earlier", [None, "allow"])
def test_earlier_results_change_nothing_if_the_cycle_allows_their_pairs(
    tmp_path: Path, command: Command, earlier: str | None
) -> None:
    second = first_and_second(tmp_path, command, earlier)
    assert solve(command, second, *EARLIER).returncode == 0
    assert solve(command, second, out="alone").returncode == 0
    assert without_duration(second / "out") == without_duration(second / "alone")
    assert "people" not in result_of(second / "out")
    assert command("check", "out", folder=second).returncode == 0
    assert command("replay", "out", folder=second).returncode == 0


@pytest.mark.parametrize("earlier", ["avoid", "forbid"])
def test_result_folder_is_enough_to_check_and_to_replay(
    tmp_path: Path, command: Command, earlier: str
) -> None:
    second = first_and_second(tmp_path, command, earlier)
    assert solve(command, second, *EARLIER).returncode == 0
    (tmp_path / "first" / "out" / "result.json").unlink()
    kept = second / "out" / "inputs" / "earlier-1.json"
    record = json.loads((second / "out" / "run.json").read_bytes())
    assert "earlier-1.json" in record["run"]["inputs"]
    assert "@" not in kept.read_text("utf-8")
    for name in ("check", "replay"):
        done = command(name, "out", folder=second)
        assert done.returncode == 0, done.stderr + done.stdout
    kept.write_text(kept.read_text("utf-8").replace('"C-1"', '"C-9"'), "utf-8")
    assert command("check", "out", folder=second).returncode == 4


def test_repeated_pair_is_marked_with_the_name_of_its_cycle(
    tmp_path: Path, command: Command
) -> None:
    second = first_and_second(tmp_path, command, "avoid")
    named = tmp_path / "first" / "out" / "inputs" / "cycle.toml"
    named.write_text(
        named.read_text("utf-8").replace("[cycle]", '[cycle]\nname = "Spring"'), "utf-8"
    )
    cycle = second / "cycle.toml"
    cycle.write_text(cycle.read_text("utf-8") + '[pins]\nC-2 = "K-2"\n', "utf-8")
    made = command("match", *PEOPLE, "--out", "out", *EARLIER, folder=second)
    assert made.returncode == 0, made.stderr
    assert "repeat: a pair in Spring, which is allowed" in made.stdout
    marks = {
        match["coachee"]: [one for one in match["verdicts"] if one["rule"] == "repeat"]
        for match in result_of(second / "out")["matches"]
    }
    assert [len(marks[one]) for one in ("C-1", "C-2")] == [1, 1]
    assert (marks["C-2"][0]["points"], marks["C-2"][0]["weight"]) == (100, 0)
    assert marks["C-2"][0]["because"] == "a pair in Spring, which is allowed"
    report = (second / "out" / "report.html").read_text("utf-8")
    assert "2 pairs were also pairs in an earlier cycle" in report
    assert (report.count(">Repeated pair<"), report.count(">Pinned<")) == (2, 1)
    named.unlink()
    for name in ("check", "replay"):
        done = command(name, "out", folder=second)
        assert done.returncode == 0, done.stderr + done.stdout


def test_check_finds_a_planted_repeat(tmp_path: Path, command: Command) -> None:
    second = first_and_second(tmp_path, command, "forbid")
    assert solve(command, second, out="alone").returncode == 0
    assert solve(command, second, *EARLIER).returncode == 0
    stored = result_of(second / "out")
    planted = stored | {"matches": result_of(second / "alone")["matches"]}
    (second / "out" / "result.json").write_text(json.dumps(planted), "utf-8")
    found = command("check", "out", folder=second)
    assert found.returncode == 4
    assert "a pair in an earlier cycle" in found.stderr


def test_result_of_a_cycle_with_the_rule_stands_alone(tmp_path: Path, command: Command) -> None:
    second = first_and_second(tmp_path, command, "forbid")
    assert solve(command, second).returncode == 0
    (tmp_path / "moved.json").write_bytes((second / "out" / "result.json").read_bytes())
    renumbered = (second / "coachees.csv").read_text("utf-8").replace("C-", "D-")
    (second / "coachees.csv").write_text(renumbered, "utf-8")
    assert solve(command, second, "--earlier", "../moved.json", out="third").returncode == 0
    assert pairs_of(second / "third") == {("D-2", "K-1"), ("D-1", "K-2")}


def test_people_without_keys_are_recognised_by_id(tmp_path: Path, command: Command) -> None:
    second = first_and_second(tmp_path, command, "forbid")
    (tmp_path / "moved.json").write_bytes((tmp_path / "first/out/result.json").read_bytes())
    assert solve(command, second, "--earlier", "../moved.json").returncode == 0
    assert pairs_of(second / "out") == EXCHANGED  # as other people, `C-1` and `K-1` are a pair
    (second / "coaches.csv").write_text(
        (second / "coaches.csv").read_text("utf-8").replace("K-", "L-"), "utf-8"
    )
    assert solve(command, second, "--earlier", "../moved.json", out="other").returncode == 0
    assert pairs_of(second / "other") == {("C-2", "L-2"), ("C-1", "L-1")}


def test_pairs_names_the_rule_for_several_earlier_results(tmp_path: Path, command: Command) -> None:
    second = first_and_second(tmp_path, command, "forbid")
    assert solve(command, second, *EARLIER).returncode == 0
    both = (*EARLIER, "out/result.json")
    made = command("pairs", *PEOPLE, "--out", "pairs.csv", *both, folder=second)
    assert made.returncode == 0, made.stderr
    with (second / "pairs.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["blocked_by"] for row in rows] == ["repeat"] * 4
    assert solve(command, second, *both, out="both").returncode == 0
    entries = result_of(second / "both")["unmatched"]
    assert [entry["reason"] for entry in entries] == ["nobody-eligible"] * 2
    assert {"rule": "repeat", "left": 0} in entries[0]["funnel"]
    assert (second / "both" / "inputs" / "earlier-2.json").exists()


def test_pin_of_a_forbidden_pair_is_an_error_at_its_line(tmp_path: Path, command: Command) -> None:
    second = first_and_second(tmp_path, command, "forbid")
    cycle = (second / "cycle.toml").read_text("utf-8") + '[pins]\nC-2 = "K-2"\n'
    (second / "cycle.toml").write_text(cycle, "utf-8")
    refused = solve(command, second, *EARLIER)
    assert refused.returncode == 2
    assert f"cycle.toml:{len(cycle.splitlines())}:pins.C-2" in refused.stderr
    assert "a pair in an earlier cycle" in refused.stderr
    assert solve(command, second, out="alone").returncode == 0


def test_faults_of_earlier_results_and_their_people_are_listed(
    tmp_path: Path, command: Command
) -> None:
    second = first_and_second(tmp_path, command, "avoid")
    people = tmp_path / "first" / "out" / "inputs" / "coaches.csv"
    people.write_text(people.read_text("utf-8").replace("en:C1", "xx:C1"), "utf-8")
    refused = solve(command, second, *EARLIER, "missing.json")
    assert refused.returncode == 2
    assert "coaches.csv:2:languages" in refused.stderr
    assert "missing.json" in refused.stderr
    assert not (second / "out").exists()


def test_people_files_are_read_in_the_encoding_of_the_earlier_run(
    tmp_path: Path, command: Command
) -> None:
    second = first_and_second(tmp_path, command, "forbid")
    coachees = tmp_path / "first" / "coachees.csv"
    text = coachees.read_text("utf-8").replace("Ben Hill", "Ben Žil")
    coachees.write_bytes(text.encode("cp1250"))
    words = ("--out", "out", "--force", "--quiet", "--encoding", "windows-1250")
    made = command("match", *PEOPLE, *words, folder=tmp_path / "first")
    assert made.returncode == 0, made.stderr
    later = (second / "coachees.csv").read_text("utf-8").replace("Ben Hill", "Ben Zil")
    (second / "coachees.csv").write_text(later, "utf-8")
    done = solve(command, second, *EARLIER)
    assert done.returncode == 0, done.stderr
    assert pairs_of(second / "out") == EXCHANGED


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("--earlier a.json b.json --quiet", "--earlier a.json --earlier b.json --quiet"),
        ("--earlier a b.json c.toml", "--earlier a --earlier b.json c.toml"),
        ("--earlier=a.json b.json", "--earlier=a.json --earlier b.json"),
        ("--earlier a.json --keep b.json", "--earlier a.json --keep b.json"),
        ("--earlier a.json --earlier b.json", "--earlier a.json --earlier b.json"),
        ("x.json --quiet y.json", "x.json --quiet y.json"),
    ],
)
def test_option_takes_one_or_several_results(written: str, read: str) -> None:
    assert with_repeated_option(written.split()) == read.split()
