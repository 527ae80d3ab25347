"""A table of text cells: the common form of every people file before people are read from it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TextTable:
    """The used part of a sheet, as text.

    Attributes:
        file: the file's name as the person gave it.
        rows: every row from the first, which is the header (row 1); rows may differ in length, and
            empty rows are kept, so that a row's index is its number in the spreadsheet.
        cell_faults: by row (from 1) and column (from 0), why the text of a cell cannot be read.
    """

    file: str
    rows: Sequence[Sequence[str]]
    cell_faults: Mapping[tuple[int, int], str] = field(default_factory=dict)


def header_key(name: str) -> str:
    """The comparison key of a header, the same for `Birth Year`, `birth_year` and ` BIRTHYEAR `."""
    return re.sub(r"[\s_-]+", "", name.casefold())
