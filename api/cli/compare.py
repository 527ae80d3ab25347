"""`gender-coach compare`: two results side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from api.cli.summary import move_line
from api.input_files import read_result_folder
from matching.instance.availability_grid import free_time
from matching.instance.partial_cycle import Behind
from matching.rematching.comparison import Comparison, Row, compare_results
from matching.rematching.moves import moves
from matching.result import Move
from matching.rules import Facts
from matching.rules.evaluation import Judges


def compare(
    before: Annotated[Path, typer.Argument(metavar="BEFORE", help="A folder of results.")],
    after: Annotated[Path, typer.Argument(metavar="AFTER", help="Another one.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """Tell what differs between two results, and what is won and lost."""
    old, new = read_result_folder(before), read_result_folder(after)
    told = compare_results(old.result, new.result, (old.inputs.cycle, new.inputs.cycle))
    if as_json:
        typer.echo(told.model_dump_json(indent=2))
        return
    roster, cycle = new.inputs.roster, new.inputs.cycle
    where = new.inputs.under_way
    behind = Behind(cycle, where, new.inputs.keep) if where else None
    judges = Judges(Facts(roster, cycle, free_time(roster, cycle), behind))
    reasons = moves(judges, old.result, new.result)
    for line in _lines(told, reasons):
        typer.echo(line)


def _lines(told: Comparison, reasons: Iterable[Move]) -> Iterator[str]:
    if told.settings:
        yield "Policy"
        for one in told.settings:
            yield f"  {one.key}: {one.after} instead of {one.before or 'nothing'}"
    yield "Levels"
    yield from _table(told.level_table())
    yield "Coachees" if told.changed else "Coachees: nothing differs for anybody"
    yield from map(move_line, reasons)


def _table(rows: Iterable[Row]) -> Iterator[str]:
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"  {line.rstrip()}"
