"""The child process of `workbook_reader`: receives a workbook and sends its rows as JSON.

Its memory and processor time are limited, because the cost of reading a workbook cannot be known in
advance: two cells are enough to give a sheet a range of 17 billion cells.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import IO, Any, NamedTuple
from xml.etree.ElementTree import Element, ParseError, iterparse
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from api.child_processes.channel import Channel
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


_MISREAD_MARKERS = (b"<f>", b"<f ", b"<f/", b":f>", b":f ", b":f/", b' t="e"', b" t='e'")
UNCOMPUTED = "formula"
"""Marks a formula without a value; other values are errors as displayed in the sheet."""

CellPosition = tuple[int, int]
"""Row and column of a cell, both from 0."""


def misread_cells(archive: zipfile.ZipFile, number: int, name: str) -> dict[CellPosition, str]:
    """Find the cells that calamine returns as empty although they are not.

    These are errors, such as `#N/A`, and formulas saved without their value. If such a cell were
    treated as empty, a rank or a refusal could silently be replaced by the default.

    Args:
        archive: the workbook.
        number: position of the sheet, from 0.
        name: name of the sheet.

    Returns:
        The error displayed in each of these cells, or `UNCOMPUTED`, by position.
    """
    if "content.xml" in archive.namelist():
        if b"formula=" not in archive.read("content.xml"):
            return {}
        with archive.open("content.xml") as stream:
            return dict(_opendocument(stream, name))
    path = _sheet_path(archive, number)
    if path is None:
        return {}
    sheet = archive.read(path)
    if not any(marker in sheet for marker in _MISREAD_MARKERS):  # no second pass needed
        return {}
    with archive.open(path) as stream:
        return dict(_spreadsheetml(stream))


def _sheet_path(archive: zipfile.ZipFile, number: int) -> str | None:
    """Return the member that contains a sheet, using the relationships (ECMA-376 part 2, 9.3)."""
    book = "xl/workbook.xml"
    relations = "xl/_rels/workbook.xml.rels"
    if not {book, relations} <= set(archive.namelist()):
        return None
    with archive.open(relations) as stream:
        targets = {
            each.get("Id"): each.get("Target", "")
            for each in _elements(stream)
            if _local_name(each) == "Relationship"
        }
    with archive.open(book) as stream:
        sheets = [_attributes(each) for each in _elements(stream) if _local_name(each) == "sheet"]
    target = targets.get(sheets[number].get("id")) if number < len(sheets) else None
    if target is None:
        return None
    path = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
    return path if path in archive.namelist() else None


def _spreadsheetml(stream: IO[bytes]) -> Iterator[tuple[CellPosition, str]]:
    number = -1
    for row in _elements(stream):
        if not row.tag.endswith("}row"):
            continue
        number = int(row.get("r", number + 2)) - 1
        column = -1
        for cell in row:
            column = _column(reference) if (reference := cell.get("r")) else column + 1
            cell_type = cell.get("t", "n")
            if cell_type != "e" and (cell_type != "n" or len(cell) == 0):
                continue
            parts = {_local_name(part): part.text or "" for part in cell}
            if cell_type == "e":
                yield (number, column), parts.get("v", "")
            elif "f" in parts and not parts.get("v"):
                yield (number, column), UNCOMPUTED
        row.clear()


def _column(reference: str) -> int:
    """Return the column of a cell reference such as `AB12`, from 0."""
    number = 0
    for letter in reference.rstrip("0123456789").upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _opendocument(stream: IO[bytes], name: str) -> Iterator[tuple[CellPosition, str]]:
    """Yield the position of each misread cell in an ODS sheet, and what it should be read as.

    Rows and cells can have repeat counts; see ODF 1.3 part 3, 19.679 and 19.683.
    """
    here, row, column = False, 0, 0
    for event, element in iterparse(stream, ("start", "end")):  # noqa: S314 - memory and time are bounded
        kind = _local_name(element)
        own = _attributes(element)
        if event == "start":
            if kind == "table":
                here, row = own.get("name") == name, 0
            elif kind == "table-row":
                column = 0
            continue
        if kind in {"table-cell", "covered-table-cell"}:
            if here and (misread := _misread_opendocument(element, own)):
                yield (row, column), misread
            column += int(own.get("number-columns-repeated", 1))
        elif kind == "table-row":
            row += int(own.get("number-rows-repeated", 1))
            element.clear()


def _misread_opendocument(cell: Element, own: Mapping[str, str]) -> str | None:
    if "formula" not in own:
        return None
    # LibreOffice marks an error with an extension attribute; the value is an empty string.
    if any(key.endswith("}value-type") and value == "error" for key, value in cell.items()):
        return "".join(cell.itertext()).strip() or "#VALUE!"
    return None if "value-type" in own else UNCOMPUTED


def _elements(stream: IO[bytes]) -> Iterator[Element]:
    for _, element in iterparse(stream, ("end",)):  # noqa: S314 - memory and time are bounded
        yield element


def _local_name(element: Element) -> str:
    """Return an element's name without its namespace, which differs between editions of OOXML."""
    return element.tag.rpartition("}")[2]


def _attributes(element: Element) -> dict[str, str]:
    return {key.rpartition("}")[2]: value for key, value in element.items()}


class UnreadableWorkbookError(ValueError):
    """The workbook cannot be read, for a reason among the messages of `api.files.facts`.

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
    """A sheet that was read.

    Attributes:
        name: its name.
        several: whether the workbook has other visible sheets.
        rows: its rows, starting with row 1 of the sheet.
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
    """Return the name of the sheet to read: by its name, by its headers, or the first."""
    named = [name for name in names if name.strip().casefold() == sheet]
    if named or len(names) == 1 or not headers:
        return (named or names)[0]
    known = [_known_headers(workbook, name, headers) for name in names]
    return names[known.index(max(known))] if max(known) > 1 else names[0]


def _known_headers(workbook: CalamineWorkbook, name: str, headers: Mapping[str, str]) -> int:
    """Return the number of columns that the best of the first rows of a sheet has headers for."""
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

    `headers` are the names of columns by the keys of their headers.

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
            except (expat.ExpatError, LookupError) as error:  # the latter for an unknown encoding
                raise MalformedPartError(
                    "files.malformed_part", part=name, reason=str(error)
                ) from None


def build_response(
    content: bytes, sheet: str, max_rows: int, headers: Mapping[str, str] = MappingProxyType({})
) -> dict[str, Any]:
    """Return the values of `SheetRows` by name, or `{"error": …}` with the reason.

    The reason is a fact as JSON, or the message of a library.
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
    """Receive sheet name, row limit and headers as JSON, then the workbook; send the response."""
    request = json.loads(channel.receive())
    response = build_response(
        channel.receive(), request["sheet"], request["max_rows"], request["headers"]
    )
    channel.send(json.dumps(response).encode())
