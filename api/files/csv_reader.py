"""Reads CSV files in UTF-8 or UTF-16, with cells separated by `,`, `;` or a tab."""

from __future__ import annotations

import csv
import io
import re
from itertools import islice

from api.files import facts
from api.files.csv_injection import unescape_formula
from api.files.text_encoding import decode_text, likely_encoding
from api.files.upload_limits import MAX_COLUMNS, MAX_ROWS, UnreadableError, check_rows
from coach.errors import InputFault
from coach.intake.fault_messages import WHOLE_FILE

_DELIMITERS = ",;\t"
_STRICT_DELIMITERS = ",;"
_MAX_TITLE_ROWS = 20
_MIN_DELIMITERS = 4  # delimiters in a header; a title above it may contain fewer
_MAX_HEADER_CHARACTERS = 131_072
INVALID_BYTES = re.compile("[\udc80-\udcff]")
"""The lone surrogates to which invalid bytes are decoded (PEP 383)."""


def csv_rows(
    file: str, content: bytes, encoding: str | None = None, *, strict: bool = False
) -> tuple[list[list[str]], list[InputFault]]:
    """Parse a CSV file, and return its rows, including empty ones, and the faults found.

    Rows are numbered as in a spreadsheet program: a record counts as one row, even if a quoted cell
    contains line breaks. Parsing stops at the first malformed quotation, because the rows after it
    cannot be trusted. The faults refer to the file as `file`.

    An apostrophe that protects a cell against formula injection is removed.

    A file that is neither UTF-8 nor UTF-16 is read in `encoding`. With `strict`, only UTF-8 and the
    delimiters `,` and `;` are accepted.

    Raises:
        UnreadableError: the file is not text, or has too many rows or columns.
    """
    text = decode_text(content, encoding, strict=strict)
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=_detect_delimiter(text, strict=strict),
        skipinitialspace=True,
        strict=True,
    )
    rows: list[list[str]] = []
    faults: list[InputFault] = []
    try:
        for row in islice(reader, MAX_ROWS + 2):
            if len(row) > MAX_COLUMNS:
                raise UnreadableError(facts.TOO_MANY_COLUMNS(count=MAX_COLUMNS))
            rows.append([unescape_formula(cell) for cell in row])
    except csv.Error as error:
        message = facts.NOT_CSV(reason=str(error))
        faults.append(InputFault(file, len(rows) + 1, WHOLE_FILE, message))
    check_rows(len(rows) - 1)
    return rows, faults + _decoding_faults(file, rows, encoding, offer=not strict)


def _detect_delimiter(text: str, *, strict: bool) -> str:
    """Return the delimiter that occurs most often in the header row, outside quotes.

    The header is the first row with several delimiters or, with `strict`, the first row.
    """
    delimiters = _STRICT_DELIMITERS if strict else _DELIMITERS
    lines = _unquoted_lines(text, 1 if strict else _MAX_TITLE_ROWS)
    counts = [[line.count(delimiter) for delimiter in delimiters] for line in lines]
    header = next((one for one in counts if max(one) >= _MIN_DELIMITERS), counts[0])
    return delimiters[header.index(max(header))]


def _unquoted_lines(text: str, limit: int) -> list[str]:
    """Return the first lines of a text with their quoted parts removed."""
    lines: list[list[str]] = [[]]
    quoted = False
    for character in islice(text, _MAX_HEADER_CHARACTERS):
        if character == '"':
            quoted = not quoted
        elif character in "\r\n" and not quoted:
            if len(lines) == limit:
                break
            lines.append([])
        elif not quoted:
            lines[-1].append(character)
    return ["".join(line) for line in lines]


def _decoding_faults(
    file: str, rows: list[list[str]], encoding: str | None, *, offer: bool
) -> list[InputFault]:
    """Return one fault for all cells with invalid bytes, located at the first of them.

    With `offer`, the fault suggests the probable encoding of the file, if there is one.
    """
    bad = [
        (number, index, cell)
        for number, row in enumerate(rows, start=1)
        for index, cell in enumerate(row)
        if not cell.isascii() and INVALID_BYTES.search(cell)
    ]
    if not bad:
        return []
    number, index, cell = bad[0]
    first = min(ord(character) - 0xDC00 for character in INVALID_BYTES.findall(cell))
    byte = f"0x{first:02X}"
    header = _header_above(rows[: number - 1], index)
    if encoding is not None:
        message = facts.NOT_IN_ENCODING(byte=byte, encoding=encoding)
    elif bad[1:]:
        message = facts.NOT_UTF8_AND_OTHERS(byte=byte, count=len(bad) - 1)
    else:
        message = facts.NOT_UTF8(byte=byte)
    likely = likely_encoding(" ".join(text for _, _, text in bad)) if offer else None
    if likely and encoding is None:
        name, word = likely
        message = facts.ENCODING_OFFER(message=message, encoding=name, word=word)
    return [
        InputFault(file, number, header if header.isprintable() and header else WHOLE_FILE, message)
    ]


def _header_above(rows: list[list[str]], place: int) -> str:
    """Return the cell at `place` in the header, which is the first row with several cells."""
    header = next((row for row in rows if sum(map(bool, map(str.strip, row))) > 1), [])
    return header[place].strip() if place < len(header) else ""
