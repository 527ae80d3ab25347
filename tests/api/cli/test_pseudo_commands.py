"""All text that commands print and write comes from the catalogues, as the pseudo-locale shows.

A letter without an accent is either data or text that cannot be translated.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from api.cli.command_table import COMMANDS
from api.organisation import TERRITORIES
from api.participants.sample import SAMPLE_FILES, sample_file
from api.participants.sample.people import COACHEES, COACHES
from api.texts.terminal_language import LANGUAGE_VARIABLE
from tests.commands import Command, command_runner
from tests.pseudo import (
    LANGUAGE,
    unaccented,
    unaccented_in_help,
    unaccented_in_output,
    unaccented_in_page,
)

pytestmark = pytest.mark.slow

PEOPLE = (*COACHEES, *COACHES)
TOPICS = {topic for one in PEOPLE for topic in str(one.get("topics", "")).split("; ")}
DEPLOYMENT = {  # names of territories come from the settings, not from the catalogues
    text
    for one in TERRITORIES.values()
    for each in one.values()
    for text in (each.name, each.footnote)
}
CODES = {"AL", "BA", "HR", "ME", "MK", "RS", "SE", "XK", "B1", "B2", "C1", "C2"}
DATA = {
    "Regional cycle 2027/1",
    *CODES,
    *TOPICS,
    *DEPLOYMENT,
    *(str(one["name"]) for one in PEOPLE),
}


@pytest.fixture(scope="module")
def run() -> Command:
    return command_runner("demo", "explain", **{LANGUAGE_VARIABLE: LANGUAGE})


@pytest.fixture(scope="module")
def demo(run: Command, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return the sample cycle's results folder, and the output of the command."""
    folder = tmp_path_factory.mktemp("pseudo")
    done = run("demo", "--out", "demo", folder=folder)
    assert done.returncode == 0
    return folder / "demo", done.stdout


@pytest.fixture(scope="module")
def rematch(
    run: Command, demo: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    """Return the folder and output of a re-match without coach K-01 and with a shorter gap."""
    folder = tmp_path_factory.mktemp("rematch")
    for name in SAMPLE_FILES:
        (folder / name).write_bytes(sample_file(name).read_bytes())
    coaches = (folder / "coaches.csv").read_text("utf-8-sig").splitlines(keepends=True)
    (folder / "coaches.csv").write_text("".join(one for one in coaches if "K-01" not in one))
    policy = (folder / "cycle.toml").read_text("utf-8")
    changed = policy.replace("max_gap_days = 42", "max_gap_days = 41")
    (folder / "cycle.toml").write_text(changed, "utf-8")
    done = run("match", "cycle.toml", "--coachees", "coachees.xlsx", "--coaches", "coaches.csv",
               "--keep", demo[0] / "result.json", "--out", "after", folder=folder)  # fmt: skip
    assert done.returncode == 0
    return folder / "after", done.stdout


def test_summary_of_the_sample_cycle_passes_through_the_catalogues(demo: tuple[Path, str]) -> None:
    assert unaccented_in_output(demo[1], {*DATA, "demo"}) == []


def test_summary_of_a_rematch_passes_through_the_catalogues(rematch: tuple[Path, str]) -> None:
    assert unaccented_in_output(rematch[1], {*DATA, "after"}) == []


@pytest.mark.parametrize("coachee", ["C-03", "C-10"])
def test_explanation_passes_through_the_catalogues(
    coachee: str, run: Command, demo: tuple[Path, str]
) -> None:
    done = run("explain", demo[0], coachee, folder=demo[0])
    assert done.returncode == 0
    assert unaccented_in_output(done.stdout, DATA) == []


def test_comparison_passes_through_the_catalogues(
    run: Command, demo: tuple[Path, str], rematch: tuple[Path, str]
) -> None:
    done = run("compare", demo[0], rematch[0], folder=demo[0])
    assert done.returncode == 0
    assert unaccented_in_output(done.stdout, DATA) == []


def test_import_passes_through_the_catalogues(
    run: Command, demo: tuple[Path, str], tmp_path: Path
) -> None:
    given = demo[0] / "inputs"
    lines = (given / "coaches.csv").read_text("utf-8-sig").replace("en:C1", "en:B2").splitlines()
    lines[-1:] = [lines[2].replace("K-02", ident) for ident in ("K-77", "K-78")]
    lines[-1] = lines[-1].replace("example.org", "example.net")
    (tmp_path / "coaches.csv").write_text("\n".join(lines), "utf-8")
    done = run("import", given / "cycle.toml", "--coachees", given / "coachees.xlsx", "--coaches",
               "coaches.csv", "--before", demo[0], "--out", "tidy", folder=tmp_path)  # fmt: skip
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) > 15
    changed = {"languages", "en", "hr", "mk", "sq", "sv"}
    assert unaccented_in_output(done.stdout, {*DATA, *changed, "tidy"}) == []


