"""The template workbook for people lists: both sheets, drop-downs, notes and example rows."""

from __future__ import annotations

import io

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from api.input_files import facts
from coach.intake.columns import COLUMNS, Column, PeopleKind, example_row
from coach.texts.renderer import Renderer

_MAX_TITLE_LENGTH = 31  # of a sheet in a workbook
_LAST_ROW = 2_000  # the last row with drop-downs
_REQUIRED = PatternFill("solid", fgColor="D9E4EC")
_OPTIONAL = PatternFill("solid", fgColor="F2F2F2")
_EXAMPLE = Font(italic=True, color="7F7F7F")

_READ_ME = (
    facts.TEMPLATE_ROWS(),
    facts.TEMPLATE_EXAMPLE(),
    facts.TEMPLATE_COLOURS(),
    facts.TEMPLATE_HINTS(),
    facts.TEMPLATE_LISTS(),
    facts.TEMPLATE_OPTIONS(),
    facts.TEMPLATE_ERRORS(),
)


def template_workbook(texts: Renderer) -> bytes:
    """Return the workbook as XLSX, in the language of `texts`. Its example rows are valid input."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for kind, columns in COLUMNS.items():
        _fill_sheet(workbook.create_sheet(kind.value), kind, columns, texts)
    read_me = workbook.create_sheet(texts.text(facts.TEMPLATE_READ_ME())[:_MAX_TITLE_LENGTH])
    read_me.column_dimensions["A"].width = 100
    for row, line in enumerate(_READ_ME, start=1):
        cell = read_me.cell(row, 1, texts.text(line))
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def _fill_sheet(
    sheet: Worksheet, kind: PeopleKind, columns: tuple[Column, ...], texts: Renderer
) -> None:
    examples = example_row(kind)
    for position, column in enumerate(columns, start=1):
        header = sheet.cell(1, position, column.name)
        header.font = Font(bold=True)
        header.fill = _REQUIRED if column.required else _OPTIONAL
        header.comment = Comment(
            _header_comment(column, texts), "Gender Coach", width=320, height=110
        )
        text = examples[column.name]
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
                error=texts.text(facts.TEMPLATE_ALLOWED(values=column.allowed)),
            )
            choices.add(f"{letter}2:{letter}{_LAST_ROW}")
            sheet.add_data_validation(choices)
    sheet.freeze_panes = "C2"


def _header_comment(column: Column, texts: Renderer) -> str:
    description = column.description
    return texts.sentence(
        facts.TEMPLATE_REQUIRED(description=description) if column.required else description
    )
