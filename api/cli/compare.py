"""`gender-coach compare`: compares two results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from api.cli import question_facts as facts
from api.cli.output import gettext as _
from api.cli.output import render
from api.cli.summary import move_line
from api.results.result_folder import read_result_folder
from coach.texts.facts import Displayed
from matching.facts.names import level_name
from matching.instance.availability_grid import build_availability_grid
from matching.instance.partial_cycle import FixedHistory
from matching.rematching.comparison import Comparison, compare_results
from matching.rematching.moves import explain_moves
from matching.result import Move
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator


def compare(
    before: Annotated[Path, typer.Argument(metavar="BEFORE", help=_("A results folder."))],
    after: Annotated[Path, typer.Argument(metavar="AFTER", help=_("Another results folder."))],
    *,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print JSON."))] = False,
) -> None:
    """Show the differences between two results, with gains and losses."""
    old, new = read_result_folder(before), read_result_folder(after)
    comparison = compare_results(old.result, new.result, (old.inputs.cycle, new.inputs.cycle))
    if as_json:
        typer.echo(comparison.model_dump_json(indent=2))
        return
    roster, cycle = new.inputs.roster, new.inputs.cycle
    where = new.inputs.under_way
    history = FixedHistory(cycle, where, new.inputs.keep) if where else None
    evaluator = RuleEvaluator(
        RuleInputs(roster, cycle, build_availability_grid(roster, cycle), history)
    )
    reasons = explain_moves(evaluator, old.result, new.result)
    for line in _lines(comparison, reasons):
        typer.echo(line)


def _lines(comparison: Comparison, reasons: Iterable[Move]) -> Iterator[str]:
    if comparison.settings:
        yield render(facts.POLICY())
        for one in comparison.settings:
            before = one.before or facts.NOTHING()
            yield render(facts.SETTING(key=one.key, after=one.after, before=before), indent=2)
    yield render(facts.LEVELS())
    yield from _table(_level_rows(comparison))
    yield render(facts.COACHEES() if comparison.changed else facts.NO_DIFFERENCES())
    yield from map(move_line, reasons)


def _level_rows(comparison: Comparison) -> Iterator[tuple[Displayed, ...]]:
    yield facts.LEVEL(), facts.BEFORE(), facts.AFTER(), facts.GAIN()
    for level in comparison.levels:
        gain = facts.NOT_COMPARABLE() if level.gain is None else f"{level.gain:+d}"
        yield level_name(level.name), _value(level.before), _value(level.after), gain


def _value(value: int | None) -> Displayed:
    return facts.NOT_A_LEVEL() if value is None else str(value)


def _table(rows: Iterable[tuple[Displayed, ...]]) -> Iterator[str]:
    cells = [[render(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"  {line.rstrip()}"
