"""Directly written worksheet rows are identical to the output of openpyxl."""

from __future__ import annotations

import io
import zipfile

import pytest
from openpyxl import Workbook
from openpyxl.styles import Alignment

from api.results.sheet_xml import append_corners, are_plain, with_rows

WRAP = Alignment(wrap_text=True, vertical="top")
ROWS = [
    ["a < b & c > d \"quoted\" 'single'", 12, "Љиљана"],
    ["two\nlines\tand a tab", 0, ""],
    [" leading", -3, "trailing "],
    ["   ", 1_000_000, "'=1+1"],
]


def sheet_xml(rows: list[list[int | str]], *, directly: bool) -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.append(["one", "two", "three"])
    if directly:
        append_corners(sheet, rows, WRAP)
    else:
        for row in rows:
            sheet.append(row)
        for line in sheet.iter_rows(min_row=2):
            for cell in line:
                cell.alignment = WRAP
    sheet.auto_filter.ref = sheet.dimensions
    file = io.BytesIO()
    book.save(file)
    with zipfile.ZipFile(file) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml")
    return with_rows(xml, sheet, rows) if directly else xml


@pytest.mark.parametrize("count", [1, 2, 4])
def test_rows_are_written_as_by_openpyxl(count: int) -> None:
    rows = ROWS[:count]
    assert are_plain(rows)
    assert sheet_xml(rows, directly=True) == sheet_xml(rows, directly=False)


@pytest.mark.parametrize("text", ["=1+1", "#N/A", "\x07", "\r", "x" * 32_768])
def test_formula_error_value_control_character_and_long_text_are_not_plain(text: str) -> None:
    assert not are_plain([["a", text]])
