"""Reads one cell of a people file, and records how its text was interpreted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from coach.intake import cells, facts
from coach.intake.cells import CellError
from coach.intake.columns import Column
from coach.intake.reference import ReadContext
from coach.intake.understanding import Rewriting, rewrite_cell


@dataclass(frozen=True, slots=True)
class ReadCell:
    """The value of a cell (`None` if it is empty), and how its entries were rewritten."""

    value: Any
    rewritings: tuple[Rewriting, ...] = ()


def read_cell(column: Column, text: str, read_context: ReadContext) -> ReadCell:
    """Return the value of a cell in `column`, and how the cell was rewritten.

    Raises:
        CellError: the cell is invalid, or empty although the column is required.
    """
    text = cells.clean_text(text)
    if text:
        found = _parse(column, text, read_context)
        if found.value != ():
            return found
    if column.required:
        raise CellError(facts.REQUIRED_CELL(description=column.description))
    return ReadCell(None)


def _parse(column: Column, text: str, read_context: ReadContext) -> ReadCell:
    """Parse a cell as written or, if that fails, after rewriting it."""
    try:
        return ReadCell(column.read(text, read_context))
    except CellError:
        if read_context.strict:
            raise
    rewritings = rewrite_cell(column.name, text, read_context.reference.aliases())
    rewritten = "; ".join(one.read_as for one in rewritings)
    return ReadCell(column.read(rewritten, read_context), tuple(rewritings))
