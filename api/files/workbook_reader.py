"""Reads XLSX and ODS workbooks in a child process with limited memory, time and output.

A malicious file can compromise only that process, whose output is treated as untrusted JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType

from api.child_processes.child_process import ChildEndedError, ChildProcess
from api.child_processes.limits import ProcessLimits
from api.files import facts, workbook_reader_process
from api.files.misread_cells import UNCOMPUTED
from api.files.upload_limits import MAX_ROWS, UnreadableError
from coach.intake.table import TextTable
from coach.texts.facts import Displayed, Fact

_TIMEOUT_SECONDS = 60
_LIMITS = ProcessLimits(
    memory_bytes=workbook_reader_process.MAX_MEMORY_BYTES,
    cpu_seconds=workbook_reader_process.MAX_CPU_SECONDS,
    output_bytes=workbook_reader_process.MAX_MEMORY_BYTES,
)
_REASONS = {
    one.code: one
    for one in (
        facts.SHEET_TOO_LARGE,
        facts.MALFORMED_PART,
        facts.DAMAGED_STRUCTURE,
        facts.NO_VISIBLE_SHEET,
    )
}


def workbook_table(
    file: str, content: bytes, sheet: str, headers: Mapping[str, str] = MappingProxyType({})
) -> TextTable:
    """Read the visible sheet named `sheet`, ignoring case, or else one with suitable headers.

    `headers` maps header keys (see `coach.folding.header_key`) to column names. If there is no such
    sheet, the visible sheet with headers for the most columns is read, or the first one if no sheet
    has headers for two columns. `file` is the name of the file in faults.

    `content` must have passed `check_archive`.

    Raises:
        UnreadableError: the file is not a workbook, or reading it takes too much memory or time.
    """
    response = json.loads(_read_in_child(content, sheet, headers))
    if "error" in response:
        reason = _reason(response["error"])
        raise UnreadableError(facts.CANNOT_READ_WORKBOOK(reason=reason))
    cell_faults = {
        (row + 1, column): _cell_fault(text) for row, column, text in response["misread"]
    }
    name = str(response["sheet"]) if response["several"] else ""
    return TextTable(file, response["rows"], cell_faults, name)


def _read_in_child(content: bytes, sheet: str, headers: Mapping[str, str]) -> bytes:
    function = f"{workbook_reader_process.__name__}:serve"
    with ChildProcess(function, _LIMITS) as child:
        request = {"sheet": sheet, "max_rows": MAX_ROWS + 1, "headers": dict(headers)}
        child.send(json.dumps(request).encode())
        child.send(content)
        try:
            response = child.receive(_TIMEOUT_SECONDS)
        except ChildEndedError as error:
            if not error.out_of_resources:
                raise
            raise UnreadableError(facts.OUT_OF_RESOURCES()) from None
    if response is None:
        raise UnreadableError(facts.OUT_OF_TIME())
    return response


def _reason(error: object) -> Displayed:
    """Return the reason in a response: a fact, or a message from a library."""
    if not isinstance(error, dict):
        return str(error)
    try:
        return _REASONS[error["code"]](**error["params"])
    except (LookupError, TypeError):  # the response is not trusted
        return facts.DAMAGED_STRUCTURE()


def _cell_fault(text: str) -> Fact:
    if text == UNCOMPUTED:
        return facts.FORMULA_WITHOUT_VALUE()
    return facts.FORMULA_WITH_ERROR(error=text)


def is_opendocument(content: bytes) -> bool:
    """Return whether a workbook is ODS, as declared by its first member (ODF 1.3 part 2, 3.3)."""
    return b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet" in content[:200]
