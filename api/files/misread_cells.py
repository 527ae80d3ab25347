"""Finds the non-empty cells of a workbook that the reader returns as empty."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import IO
from xml.etree.ElementTree import Element, iterparse

_MISREAD_MARKERS = (b"<f>", b"<f ", b"<f/", b":f>", b":f ", b":f/", b' t="e"', b" t='e'")
UNCOMPUTED = "formula"
"""Marks a formula without a value; other values are errors as displayed in the sheet."""

CellPosition = tuple[int, int]
"""Row and column of a cell, both from 0."""


def misread_cells(archive: zipfile.ZipFile, number: int, name: str) -> dict[CellPosition, str]:
    """Find the non-empty cells that calamine returns as empty.

    These are errors, such as `#N/A`, and formulas saved without their value. If such a cell were
    treated as empty, a rank or a refusal could silently be replaced by the default.

    Args:
        archive: the workbook.
        number: position of the sheet, from 0.
        name: name of the sheet.

    Returns:
        The error displayed in each of these cells, or `UNCOMPUTED`, keyed by position.
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
    """Return the archive member that contains a sheet, or `None` if it is missing.

    The member is found through the relationships of the workbook (ECMA-376 part 2, 9.3).
    """
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
    """Yield the position of each misread cell in an ODS sheet, with its error or `UNCOMPUTED`.

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
