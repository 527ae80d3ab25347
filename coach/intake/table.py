"""A table of text cells: the common form of people files before they are parsed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TextTable:
    """The used part of a sheet, as text.

    Attributes:
        file: the file's name as the user gave it.
        rows: all rows, starting with the header (row 1). Rows may differ in length, and empty rows
            are included, so that row numbers match the spreadsheet.
        cell_faults: why a cell's text cannot be read, by row (from 1) and column (from 0).
    """

    file: str
    rows: Sequence[Sequence[str]]
    cell_faults: Mapping[tuple[int, int], str] = field(default_factory=dict)


def header_key(name: str) -> str:
    """Normalise a header: `Birth Year`, `birth_year` and ` BIRTHYEAR ` have the same key."""
    return re.sub(r"[\s_-]+", "", name.casefold())
