"""The child process of `workbook_reader`: receives a workbook and sends its rows as JSON.

Its memory and processor time are limited, because the cost of reading a workbook cannot be known in
advance: two cells are enough to give a sheet a range of 17 billion cells.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from api.child_processes.channel import Channel
from api.files.misread_cells import misread_cells
from coach.folding import header_key

MAX_MEMORY_BYTES = 3 * 1024**3 // 2
MAX_CPU_SECONDS = 20
MAX_COLUMNS = 1_000
_MAX_TITLE_ROWS = 20
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError)  # errors while decompressing a part


def cell_text(value: Any) -> str:  # noqa: ANN401 - any type that calamine returns
    """Format a typed value as a user would enter it: `3`, `2027-02-01`, `09:00`, `yes`."""
    match value:
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer():
            return str(int(value))
        case datetime():
            at_midnight = value.time() == time()
            return str(value.date()) if at_midnight else value.isoformat(" ", "minutes")
        case time():
            return value.isoformat("minutes")
        case timedelta():
            minutes = int(value.total_seconds() // 60)
            return f"{minutes // 60:02d}:{minutes % 60:02d}"
    return str(value)  # including dates, in ISO 8601


class UnreadableWorkbookError(ValueError):
    """The workbook cannot be read; the reason is one of the messages in `api.files.facts`.

    Attributes:
        reason: the code and the parameters of the message. They are not a `Fact`, because importing
            the messages would take longer than reading most workbooks.
    """

    def __init__(self, code: str, **params: str | int) -> None:
        self.reason = {"code": code, "params": params}
        super().__init__(code)


class MalformedPartError(UnreadableWorkbookError):
    """A part of the workbook is not well-formed XML."""


class NoVisibleSheetError(UnreadableWorkbookError):
    """All sheets of the workbook are hidden."""


class SheetTooLargeError(UnreadableWorkbookError):
    """The sheet has too many rows or columns."""


class SheetRows(NamedTuple):
    """The content of a sheet.

    Attributes:
        name: the name of the sheet.
        several: whether the workbook has other visible sheets.
        rows: the rows, starting with row 1 of the sheet.
        misread: cells that only appear to be empty (see `misread_cells`), as tuples of row, column
            (both from 0) and text.
    """

    name: str
    several: bool
    rows: list[list[str]]
    misread: list[tuple[int, int, str]]


def _visible_sheets(workbook: CalamineWorkbook) -> list[str]:
    return [
        one.name
        for one in workbook.sheets_metadata
        if one.visible is SheetVisibleEnum.Visible and one.typ is SheetTypeEnum.WorkSheet
    ]


def _choose_sheet(
    workbook: CalamineWorkbook, names: list[str], sheet: str, headers: Mapping[str, str]
) -> str:
    """Return the sheet with the given name, else the one with the most known headers."""
    named = [name for name in names if name.strip().casefold() == sheet]
    if named or len(names) == 1 or not headers:
        return (named or names)[0]
    known = [_known_headers(workbook, name, headers) for name in names]
    return names[known.index(max(known))] if max(known) > 1 else names[0]


def _known_headers(workbook: CalamineWorkbook, name: str, headers: Mapping[str, str]) -> int:
    """Return the largest number of known headers in any of a sheet's first rows."""
    sheet = workbook.get_sheet_by_name(name)
    if (sheet.end or (0, 0))[1] >= MAX_COLUMNS:
        return 0
    rows = sheet.to_python(skip_empty_area=False, nrows=_MAX_TITLE_ROWS)
    found = [{headers.get(header_key(cell_text(value))) for value in row} - {None} for row in rows]
    return max(map(len, found), default=0)


def sheet_rows(
    content: bytes, sheet: str, max_rows: int, headers: Mapping[str, str] = MappingProxyType({})
) -> SheetRows:
    """Read the visible sheet named `sheet` (in lower case), or else one chosen by its headers.

    `headers` maps header keys to column names.

    Raises:
        NoVisibleSheetError: all sheets are hidden.
        MalformedPartError: a part of the workbook is not well-formed XML.
        SheetTooLargeError: the sheet has more than `max_rows` rows or `MAX_COLUMNS` columns.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        _check_parts(archive)
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
        if not workbook.sheet_names:
            return SheetRows("", several=False, rows=[], misread=[])
        names = _visible_sheets(workbook)
        if not names:
            raise NoVisibleSheetError("files.no_visible_sheet")
        chosen = workbook.get_sheet_by_name(_choose_sheet(workbook, names, sheet, headers))
        height, width = (place + 1 for place in chosen.end or (0, 0))
        if height > max_rows or width > MAX_COLUMNS:
            raise SheetTooLargeError(
                "files.sheet_too_large",
                sheet=chosen.name,
                rows=height,
                columns=width,
                max_rows=max_rows,
                max_columns=MAX_COLUMNS,
            )
        rows = chosen.to_python(skip_empty_area=False)
        number = workbook.sheet_names.index(chosen.name)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        misread = misread_cells(archive, number, chosen.name)
    return SheetRows(
        name=chosen.name,
        several=len(names) > 1,
        rows=[[cell_text(value) for value in row] for row in rows],
        misread=[(row, column, text) for (row, column), text in sorted(misread.items())],
    )


def _check_parts(archive: zipfile.ZipFile) -> None:
    """Reject parts that are not well-formed XML, because calamine could loop forever."""
    for name in archive.namelist():
        if name == "content.xml" or (name.startswith("xl/") and name.endswith((".xml", ".rels"))):
            parser = expat.ParserCreate()
            try:
                with archive.open(name) as part:
                    parser.ParseFile(part)
            except (expat.ExpatError, LookupError) as error:  # `LookupError`: an unknown encoding
                raise MalformedPartError(
                    "files.malformed_part", part=name, reason=str(error)
                ) from None


def build_response(
    content: bytes, sheet: str, max_rows: int, headers: Mapping[str, str] = MappingProxyType({})
) -> dict[str, Any]:
    """Return the values of `SheetRows` by name, or `{"error": …}` with the reason.

    The reason is a fact as JSON, or a message from a library.
    """
    try:
        found = sheet_rows(content, sheet, max_rows, headers)
    except UnreadableWorkbookError as error:
        return {"error": error.reason}
    except (CalamineError, ParseError, ValueError, OverflowError, MemoryError, *_DAMAGED) as error:
        return {"error": str(error) or type(error).__name__}
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # raised by calamine; its class is not public
            raise
        return {"error": {"code": "files.damaged_structure", "params": {}}}
    return {
        "sheet": found.name,
        "several": found.several,
        "rows": found.rows,
        "misread": found.misread,
    }


def serve(channel: Channel) -> None:
    """Receive the sheet name, limit and headers (JSON), then the workbook; send the response."""
    request = json.loads(channel.receive())
    response = build_response(
        channel.receive(), request["sheet"], request["max_rows"], request["headers"]
    )
    channel.send(json.dumps(response).encode())
