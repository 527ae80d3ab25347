"""Reads CSV files: UTF-8 with or without BOM, cells separated by `,` or `;`."""

from __future__ import annotations

import csv
import io
import re
from itertools import islice

from api.files import facts
from api.files.upload_limits import MAX_ROWS, UnreadableError, check_rows
from coach.errors import InputFault
from coach.intake.fault_messages import WHOLE_FILE

_DELIMITERS = ",;"
_MAX_HEADER_CHARACTERS = 131_072
_LONE_SURROGATES = re.compile("[\udc80-\udcff]")


def csv_rows(file: str, content: bytes) -> tuple[list[list[str]], list[InputFault]]:
    """Parse a CSV file; return all its rows, including empty ones, and the faults found.

    Rows are numbered as in a spreadsheet program: a record counts as one row, even if a quoted cell
    contains line breaks. Parsing stops at the first malformed quotation, because the rows after it
    cannot be trusted. The faults refer to the file as `file`.

    Raises:
        UnreadableError: the file is UTF-16 or not text, or has too many rows.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableError(facts.UTF16())
    if b"\x00" in content:
        raise UnreadableError(facts.NOT_TEXT())
    text = content.decode("utf-8-sig", errors="surrogateescape")
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=_detect_delimiter(text),
        skipinitialspace=True,
        strict=True,
    )
    rows: list[list[str]] = []
    faults: list[InputFault] = []
    try:
        rows.extend(islice(reader, MAX_ROWS + 2))
    except csv.Error as error:
        message = facts.NOT_CSV(reason=str(error))
        faults.append(InputFault(file, len(rows) + 1, WHOLE_FILE, message))
    check_rows(len(rows) - 1)
    return rows, faults + _decoding_faults(file, rows)


def _detect_delimiter(text: str) -> str:
    """Return `,` or `;`, whichever occurs more often in the header row, outside quotes."""
    header: list[str] = []
    quoted = False
    for character in islice(text, _MAX_HEADER_CHARACTERS):
        if character == '"':
            quoted = not quoted
        elif character in "\r\n" and not quoted:
            break
        elif not quoted:
            header.append(character)
    return max(_DELIMITERS, key=header.count)


def _decoding_faults(file: str, rows: list[list[str]]) -> list[InputFault]:
    """Return a fault for the first cell that is not valid UTF-8; it mentions the number of others.

    Invalid bytes were decoded to lone surrogates (PEP 383).
    """
    bad = [
        (number, index, cell)
        for number, row in enumerate(rows, start=1)
        for index, cell in enumerate(row)
        if not cell.isascii() and _LONE_SURROGATES.search(cell)
    ]
    if not bad:
        return []
    number, index, cell = bad[0]
    first = min(ord(character) - 0xDC00 for character in _LONE_SURROGATES.findall(cell))
    byte = f"0x{first:02X}"
    header = rows[0][index].strip() if number > 1 and index < len(rows[0]) else ""
    message = (
        facts.NOT_UTF8_AND_OTHERS(byte=byte, count=len(bad) - 1)
        if bad[1:]
        else facts.NOT_UTF8(byte=byte)
    )
    return [
        InputFault(file, number, header if header.isprintable() and header else WHOLE_FILE, message)
    ]
