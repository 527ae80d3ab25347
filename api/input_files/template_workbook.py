"""The template workbook for people lists: both sheets, drop-downs, notes and example rows."""

from __future__ import annotations

import io
from collections.abc import Mapping

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from coach.intake.columns import COLUMNS, Column, PeopleKind

_LAST_ROW = 2_000  # the last row with drop-downs
_REQUIRED = PatternFill("solid", fgColor="D9E4EC")
_OPTIONAL = PatternFill("solid", fgColor="F2F2F2")
_EXAMPLE = Font(italic=True, color="7F7F7F")

_EXAMPLE_OVERRIDES: Mapping[PeopleKind, Mapping[str, str]] = {
    PeopleKind.COACHEES: {},
    PeopleKind.COACHES: {
        "id": "K-01",
        "name": "Petar Uzor",
        "email": "petar.uzor@example.org",
        "country": "HR",
        "languages": "hr:C2; en:C1",
        "sex": "M",
        "birth_year": "1971",
        "unit": "Example Defence College",
        "rank": "brigadir",
    },
}
_READ_ME = """\
Each row is one person: commanders and decision-makers in the sheet coachees, coaches in coaches.
Row 2 of each sheet, in grey, is an invented example. Overwrite or delete it.
Columns with a blue header are required. Columns with a grey header are optional.
Point at a header to see what to enter. Cells with a fixed set of values have a drop-down list.
Separate the items of a list with semicolons: en:B2; sq:C1.
Save the workbook and pass it to both options: --coachees FILE --coaches FILE.
Errors are then reported with their row and column.
"""


def template_workbook() -> bytes:
    """Return the workbook as XLSX. Its example rows are valid input."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for kind, columns in COLUMNS.items():
        _fill_sheet(workbook.create_sheet(kind.value), kind, columns)
    read_me = workbook.create_sheet("Read me")
    read_me.column_dimensions["A"].width = 100
    for row, text in enumerate(_READ_ME.splitlines(), start=1):
        read_me.cell(row, 1, text).alignment = Alignment(wrap_text=True, vertical="top")
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def _fill_sheet(sheet: Worksheet, kind: PeopleKind, columns: tuple[Column, ...]) -> None:
    for position, column in enumerate(columns, start=1):
        header = sheet.cell(1, position, column.name)
        header.font = Font(bold=True)
        header.fill = _REQUIRED if column.required else _OPTIONAL
        header.comment = Comment(_header_comment(column), "Gender Coach", width=320, height=110)
        text = _EXAMPLE_OVERRIDES[kind].get(column.name, column.example)
        example = sheet.cell(2, position, int(text) if text.isdigit() else text or None)
        example.font = _EXAMPLE
        letter = header.column_letter
        sheet.column_dimensions[letter].width = max(len(column.name), min(len(text), 32)) + 3
        if column.allowed:
            choices = DataValidation(
                type="list",
                formula1=f'"{",".join(column.allowed)}"',
                allow_blank=True,
                showErrorMessage=True,
                errorTitle=column.name,
                error=f"One of: {', '.join(column.allowed)}",
            )
            choices.add(f"{letter}2:{letter}{_LAST_ROW}")
            sheet.add_data_validation(choices)
    sheet.freeze_panes = "C2"


def _header_comment(column: Column) -> str:
    return f"{'Required. ' if column.required else ''}{column.description}"
