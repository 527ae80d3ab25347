"""The template workbook for people lists: both sheets, drop-downs, notes and example rows.

The values of long drop-down lists are in a hidden sheet, because a list in a cell's validation has
at most 255 characters.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from functools import cache

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from api.input_files import facts
from api.input_files.reference_data import reference
from coach.intake.columns import COLUMNS, Column, PeopleKind, example_row
from coach.texts.renderer import Renderer

_MAX_TITLE_LENGTH = 31  # of a sheet in a workbook
_LAST_ROW = 2_000  # the last row with drop-downs
_LISTS = "lists"  # the name of the hidden sheet
_RANK_CODES = (
    *(f"OF-{number}" for number in range(10, 0, -1)),
    *(f"OR-{number}" for number in range(9, 0, -1)),
    "CIV",
    "CIV>OF-10",
    *(f"CIV~OF-{number}" for number in range(10, 0, -1)),
)
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
    lists = workbook.worksheets[0]
    lists.title, lists.sheet_state = _LISTS, "hidden"
    for place, (name, values) in enumerate(_long_lists().items(), start=1):
        for row, value in enumerate((name, *values), start=1):
            lists.cell(row, place, value)
    for kind, columns in COLUMNS.items():
        _fill_sheet(workbook.create_sheet(kind.value), kind, columns, texts)
    read_me = workbook.create_sheet(texts.text(facts.TEMPLATE_READ_ME())[:_MAX_TITLE_LENGTH])
    read_me.column_dimensions["A"].width = 100
    for row, line in enumerate(_READ_ME, start=1):
        cell = read_me.cell(row, 1, texts.text(line))
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    workbook.move_sheet(lists, len(workbook.worksheets))
    workbook.active = 0
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def _fill_sheet(
    sheet: Worksheet, kind: PeopleKind, columns: tuple[Column, ...], texts: Renderer
) -> None:
    examples = example_row(kind)
    shown = (column for column in columns if column.in_template)
    for position, column in enumerate(shown, start=1):
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
        if choices := _drop_down(column, texts):
            choices.add(f"{letter}2:{letter}{_LAST_ROW}")
            sheet.add_data_validation(choices)
    sheet.freeze_panes = "C2"


def _header_comment(column: Column, texts: Renderer) -> str:
    description = column.description
    return texts.sentence(
        facts.TEMPLATE_REQUIRED(description=description) if column.required else description
    )


def _drop_down(column: Column, texts: Renderer) -> DataValidation | None:
    """Return the drop-down list of a column, if it has one.

    Columns with few values and the time zone column reject all other values. The country and rank
    columns accept other values, because they may also contain names and titles.
    """
    long = _long_lists()
    if column.name not in long and not column.allowed:
        return None
    is_long, is_open = column.name in long, column.name in {"country", "rank"}
    error = (
        facts.TEMPLATE_NOT_A_ZONE() if is_long else facts.TEMPLATE_ALLOWED(values=column.allowed)
    )
    return DataValidation(
        type="list",
        formula1=_range(column.name) if is_long else f'"{",".join(column.allowed)}"',
        allow_blank=True,
        showErrorMessage=not is_open,
        errorTitle=column.name,
        error=texts.text(error),
    )


def _range(name: str) -> str:
    """Return the cell range of a long list in the hidden sheet."""
    letter = get_column_letter(list(_long_lists()).index(name) + 1)
    return f"{_LISTS}!${letter}$2:${letter}${len(_long_lists()[name]) + 1}"


@cache
def _long_lists() -> dict[str, Sequence[str]]:
    """Return the values of columns with long lists; countries with known rank titles come first."""
    known = reference()
    near = sorted({title.country for title in known.ranks.titles})
    zones = dict.fromkeys(known.country_timezones[code] for code in near)
    return {
        "country": list(dict.fromkeys((*near, *sorted(known.countries)))),
        "timezone": list(dict.fromkeys((*zones, *_zones_of_places(known.timezones)))),
        "rank": _RANK_CODES,
    }


def _zones_of_places(zones: Iterable[str]) -> list[str]:
    """Return the zones named after a place, such as `Europe/Belgrade` but not `CET`."""
    return sorted(zone for zone in zones if "/" in zone and not zone.startswith("Etc/"))
