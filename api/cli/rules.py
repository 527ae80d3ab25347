"""`gender-coach rules`: prints the documentation of the rules."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from api.cli import facts as common
from api.cli import question_facts as facts
from api.cli.output import TEXTS, render
from api.cli.output import gettext as _
from api.files.upload_limits import MAX_CYCLE_FILE_BYTES
from api.input_files.policy_file import read_policy_file
from api.input_files.reference_data import reference
from api.input_files.source import read_source
from api.results import rule_facts, rule_situation_facts
from api.results.rules_markdown import rules_markdown
from coach.cycle import Cycle, CycleDates
from coach.errors import UnusableInputError
from coach.intake.reference import ReadContext
from matching.rules.catalogue import RuleCard, catalogue

_WIDTH = 96


def rules(
    cycle: Annotated[
        Path | None,
        typer.Argument(metavar="[CYCLE.toml]", help=_("Show the settings of this cycle.")),
    ] = None,
    *,
    markdown: Annotated[
        bool, typer.Option("--markdown", help=_("Print Markdown, as used in the documentation."))
    ] = False,
) -> None:
    """Print the matching rules, as shown on the page /rules."""
    policy = _any_cycle() if cycle is None else _policy(cycle)
    if markdown:
        typer.echo(rules_markdown(catalogue(policy), TEXTS), nl=False)
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
    kind = rule_facts.KINDS[card.kind]
    title = (
        facts.RULE(rule=card.name, kind=kind)
        if card.weight is None
        else facts.WEIGHTED_RULE(rule=card.name, kind=kind, weight=card.weight)
    )
    yield typer.style(render(title), bold=True)
    for paragraph in rule_facts.TEXTS[card.name]:
        yield from textwrap.wrap(
            render(paragraph), _WIDTH, initial_indent="  ", subsequent_indent="  "
        )
    for setting in card.settings:
        yield f"    {setting.key} = {setting.value}"
    situations = rule_situation_facts.SITUATIONS[card.name]
    for situation, example in zip(situations, card.examples, strict=True):
        points = (
            facts.NOT_POSSIBLE() if example.points is None else common.POINTS(count=example.points)
        )
        line = facts.EXAMPLE(situation=situation, points=points, because=example.reason)
        yield render(line, indent=4)
    yield ""
