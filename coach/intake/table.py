"""Tables of text cells, the common representation of CSV files and spreadsheets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from coach.texts.facts import Fact


@dataclass(frozen=True, slots=True)
class TextTable:
    """The used range of a sheet, as text.

    Attributes:
        file: the name of the file as given by the user.
        rows: all rows from row 1 on, including those above the header and empty rows, so that row
            numbers match the spreadsheet. Rows may differ in length.
        cell_faults: why cells could not be read, keyed by row (from 1) and column (from 0).
        sheet: the name of the sheet, if the workbook has several.
    """

    file: str
    rows: Sequence[Sequence[str]]
    cell_faults: Mapping[tuple[int, int], Fact] = field(default_factory=dict)
    sheet: str = ""


def header_key(name: str) -> str:
    """Normalise a header for comparison: `Birth Year`, `birth_year` and `BIRTHYEAR` are equal."""
    return re.sub(r"[\s_-]+", "", name.casefold())
