"""What commands print and write, rendered in the pseudo-locale.

A letter without an accent is either data or text that nobody could translate.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.cli.command_table import COMMANDS
from api.organisation import TERRITORIES
from api.participants.sample.people import COACHEES, COACHES
from api.texts.terminal_language import LANGUAGE_VARIABLE
from tests.commands import Command, command_runner
from tests.pseudo import (
    LANGUAGE,
    unaccented_in_help,
    unaccented_in_output,
    unaccented_in_page,
)

PEOPLE = (*COACHEES, *COACHES)
TOPICS = {topic for one in PEOPLE for topic in str(one.get("topics", "")).split("; ")}
DEPLOYMENT = {  # what a deployment calls territories is not translated by the catalogues
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
def run() -> Iterator[Command]:
    with command_runner("demo", "explain", **{LANGUAGE_VARIABLE: LANGUAGE}) as command:
        yield command


@pytest.fixture(scope="module")
def demo(run: Command, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The results of the sample cycle, and what the command printed."""
    folder = tmp_path_factory.mktemp("pseudo")
    done = run("demo", "--out", "demo", folder=folder)
    assert done.returncode == 0
    return folder / "demo", done.stdout


def test_check_accepts_the_folder_in_its_language_and_in_english(
    run: Command, demo: tuple[Path, str]
) -> None:
    done = run("check", demo[0], folder=demo[0])
    assert done.returncode == 0
    assert unaccented_in_output(done.stdout, DATA) == []
    with command_runner("check") as in_english:
        assert in_english("check", demo[0], folder=demo[0]).returncode == 0


@pytest.mark.parametrize("name", ["session-note.html", "feedback.html"])
def test_printable_form_passes_through_the_catalogues(name: str, demo: tuple[Path, str]) -> None:
    assert unaccented_in_page((demo[0] / "forms" / name).read_text("utf-8")) == []


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_passes_through_the_catalogues(command: str, run: Command, tmp_path: Path) -> None:
    done = run(*filter(None, [command]), "--help", folder=tmp_path)
    assert done.returncode == 0
    assert unaccented_in_help(done.stdout) == []