def test_check_accepts_the_folder_in_its_language_and_in_english(
    run: Command, demo: tuple[Path, str]
) -> None:
    done = run("check", demo[0], folder=demo[0])
    assert done.returncode == 0
    assert unaccented_in_output(done.stdout, DATA) == []
    in_english = command_runner("check")
    assert in_english("check", demo[0], folder=demo[0]).returncode == 0


def test_findings_of_a_check_pass_through_the_catalogues(
    run: Command, demo: tuple[Path, str], tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in demo[0].rglob("*"):
        if path.is_file():
            target = copy / path.relative_to(demo[0])
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(path.read_bytes())
    (copy / "report.html").unlink()
    (copy / "forms" / "feedback.html").unlink()
    invitation = next((copy / "invites").glob("*.ics"))
    invitation.write_bytes(invitation.read_bytes().replace(b"METHOD:REQUEST", b"METHOD:PUBLISH"))
    result = (copy / "result.json").read_text("utf-8")
    (copy / "result.json").write_text(result.replace('"points": 100', '"points": 99', 1), "utf-8")
    done = run("check", copy, folder=copy)
    assert done.returncode == 4
    technical = {
        "METHOD",
        "PUBLISH",
        "REQUEST",
        "result_sha256",
        "application/ics",
        "text/calendar",
    }
    assert unaccented_in_output(done.stderr, {*DATA, *technical}) == []


def test_report_passes_through_the_catalogues(demo: tuple[Path, str]) -> None:
    page = (demo[0] / "report.html").read_text("utf-8")
    assert unaccented_in_page(page, DATA) == []


@pytest.mark.parametrize("name", ["session-note.html", "feedback.html"])
def test_printable_form_passes_through_the_catalogues(name: str, demo: tuple[Path, str]) -> None:
    assert unaccented_in_page((demo[0] / "forms" / name).read_text("utf-8")) == []


def test_workbook_passes_through_the_catalogues(demo: tuple[Path, str]) -> None:
    book = load_workbook(demo[0] / "schedule.xlsx", read_only=True)
    texts = {str(cell) for sheet in book for row in sheet.values for cell in row if cell}
    assert len(texts) > 150
    assert [text for text in (*texts, *book.sheetnames) if unaccented(text, DATA)] == []


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_passes_through_the_catalogues(command: str, run: Command, tmp_path: Path) -> None:
    done = run(*filter(None, [command]), "--help", folder=tmp_path)
    assert done.returncode == 0
    assert unaccented_in_help(done.stdout) == []


_MATCH = ("match", "c.toml", "--coachees", "a", "--coaches", "b", "--out", "o")


@pytest.mark.parametrize(
    "words",
    [
        (*_MATCH, "--seed", "x"),
        (*_MATCH, "--seed", "-1"),
        (*_MATCH, "--time-limit", "soon"),
        (*_MATCH, "--not-before", "soon"),
        (*_MATCH, "--not-before"),
        ("mail", "nonsense"),
        ("demo", "--force=yes"),
        ("demo", "more", "words"),
        ("demo", "--no-such-option"),
        ("nonsense",),
    ],
    ids=" ".join,
)
def test_usage_errors_pass_through_the_catalogues(
    words: tuple[str, ...], run: Command, tmp_path: Path
) -> None:
    done = run(*words, folder=tmp_path)
    assert done.returncode == 2
    last = done.stderr.strip().splitlines()[-1]
    given = {part for word in words for part in re.split(r"[-=]", word)}
    technical = {"action", "slot", "check", "send"}
    assert unaccented_in_output(last, {*DATA, *given, *technical}) == []
