"""Rows of an XLSX or ODS workbook, read by a child process that a hostile file can only end."""

from __future__ import annotations

import json
import subprocess
import sys

from api.files import workbook_reader_process as workbook_child
from api.files.upload_limits import MAX_ROWS, UnreadableError, check_archive
from coach.intake.table import TextTable

_TIMEOUT_SECONDS = 60
ZIP_SIGNATURE = b"PK\x03\x04"
OLE_SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")


def workbook_table(file: str, content: bytes, sheet: str) -> TextTable:
    """The sheet named `sheet`, or else the first; `file` is its name for the faults.

    Raises:
        UnreadableError: it is no workbook, or costs too much to read.
    """
    if content.startswith(OLE_SIGNATURE):
        raise UnreadableError(
            "the file is an old .xls workbook, or locked with a password; "
            "save it as .xlsx without a password"
        )
    check_archive(content)
    command = [sys.executable, "-P", workbook_child.__file__, sheet, str(MAX_ROWS + 1)]
    try:
        child = subprocess.run(  # noqa: S603 - our own program, no shell
            command, input=content, capture_output=True, timeout=_TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise UnreadableError("the workbook takes too long to read; save it as CSV") from None
    if child.returncode < 0:  # ended by a signal: out of memory or of processor time
        raise UnreadableError(
            "the workbook takes too much memory or time to read; save the sheet as CSV"
        )
    child.check_returncode()
    response = json.loads(child.stdout)
    if "error" in response:
        raise UnreadableError(f"the workbook cannot be read: {response['error']}")
    cell_faults = {(row + 1, column): _cell_fault(text) for row, column, text in response["lost"]}
    return TextTable(file, response["rows"], cell_faults)


def _cell_fault(text: str) -> str:
    if text == workbook_child.UNCOMPUTED:
        return "holds a formula without its value; open the file as a spreadsheet and save it again"
    return f"holds the error {text} of its formula; correct it, or write the value itself"


def is_opendocument(content: bytes) -> bool:
    """Whether a workbook is ODS: its first member tells the type (ODF 1.3 part 2, 3.3)."""
    return b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet" in content[:200]
