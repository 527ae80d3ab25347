"""`gender-coach rules`: prints the documentation of the rules."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from api.files.upload_limits import MAX_CYCLE_FILE_BYTES
from api.input_files.policy_file import read_policy_file
from api.input_files.reference_data import reference
from api.input_files.source import read_source
from coach.cycle import Cycle, CycleDates
from coach.errors import UnusableInputError
from coach.intake.reference import ReadContext
from coach.plural import pluralise
from matching.rules.catalogue import RuleCard, as_markdown, catalogue

_WIDTH = 96


def rules(
    cycle: Annotated[
        Path | None,
        typer.Argument(metavar="[CYCLE.toml]", help="Show the settings of this cycle."),
    ] = None,
    *,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print Markdown, as in the documentation.")
    ] = False,
) -> None:
    """Print the matching rules, as shown on the page /rules."""
    policy = _any_cycle() if cycle is None else _policy(cycle)
    if markdown:
        typer.echo(as_markdown(catalogue(policy)), nl=False)
        return
    for card in catalogue(policy):
        for line in _lines(card):
            typer.echo(line)


def _any_cycle() -> Cycle:
    """Return a cycle with the default policy; the rules do not depend on its dates."""
    return Cycle(cycle=CycleDates(start=date(2027, 1, 1), end=date(2027, 12, 31)))


def _policy(path: Path) -> Cycle:
    file = read_policy_file(read_source(path, MAX_CYCLE_FILE_BYTES), ReadContext(reference()))
    if file.cycle is None:
        raise UnusableInputError(file.faults)
    return file.cycle


def _lines(card: RuleCard) -> Iterator[str]:
    weight = "" if card.weight is None else f", weight {card.weight}"
    yield typer.style(f"{card.name} ({card.kind}{weight})", bold=True)
    for paragraph in card.text:
        yield from textwrap.wrap(paragraph, _WIDTH, initial_indent="  ", subsequent_indent="  ")
    for setting in card.settings:
        yield f"    {setting.key} = {setting.value}"
    for example in card.examples:
        points = "not possible" if example.points is None else pluralise(example.points, "point")
        yield f"    e.g. {example.situation} {points}: {example.because}"
    yield ""
