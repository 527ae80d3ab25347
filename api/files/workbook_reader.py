"""Reading XLSX and ODS workbooks, in a child process so that a hostile file can only end that."""

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
    """Read the sheet named `sheet` (in any case), or the first sheet if there is none.

    `file` is the name of the file in the faults.

    Raises:
        UnreadableError: the file is not a workbook, or takes too much memory or time to read.
    """
    if content.startswith(OLE_SIGNATURE):
        raise UnreadableError(
            "the file is an old .xls workbook, or protected with a password; "
            "save it as .xlsx without a password"
        )
    check_archive(content)
    command = [sys.executable, "-P", workbook_child.__file__, sheet, str(MAX_ROWS + 1)]
    try:
        child = subprocess.run(  # noqa: S603 - a module of this application, no shell
            command, input=content, capture_output=True, timeout=_TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise UnreadableError(
            "the workbook takes too long to read; save the sheet as CSV"
        ) from None
    if child.returncode < 0:  # killed by a signal: over the limit of memory or processor time
        raise UnreadableError(
            "the workbook takes too much memory or time to read; save the sheet as CSV"
        )
    child.check_returncode()
    response = json.loads(child.stdout)
    if "error" in response:
        raise UnreadableError(f"the workbook cannot be read: {response['error']}")
    cell_faults = {
        (row + 1, column): _cell_fault(text) for row, column, text in response["misread"]
    }
    return TextTable(file, response["rows"], cell_faults)


def _cell_fault(text: str) -> str:
    if text == workbook_child.UNCOMPUTED:
        return (
            "contains a formula without its value; "
            "open the file in a spreadsheet program and save it again"
        )
    return f"contains the error {text} of a formula; correct it, or enter the value itself"


def is_opendocument(content: bytes) -> bool:
    """Whether a workbook is ODS: its first member declares the type (ODF 1.3 part 2, 3.3)."""
    return b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet" in content[:200]
