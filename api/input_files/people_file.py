"""Reads lists of people from CSV, XLSX or ODS files."""

from __future__ import annotations

from dataclasses import replace

from api.files.csv_reader import INVALID_BYTES, csv_rows
from api.files.other_formats import ZIP_SIGNATURE, check_format
from api.files.upload_limits import UnreadableError, check_archive, check_size
from api.files.workbook_reader import is_opendocument, workbook_table
from api.input_files import facts
from api.input_files.reference_data import reference
from coach.errors import InputFault, UnusableInputError
from coach.intake.columns import COLUMNS, PeopleKind
from coach.intake.facts import INVISIBLE_CHARACTER, NO_HEADER
from coach.intake.fault_messages import WHOLE_FILE
from coach.intake.people_sheet import PeopleSheet, read_sheet, unread_sheet
from coach.intake.reference import ReadContext
from coach.intake.sheet_header import read_header
from coach.intake.table import TextTable
from coach.intake.understanding import known_headers
from coach.people import Coach, Coachee
from coach.texts.facts import Fact

_WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".ods")


def people_sheet(name: str, content: bytes, kind: PeopleKind, reading: ReadContext) -> PeopleSheet:
    """Read as much as possible of a list of people; the faults refer to the file as `name`."""
    try:
        check_size(content)
        if content.startswith(ZIP_SIGNATURE):
            check_archive(content)
        check_format(content)
        table, faults = _table(name, content, kind, reading)
    except UnreadableError as error:
        return unread_sheet(name, kind, [InputFault(name, 1, WHOLE_FILE, error.shown)])
    if faults and not (table.rows and _is_header_readable(table, kind, reading)):
        return unread_sheet(name, kind, faults)
    sheet = read_sheet(table, kind, reading)
    if not faults:
        return sheet
    others = tuple(fault for fault in sheet.faults if not _is_invalid_byte(fault))
    return replace(sheet, faults=others).with_faults(faults)


def _is_invalid_byte(fault: InputFault) -> bool:
    """Return whether a fault is about a lone surrogate, which represents an invalid byte."""
    message = fault.message
    return (
        isinstance(message, Fact)
        and message.code == INVISIBLE_CHARACTER.code
        and str(message.params["code_point"]).startswith("U+DC")
    )


def _is_header_readable(table: TextTable, kind: PeopleKind, reading: ReadContext) -> bool:
    """Return whether there is a header without invalid bytes, which cause misleading faults."""
    messages: list[Fact] = []
    header = read_header(table, kind, reading, lambda *fault: messages.append(fault[2]))
    has_invalid_bytes = any(map(INVALID_BYTES.search, table.rows[header.row - 1]))
    return not has_invalid_bytes and all(one.code != NO_HEADER.code for one in messages)


def read_people(
    name: str, content: bytes, kind: PeopleKind, *, strict: bool = False
) -> tuple[Coachee, ...] | tuple[Coach, ...]:
    """Read the people in one file; references to people in the other file are not checked.

    With `strict`, only values in the documented formats are accepted.

    Raises:
        UnusableInputError: the file has faults; the error lists all of them.
    """
    sheet = people_sheet(name, content, kind, ReadContext(reference(), strict=strict))
    if sheet.faults:
        raise UnusableInputError(sheet.faults)
    return sheet.coachees() if kind is PeopleKind.COACHEES else sheet.coaches()


def file_ending(content: bytes) -> str:
    """Return the file extension that matches the content: `xlsx`, `ods` or `csv`."""
    if content.startswith(ZIP_SIGNATURE):
        return "ods" if is_opendocument(content) else "xlsx"
    return "csv"


def _table(
    name: str, content: bytes, kind: PeopleKind, reading: ReadContext
) -> tuple[TextTable, list[InputFault]]:
    if content.startswith(ZIP_SIGNATURE):
        columns = {column.name for column in COLUMNS[kind]}
        headers = {} if reading.strict else known_headers(columns)
        return workbook_table(name, content, kind.value, headers), []
    if name.lower().endswith(_WORKBOOK_ENDINGS):
        raise UnreadableError(facts.NOT_A_WORKBOOK())
    rows, faults = csv_rows(name, content, reading.encoding, strict=reading.strict)
    return TextTable(name, rows), faults
