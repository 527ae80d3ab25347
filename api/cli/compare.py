"""`gender-coach compare`: compares two results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from api.cli.summary import move_line
from api.results.result_folder import read_result_folder
from matching.instance.availability_grid import build_availability_grid
from matching.instance.partial_cycle import FixedHistory
from matching.rematching.comparison import Comparison, TableRow, compare_results
from matching.rematching.moves import explain_moves
from matching.result import Move
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator


def compare(
    before: Annotated[Path, typer.Argument(metavar="BEFORE", help="A results folder.")],
    after: Annotated[Path, typer.Argument(metavar="AFTER", help="Another results folder.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
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
        yield "Policy"
        for one in comparison.settings:
            yield f"  {one.key}: {one.after} instead of {one.before or 'nothing'}"
    yield "Levels"
    yield from _table(comparison.level_table())
    yield "Coachees" if comparison.changed else "Coachees: no differences"
    yield from map(move_line, reasons)


def _table(rows: Iterable[TableRow]) -> Iterator[str]:
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"  {line.rstrip()}"
