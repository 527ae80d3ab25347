"""Commands for files and results, run on the sample cycle."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from importlib import import_module, metadata
from inspect import getdoc
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from typer import Typer

from api.cli import DEBUG_VARIABLE, build_application, main
from api.cli.command_table import COMMANDS
from api.cli.summary import summary_lines
from api.participants.sample import SAMPLE_FILES, sample_file
from api.participants.sample.people import COACHEES, COACHES
from api.results.result_folder import read_result_folder
from coach.objective import ObjectiveLevel
from matching.rules import RULES

if TYPE_CHECKING:
    from conftest import Command

PLAIN_CYCLE = "[cycle]\nstart = 2027-01-18\nend = 2027-07-16\n"


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    for name in SAMPLE_FILES:
        (tmp_path / name).write_bytes(sample_file(name).read_bytes())
    return tmp_path


def gender_coach_bytes(*arguments: object, folder: Path) -> bytes:
    """Run a command in its own process, and return its standard output."""
    command = [sys.executable, "-m", "api", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, check=True
    ).stdout


def files(folder: Path) -> list[object]:
    return [folder / "cycle.toml", "--coachees", folder / "coachees.xlsx",
            "--coaches", folder / "coaches.csv"]  # fmt: skip


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("results") / "demo-out"
    with pytest.raises(SystemExit) as ended:
        main(["demo", "--out", str(out)])
    assert not ended.value.code
    return out


def test_demo_writes_all_results_and_prints_a_summary(
    gender_coach: Command, tmp_path: Path
) -> None:
    out = tmp_path / "there"
    done = gender_coach("demo", "--out", out)
    assert (done.code, done.err) == (0, "")
    assert {path.name for path in out.iterdir()} == {
        "result.json", "inputs", "schedule.csv", "schedule.xlsx", "unmatched.csv", "invites",
        "forms", "report.html", "run.json",
    }  # fmt: skip
    assert sorted(path.name for path in (out / "inputs").iterdir()) == [
        "coachees.xlsx", "coaches.csv", "cycle.toml",
    ]  # fmt: skip
    report = (out / "report.html").read_text("utf-8")
    assert (
        report.count("<summary>The next best coach is") + report.count("There is no other coach")
        == 13
    )
    output = done.out
    assert "13 of 14 coachees have a coach" in output
    assert "78 sessions with 7 of 9 coaches" in output
    assert "Petar Uzor" in output
    assert "accepts a coach who is not in uniform" in output
    assert "First sessions" in output
    assert f"gender-coach explain {out} C-10" in output


def test_summary_of_an_unproven_plan_contains_the_bound(demo_folder: Path) -> None:
    folder = read_result_folder(demo_folder)
    cut = folder.result.model_copy(
        update={
            "status": "feasible",
            "levels": tuple(
                level.model_copy(update={"bound": 20_000, "proven": False})
                if level.name is ObjectiveLevel.TOTAL
                else level
                for level in folder.result.levels
            ),
        }
    )
    output = list(summary_lines(folder.inputs, cut, demo_folder))
    assert not any("Proven" in line for line in output)
    (line,) = [line for line in output if "20000" in line]
    assert line.strip() == "Total points of all matches: 18193, at most 20000 is possible"


def test_equal_runs_write_equal_results_and_quiet_prints_nothing(
    gender_coach: Command, sample: Path
) -> None:
    results = []
    for name in ("one", "two"):
        out = sample / name
        done = gender_coach(
            "match", *files(sample), "--out", out, "--workers", 1, "--seed", 7, "--quiet"
        )
        assert done == (0, "", "")
        result = json.loads((out / "result.json").read_text("utf-8"))
        result.pop("wall_seconds")
        results.append(result)
    assert results[0] == results[1]
    assert (sample / "one/schedule.csv").read_bytes() == (sample / "two/schedule.csv").read_bytes()


@pytest.mark.slow
def test_check_accepts_a_result_and_rejects_a_modified_one(
    gender_coach: Command, demo_folder: Path, tmp_path: Path
) -> None:
    assert gender_coach("check", demo_folder).code == 0
    changed = tmp_path / "changed"
    subprocess.run(["cp", "-r", demo_folder, changed], check=True)  # noqa: S607 - any cp will do
    result = json.loads((changed / "result.json").read_text("utf-8"))
    result["matches"][0]["points"] += 1
    (changed / "result.json").write_text(json.dumps(result), "utf-8")
    done = gender_coach("check", changed)
    assert done.code == 4
    assert "C-01" in done.err


@pytest.mark.parametrize(
    ("name", "expected"),
    [("schedule.csv", "schedule.csv: "), ("inputs/cycle.toml", "inputs: ")],
)
def test_check_detects_modified_files(
    name: str, expected: str, gender_coach: Command, demo_folder: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "changed"
    subprocess.run(["cp", "-r", demo_folder, changed], check=True)  # noqa: S607 - any cp will do
    with (changed / name).open("a", encoding="utf-8") as stream:
        stream.write("\n")
    done = gender_coach("check", changed)
    assert done.code == 4
    assert expected in done.err


def test_check_and_explain_reject_an_incomplete_folder(
    gender_coach: Command, tmp_path: Path
) -> None:
    missing = gender_coach("check", tmp_path / "nowhere")
    assert (missing.code, missing.err) == (
        2, f"{tmp_path / 'nowhere'}:1:file: there is no results folder here; check the path\n",
    )  # fmt: skip
    (tmp_path / "result.json").write_text('{"format": 3}', "utf-8")
    done = gender_coach("explain", tmp_path, "C-01")
    lines = done.err.splitlines()
    assert done.code == 2
    assert any(line.startswith(f"{tmp_path / 'result.json'}:1:format: ") for line in lines)
    assert any(line.startswith(f"{tmp_path / 'inputs' / 'cycle.toml'}:1:file: ") for line in lines)


def test_explain_handles_matched_unmatched_and_unknown_coachees(
    gender_coach: Command, demo_folder: Path
) -> None:
    matched = gender_coach("explain", demo_folder, "C-03")
    assert matched.code == 0
    assert "is matched with" in matched.out
    assert "The next best" in matched.out
    unmatched = gender_coach("explain", demo_folder, "C-10", "--json")
    output = json.loads(unmatched.out)
    assert output["unmatched"]["reason"] == "nobody-eligible"
    assert output["unmatched"]["remedies"][0]["verified"] is True
    unknown = gender_coach("explain", demo_folder, "C-99")
    assert unknown.code == 2
    assert "C-99" in unknown.err


def test_pairs_writes_one_row_per_pair(gender_coach: Command, sample: Path) -> None:
    done = gender_coach("pairs", *files(sample), "--out", "-")
    assert done.code == 0
    rows = list(csv.DictReader(io.StringIO(done.out)))
    eligible = sum(row["eligible"] == "yes" for row in rows)
    assert done.err.splitlines()[-1] == f"{eligible} of {len(rows)} pairs are eligible"
    assert list(rows[0]) == ["coachee", "coach", "eligible", "points", "blocked_by"]
    assert len(rows) == 14 * 9
    by_pair = {(row["coachee"], row["coach"]): row for row in rows}
    assert by_pair["C-11", "K-02"]["blocked_by"].split(";")[0] == "ban"
    assert all((row["eligible"] == "yes") == (not row["blocked_by"]) for row in rows)
    assert {row["eligible"] for row in rows} == {"yes", "no"}


def test_all_faults_are_reported_and_nothing_is_written(
    gender_coach: Command, sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(sample)
    text = Path("coaches.csv").read_text("utf-8-sig")
    Path("coaches.csv").write_text(text.replace(",RS,", ",RX,", 1), "utf-8")
    policy = Path("cycle.toml").read_text("utf-8")
    Path("cycle.toml").write_text(policy.replace("count = 6", "cuont = 6"), "utf-8")
    done = gender_coach("match", "cycle.toml", "--coachees", "gone.csv",
                        "--coaches", "coaches.csv", "--out", "out")  # fmt: skip
    assert (done.code, done.out) == (2, "")
    assert [line.rsplit(": ", 1)[0] for line in done.err.splitlines()] == [
        "cycle.toml:10:sessions.cuont",
        "gone.csv:1:file",
        "coaches.csv:7:country",
    ]
    assert not Path("out").exists()


def test_impossible_pin_is_reported_at_its_line(gender_coach: Command, sample: Path) -> None:
    policy = (sample / "cycle.toml").read_text("utf-8")
    (sample / "cycle.toml").write_text(policy.replace('C-01 = "K-08"', 'C-10 = "K-01"'), "utf-8")
    line = 1 + policy[: policy.index('C-01 = "K-08"')].count("\n")
    done = gender_coach("match", *files(sample), "--out", sample / "out", "--quiet")
    assert done.code == 2
    assert done.err.startswith(f"{sample / 'cycle.toml'}:{line}:pins.C-10: ")
    assert not (sample / "out").exists()


def test_run_without_time_writes_no_result(gender_coach: Command, sample: Path) -> None:
    done = gender_coach("match", *files(sample), "--out", sample / "out", "--time-limit", 0)
    assert done.code == 3
    assert "time limit" in done.err
    assert not (sample / "out").exists()


@pytest.mark.slow
def test_pairs_of_an_earlier_result_are_kept(
    gender_coach: Command, sample: Path, demo_folder: Path
) -> None:
    done = gender_coach(
        "match", *files(sample), "--out", sample / "out", "--keep", demo_folder / "result.json"
    )
    assert done.code == 0
    result = json.loads((sample / "out" / "result.json").read_text("utf-8"))
    levels = {level["name"]: level["value"] for level in result["levels"]}
    assert levels["kept"] == 13
    assert (sample / "out" / "inputs" / "kept.json").is_file()
    assert gender_coach("check", sample / "out").code == 0


def test_folder_with_any_file_is_left_alone_without_force(
    gender_coach: Command, sample: Path
) -> None:
    before = {path: path.read_bytes() for path in sample.iterdir()}
    done = gender_coach("match", *files(sample), "--out", sample)
    assert (done.code, "not empty" in done.err, "--force" in done.err) == (2, True, True)
    assert {path: path.read_bytes() for path in sample.iterdir()} == before
    blocked = gender_coach("match", *files(sample), "--out", sample / "cycle.toml", "--force")
    assert (blocked.code, "is a file" in blocked.err) == (2, True)


def test_forced_result_deletes_no_file_but_those_of_the_earlier_result(
    gender_coach: Command, sample: Path
) -> None:
    out = sample / "out"
    assert gender_coach("match", *files(sample), "--out", out).code == 0
    earlier = {path.name for path in (out / "invites").iterdir()}
    own = ("notes.txt", "inputs/precious.txt", "invites/plan.ics", "forms/own.html", "old/x.csv")
    (out / "old").mkdir()
    for name in own:
        (out / name).write_text("mine", "utf-8")
    policy = (sample / "cycle.toml").read_text("utf-8")
    (sample / "cycle.toml").write_text(policy.replace("count = 6", "count = 3"), "utf-8")
    assert gender_coach("match", *files(sample), "--out", out).code == 2
    assert gender_coach("match", *files(sample), "--out", out, "--force").code == 0
    assert {name: (out / name).read_text("utf-8") for name in own} == dict.fromkeys(own, "mine")
    invites = {path.name for path in (out / "invites").iterdir()} - {"plan.ics"}
    assert len(invites) == len(earlier) // 2
    assert not any("session-04" in name for name in invites)


@pytest.mark.parametrize("name", ["result.json", "invites", "inputs/cycle.toml"])
def test_forced_result_never_replaces_a_link(
    gender_coach: Command, sample: Path, name: str
) -> None:
    target = sample / "target"
    target.write_text("mine", "utf-8")
    (sample / "out" / "inputs").mkdir(parents=True)
    (sample / "out" / name).symlink_to(target)
    done = gender_coach("match", *files(sample), "--out", sample / "out", "--force")
    assert (done.code, name in done.err) == (2, True)
    assert (sample / "out" / name).is_symlink()
    assert target.read_text("utf-8") == "mine"


def test_demo_replaces_its_own_result_but_no_other(gender_coach: Command, sample: Path) -> None:
    out = sample / "out"
    assert gender_coach("demo", "--out", out).code == 0
    first = (out / "run.json").read_bytes()
    assert gender_coach("demo", "--out", out).code == 0
    assert (out / "run.json").read_bytes() != first
    policy = (sample / "cycle.toml").read_text("utf-8")
    (sample / "cycle.toml").write_text(policy.replace("count = 6", "count = 2"), "utf-8")
    assert gender_coach("match", *files(sample), "--out", out, "--force").code == 0
    other = (out / "run.json").read_bytes()
    assert gender_coach("demo", "--out", out).code == 2
    assert (out / "run.json").read_bytes() == other


@pytest.mark.parametrize("command", ["pairs", "template"])
def test_single_file_is_replaced_only_with_force_and_only_if_regular(
    gender_coach: Command, sample: Path, command: str
) -> None:
    given = [command, *(files(sample) if command == "pairs" else []), "--out"]
    out = sample / "out"
    out.write_text("mine", "utf-8")
    assert gender_coach(*given, out).code == 2
    assert out.read_text("utf-8") == "mine"
    assert gender_coach(*given, out, "--force").code == 0
    assert out.read_bytes() != b"mine"
    (sample / "link").symlink_to(out)
    for special in (sample / "link", sample, Path("/dev/null")):
        assert gender_coach(*given, special, "--force").code == 2
    assert (sample / "link").is_symlink()
    assert not Path("/dev/null").is_file()


def test_pairs_and_template_go_to_standard_output_alone(sample: Path) -> None:
    written = gender_coach_bytes("pairs", *files(sample), "--out", "-", folder=sample)
    assert gender_coach_bytes("pairs", *files(sample), "--out", "p.csv", folder=sample)
    assert written == (sample / "p.csv").read_bytes()
    workbook = gender_coach_bytes("template", "--out", "-", folder=sample)
    assert load_workbook(io.BytesIO(workbook)).sheetnames[0] == "coachees"
    assert not (sample / "-").exists()


def test_version_is_printed_and_the_short_help_option_equals_the_long_one(
    gender_coach: Command,
) -> None:
    version = gender_coach("--version")
    assert (version.code, version.out) == (0, f"gender-coach {metadata.version('gender-coach')}\n")
    assert gender_coach("-h").out == gender_coach("--help").out
    assert "--time-limit" in gender_coach("match", "-h").out


def test_template_has_drop_down_lists_and_is_valid_input(
    gender_coach: Command, tmp_path: Path
) -> None:
    out = tmp_path / "people.xlsx"
    assert gender_coach("template", "--out", out).code == 0
    workbook = load_workbook(out)
    assert workbook.sheetnames == ["coachees", "coaches", "Read me", "lists"]
    choices = {
        str(rule.sqref).rstrip("0123456789"): rule.formula1
        for rule in workbook["coachees"].data_validations.dataValidation
    }
    assert '"commander,decision_maker"' in choices.values()
    assert all(cell.comment is not None for cell in workbook["coaches"][1])
    workbook["coachees"]["A2"], workbook["coaches"]["A2"] = "C-900", "K-900"
    workbook.save(out)
    (tmp_path / "cycle.toml").write_text(PLAIN_CYCLE, "utf-8")
    done = gender_coach("match", tmp_path / "cycle.toml", "--coachees", out, "--coaches", out,
                        "--out", tmp_path / "out")  # fmt: skip
    assert done.code == 0
    assert "1 of 1 coachee has a coach" in done.out


def test_example_row_of_the_template_is_left_out(gender_coach: Command, tmp_path: Path) -> None:
    out = tmp_path / "people.xlsx"
    gender_coach("template", "--out", out)
    (tmp_path / "cycle.toml").write_text(PLAIN_CYCLE, "utf-8")
    done = gender_coach("pairs", tmp_path / "cycle.toml", "--coachees", out, "--coaches", out,
                        "--out", "-")  # fmt: skip
    assert (done.code, len(done.out.splitlines())) == (0, 1)
    assert [line.partition(":2:id: ")[2] for line in done.err.splitlines()[:2]] == [
        f"in sheet {sheet}, this is the template's example row, so it was left out"
        for sheet in ("coachees", "coaches")
    ]


def test_faults_in_a_shared_workbook_name_the_sheet(gender_coach: Command, tmp_path: Path) -> None:
    out = tmp_path / "people.xlsx"
    gender_coach("template", "--out", out)
    workbook = load_workbook(out)
    for sheet in ("coachees", "coaches"):
        workbook[sheet]["C2"] = "nobody"
    workbook.save(out)
    (tmp_path / "cycle.toml").write_text(PLAIN_CYCLE, "utf-8")
    done = gender_coach("pairs", tmp_path / "cycle.toml", "--coachees", out, "--coaches", out,
                        "--out", tmp_path / "pairs.csv")  # fmt: skip
    assert [line.partition(":2:email: ")[2][:17] for line in done.err.splitlines()] == [
        "in sheet coachees",
        "in sheet coaches,",
    ]


def test_rules_prints_every_rule(gender_coach: Command, sample: Path) -> None:
    done = gender_coach("rules", sample / "cycle.toml")
    assert done.code == 0
    assert [rule.name for rule in RULES if f"{rule.name} (" not in done.out] == []
    assert "bs, cnr, hr, sr" in done.out
    assert "rules.language.groups = []" in gender_coach("rules").out
    assert gender_coach("rules", sample / "gone.toml").code == 2


def test_command_summary_is_the_first_line_of_its_docstring(gender_coach: Command) -> None:
    done = gender_coach("--help")
    assert done.code == 0
    for name, (place, summary) in COMMANDS.items():
        module, _, function = place.partition(":")
        loaded = getattr(import_module(module), function)
        summaries = {loaded: summary}
        if isinstance(loaded, Typer):
            summaries = {one.callback: one.help for one in loaded.registered_commands}
        for command, wanted in summaries.items():
            assert (getdoc(command) or "").splitlines()[0] == wanted
        assert name in done.out
        assert build_application(name).registered_commands


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["mtach"], "match"),
        (["match", "cycle.toml"], "--coachees"),
        (["match", "c.toml", "--coachees", "a", "--coaches", "b", "--out", "o", "--seed", "x"],
         "--seed"),
        (["demo", "--no-such-option"], "--no-such-option"),
    ],
)  # fmt: skip
def test_invalid_arguments_are_unusable_input(
    arguments: list[str], expected: str, gender_coach: Command
) -> None:
    done = gender_coach(*arguments)
    assert done.code == 2
    assert expected in done.err


def test_internal_error_is_reported_without_a_traceback(
    gender_coach: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(COMMANDS, "broken", ("fractions:Fraction.no_such_thing", "Broken."))
    done = gender_coach("broken")
    assert done.code == 1
    assert "not in your files" in done.err
    assert "Traceback" not in done.err
    monkeypatch.setenv(DEBUG_VARIABLE, "1")
    assert "Traceback" in gender_coach("broken").err


def _take_interrupts() -> None:
    """Restore the handling of interrupts, which shells disable for background jobs."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_ctrl_c_cancels_a_run_and_writes_nothing(sample: Path) -> None:
    # Many copies of the sample's people, so that the run is still in progress when the signal
    # arrives.
    for name, folder_name in (("coachees", "many.csv"), ("coaches", "others.csv")):
        shared = ("name", "email", "country", "languages", "availability", "service", "rank")
        people = COACHEES if name == "coachees" else COACHES
        own = ("role",) if name == "coachees" else ("capacity",)
        with (sample / folder_name).open("w", encoding="utf-8", newline="") as stream:
            table = csv.DictWriter(stream, ("id", *shared, *own), extrasaction="ignore")
            table.writeheader()
            for copy in range(40):
                table.writerows(
                    {
                        **person,
                        "id": f"{person['id']}-{copy}",
                        "email": f"{person['id']}-{copy}@example.org",
                    }
                    for person in people
                )
    (sample / "cycle.toml").write_text(PLAIN_CYCLE, "utf-8")
    command = [sys.executable, "-m", "api", "match", "cycle.toml", "--coachees", "many.csv",
               "--coaches", "others.csv", "--out", "out"]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    with subprocess.Popen(
        command,
        cwd=sample,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=_take_interrupts,  # noqa: PLW1509 - nothing else undoes it
    ) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            assert b"evaluating" in first
            time.sleep(0.1)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130
    assert b"cancelled" in err
    assert not (sample / "out").exists()
