"""Writes the rows of large worksheets as XML, as openpyxl would, but many times faster.

openpyxl builds an object and an XML element for each cell. Here, openpyxl writes only the header of
a sheet, and placeholders for its first and last row, which determine everything around the rows.
The rows are inserted later.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape

from openpyxl.cell.cell import ERROR_CODES
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

_MAX_CHARACTERS = 32_767  # of the text of a cell
_SPECIAL = re.compile(r"^=|[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]")
_FIRST_ROW = 2

Rows = Sequence[Sequence[int | str]]


def are_plain(rows: Rows) -> bool:
    """Return whether `rows_xml` writes these rows as openpyxl would.

    Formulas, error values, control characters and very long texts are not plain.
    """
    return not any(
        isinstance(cell, str)
        and (len(cell) > _MAX_CHARACTERS or _SPECIAL.search(cell) or cell in ERROR_CODES)
        for cell in {cell for row in rows for cell in row}
    )


def append_corners(sheet: Worksheet, rows: Rows, alignment: Alignment) -> None:
    """Append placeholders for the first and last of `rows`, which give the sheet its final size."""
    for number in {_FIRST_ROW, len(rows) + 1}:
        for column in range(1, len(rows[0]) + 1):
            sheet.cell(number, column, 0).alignment = alignment


def with_rows(xml: bytes, sheet: Worksheet, rows: Rows) -> bytes:
    """Return the XML of a sheet with `rows` in place of the placeholders."""
    style = sheet.cell(_FIRST_ROW, 1).style_id
    before = xml[: xml.index(b'<row r="%d">' % _FIRST_ROW)]
    return before + rows_xml(rows, style) + xml[xml.rindex(b"</sheetData>") :]


def rows_xml(rows: Rows, style: int) -> bytes:
    """Return the XML for rows below the header, with every cell in the style `style`."""
    letters = [get_column_letter(number) for number in range(1, len(rows[0]) + 1)]
    lines = []
    for number, row in enumerate(rows, start=_FIRST_ROW):
        cells = [
            f'<c r="{letter}{number}" s="{style}" t={_value(cell)}'
            for letter, cell in zip(letters, row, strict=True)
        ]
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    return "".join(lines).encode()


@lru_cache(maxsize=4096)  # the same names and times recur
def _value(cell: int | str) -> str:
    if isinstance(cell, int):
        return f'"n"><v>{cell}</v></c>'
    if not cell:
        return '"inlineStr" />'
    space = "" if cell.strip() in {cell, ""} else ' xml:space="preserve"'
    return f'"inlineStr"><is><t{space}>{escape(cell, quote=False)}</t></is></c>'
