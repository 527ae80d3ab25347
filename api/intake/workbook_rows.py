"""Rows of an XLSX or ODS workbook, read by a child process that a hostile file can only end."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import cast

from api.intake import workbook_child
from api.intake.limits import MOST_ROWS, UnreadableError, check_archive

_LONGEST_SECONDS = 60
ZIP_START = b"PK\x03\x04"
OLE_START = bytes.fromhex("d0cf11e0a1b11ae1")


def workbook_rows(content: bytes, sheet: str) -> list[list[str]]:
    """Rows, from row 1, of the sheet named `sheet`, or else of the first sheet.

    Raises:
        UnreadableError: it is no workbook, or costs too much to read.
    """
    if content.startswith(OLE_START):
        raise UnreadableError(
            "the file is an old .xls workbook, or locked with a password; "
            "save it as .xlsx without a password"
        )
    check_archive(content)
    command = [sys.executable, "-P", workbook_child.__file__, sheet, str(MOST_ROWS + 1)]
    try:
        child = subprocess.run(  # noqa: S603 - our own program, no shell
            command, input=content, capture_output=True, timeout=_LONGEST_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise UnreadableError("the workbook takes too long to read; save it as CSV") from None
    if child.returncode < 0:  # ended by a signal: out of memory or of processor time
        raise UnreadableError(
            "the workbook takes too much memory or time to read; save the sheet as CSV"
        )
    child.check_returncode()
    answer = json.loads(child.stdout)
    if "error" in answer:
        raise UnreadableError(f"the workbook cannot be read: {answer['error']}")
    return cast("list[list[str]]", answer["rows"])


def is_opendocument(content: bytes) -> bool:
    """Whether a workbook is ODS: its first member tells the type (ODF 1.3 part 2, 3.3)."""
    return b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet" in content[:200]
