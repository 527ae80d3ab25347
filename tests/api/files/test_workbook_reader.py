"""XLSX and ODS people files, including malicious and damaged ones."""

import io
import random
import struct
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from api.files.upload_limits import UnreadableError, check_archive
from api.files.workbook_reader_process import cell_text
from api.input_files.people_file import read_people
from coach.errors import UnusableInputError
from coach.intake.columns import PeopleKind
from coach.people import Coach, Coachee
from coach.texts.renderer import english

HEADER = ["id", "name", "email", "country", "languages", "availability", "capacity", "unavailable",
          "birth_year", "max_per_day"]  # fmt: skip
ROW = ["K-1", "Bo", "b@example.org", "SE", "en", "Mon 09:00-12:00", 3, date(2027, 2, 1), 1970, None]


def xlsx(*sheets: tuple[str, list[list[Any]]]) -> bytes:
    workbook = Workbook()
    workbook.remove(workbook["Sheet"])
    for name, rows in sheets:
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def ods(name: str, rows: list[list[Any]]) -> bytes:
    """Return a minimal OpenDocument spreadsheet."""

    def cell(value: Any) -> str:  # noqa: ANN401 - what a test puts into a cell
        if value is None:
            return "<table:table-cell/>"
        if isinstance(value, date):
            return f'<table:table-cell office:value-type="date" office:date-value="{value}"/>'
        if isinstance(value, int):
            return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
        text = f"<text:p>{escape(value)}</text:p>"
        return f'<table:table-cell office:value-type="string">{text}</table:table-cell>'

    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body>'
        f'<office:spreadsheet><table:table table:name="{name}">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0"?><manifest:manifest '
        'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    )
    return archive(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content.encode(),
            "META-INF/manifest.xml": manifest.encode(),
        }
    )


def archive(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            stored = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            packed.writestr(name, content, stored)
    return out.getvalue()


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def coaches(content: bytes, name: str = "people.xlsx") -> tuple[Coachee, ...] | tuple[Coach, ...]:
    return read_people(name, content, PeopleKind.COACHES)


def refusal(content: bytes) -> str:
    with pytest.raises(UnusableInputError) as refused:
        coaches(content)
    return str(refused.value)


@pytest.mark.parametrize(
    "content",
    [
        xlsx(("Sheet1", [HEADER, ROW])),
        xlsx(("Read me", [["Hello"]]), (" Coaches ", [HEADER, ROW])),
        xlsx(("coachees", [["Hello"]]), ("COACHES", [HEADER, ROW])),
        ods("Tabelle1", [HEADER, ROW]),
    ],
)
def test_typed_cells_are_read_with_their_meaning(content: bytes) -> None:
    (person,) = coaches(content)
    assert isinstance(person, Coach)
    assert (person.capacity, person.birth_year, person.max_per_day) == (3, 1970, None)
    assert [str(dates) for dates in person.unavailable] == ["2027-02-01"]


def test_rows_below_empty_rows_keep_their_numbers() -> None:
    wrong = [*ROW[:6], 3.5, *ROW[7:]]
    output = refusal(xlsx(("coaches", [HEADER, [], [None, " "], wrong])))
    assert output == ("people.xlsx:4:capacity: '3.5' is not a whole number; use one from 0 to 50")
    assert refusal(xlsx(("coaches", [[], HEADER, wrong]))).startswith("people.xlsx:3:capacity: ")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, "3"),
        (3.5, "3.5"),
        (7, "7"),
        (True, "yes"),
        (False, "no"),
        (date(2027, 2, 1), "2027-02-01"),
        (datetime(2027, 2, 1), "2027-02-01"),  # noqa: DTZ001 - cells have no time zone
        (datetime(2027, 2, 1, 9, 30), "2027-02-01 09:30"),  # noqa: DTZ001 - as above
        (time(9, 5), "09:05"),
        (timedelta(hours=9, minutes=5), "09:05"),
        (float("inf"), "inf"),
        ("", ""),
    ],
)
def test_typed_cell_is_formatted_as_a_user_would_enter_it(value: object, text: str) -> None:
    assert cell_text(value) == text


def _spanning(cells: str) -> bytes:
    """Return a workbook whose sheet has these `cells`, as XML, after its header row."""
    parts = members(xlsx(("coaches", [HEADER])))
    sheet = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b"</row>", b"</row>" + cells.encode(), 1)
    return archive(parts)


def _with_wrong_sizes(content: bytes) -> bytes:
    """Return a copy whose headers declare a size of 10 bytes for the largest member."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        largest = max(packed.infolist(), key=lambda member: member.file_size)
    true, false = (struct.pack("<L", size) for size in (largest.file_size, 10))
    return content.replace(true, false)


def _many_long_cells() -> bytes:
    """Return a workbook with almost 90,000 cells that refer to a shared 300 kB string."""
    parts = members(xlsx(("coaches", [HEADER])))
    space = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    text = random.Random(1).randbytes(150_000).hex().encode()  # so that it does not compress well
    parts["xl/sharedStrings.xml"] = b"<sst %s><si><t>%s</t></si></sst>" % (space, text)
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n)
                     for n in range(2, 90_000))  # fmt: skip
    sheet = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b"</row>", b"</row>" + cells, 1)
    return archive(parts)


NESTED_ENTITIES = b"<!DOCTYPE w [<!ENTITY e0 'zzzzzzzzzz'>%s]><w>&e9;</w>" % b"".join(
    b"<!ENTITY e%d '%s'>" % (depth, b"&e%d;" % (depth - 1) * 10) for depth in range(1, 10)
)


def _with_workbook_part(part: bytes) -> bytes:
    parts = members(xlsx(("coaches", [HEADER])))
    return archive(parts | {"xl/workbook.xml": part})


WORKBOOK = xlsx(("coaches", [HEADER, ROW]))
BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "compressed zeros": (
        lambda: archive({"xl/workbook.xml": b"0" * (300 * 1024 * 1024)}), "expands to 300 MiB"),
    "a high ratio": (
        lambda: archive({"xl/workbook.xml": b"0" * (30 * 1024 * 1024)}), "times its size"),
    "many parts": (lambda: archive({f"p{n}": b"" for n in range(2001)}), "2001 parts"),
    "wrong sizes in the directory": (
        lambda: _with_wrong_sizes(archive({"xl/workbook.xml": bytes(range(256)) * 9000})),
        "larger than declared"),
    "two cells far apart": (
        lambda: _spanning('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "memory"),
    "a tall sheet": (
        lambda: _spanning('<row r="100002"><c r="A100002"><v>1</v></c></row>'), "100002 rows"),
    "a wide sheet": (
        lambda: _spanning('<row r="2"><c r="XFD2"><v>1</v></c></row>'), "16384 columns"),
    "many references to a long text": (_many_long_cells, "memory"),
    "not a workbook": (lambda: archive({"word/document.xml": b"<x/>"}), "text document"),
    "nested entities": (lambda: _with_workbook_part(NESTED_ENTITIES), ""),
    "malformed part": (
        lambda: archive(members(xlsx(("coaches", [HEADER]))) | {"xl/workbook.xml": b"<workbook"}),
        ""),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_malicious_workbook_is_rejected_with_a_fault(name: str) -> None:
    build, expected = BOMBS[name]
    fault = refusal(build())
    assert fault.startswith("people.xlsx:1:")
    assert expected in fault
    assert "\n" not in fault or expected == ""


def test_encrypted_workbook_is_reported() -> None:
    content = bytearray(archive({"xl/workbook.xml": b"secret" * 100}))
    for start in (content.index(b"PK\x03\x04") + 6, content.index(b"PK\x01\x02") + 8):
        content[start] |= 1  # the flag of an encrypted member
    assert "password" in refusal(bytes(content))


def test_directory_before_the_start_of_the_file_is_reported() -> None:
    content = bytearray(WORKBOOK)
    end = content.rindex(b"PK\x05\x06")
    struct.pack_into("<L", content, end + 12, end + 7)  # a directory larger than the file
    assert "damaged" in refusal(bytes(content))


def test_mismatched_tag_is_reported_instead_of_looping() -> None:
    parts = members(ods("coachees", [["id", "name"], ["C-1", "Ana"]]))
    parts["content.xml"] = parts["content.xml"].replace(
        b"</table:table-cell>", b"</tablet:cell>", 1
    )
    assert "content.xml is not valid XML (mismatched tag" in refusal(archive(parts))


def test_wrong_checksum_of_a_part_is_reported() -> None:
    content = bytearray(ods("coachees", [["id", "name"], ["C-1", "Ana"]]))
    with zipfile.ZipFile(io.BytesIO(content)) as whole:
        checksum = struct.pack("<L", whole.getinfo("content.xml").CRC)
    assert content.count(checksum) == 2, "one beside the part, one in the directory"
    content = content.replace(checksum, b"\0\0\0\0")
    assert "CRC" in refusal(bytes(content))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damaged_archive_never_passes_its_check(data: st.DataObject) -> None:
    content = bytearray(WORKBOOK)
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.just(len(content)) | st.integers(4, len(content)))
    try:
        check_archive(bytes(content[:cut]))
    except UnreadableError as refused:
        assert str(refused)  # noqa: PT017 - whatever else is raised fails the test


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.data())
def test_damaged_workbook_never_crashes_the_reader(data: st.DataObject) -> None:
    parts = members(WORKBOOK)
    name = data.draw(st.sampled_from(sorted(parts)))
    part = bytearray(parts[name])
    for _ in range(data.draw(st.integers(1, 6))):
        part[data.draw(st.integers(0, len(part) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert coaches(archive(parts | {name: bytes(part)})) is not None
    except UnusableInputError as refused:
        assert refused.faults  # noqa: PT017 - whatever else is raised fails the test


@given(st.binary(max_size=300))
def test_bytes_never_crash_the_reader(content: bytes) -> None:
    with pytest.raises(UnusableInputError):
        read_people("people.csv", content, PeopleKind.COACHES)


def test_cells_that_only_appear_empty_are_faults() -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in (HEADER, ROW, ROW, ROW):
        sheet.append(row)
    sheet["A3"], sheet["A4"] = "K-2", "K-3"
    sheet["G2"], sheet["D3"], sheet["J4"] = "=1+2", "#REF!", "#N/A"
    out = io.BytesIO()
    workbook.save(out)
    with pytest.raises(UnusableInputError) as caught:
        read_people("k.xlsx", out.getvalue(), PeopleKind.COACHES)
    output = [
        (fault.row, fault.column, english(fault.message).split(";")[0])
        for fault in caught.value.faults
    ]
    assert output == [
        (2, "capacity", "contains a formula with no saved result"),
        (3, "country", "contains a formula with the error #REF!"),
        (4, "max_per_day", "contains a formula with the error #N/A"),
    ]


def test_row_of_misread_cells_is_not_empty() -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(HEADER)
    sheet.append(["#N/A"])
    out = io.BytesIO()
    workbook.save(out)
    with pytest.raises(UnusableInputError) as caught:
        read_people("k.xlsx", out.getvalue(), PeopleKind.COACHES)
    assert (caught.value.faults[0].row, caught.value.faults[0].column) == (2, "id")


def test_formula_with_a_value_is_read() -> None:
    formula = b'<c r="G2"><f>1+2</f><v>3</v></c>'
    whole = xlsx(("coaches", [HEADER, ROW]))
    with zipfile.ZipFile(io.BytesIO(whole)) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    before = members[sheet]
    members[sheet] = before.replace(b'<c r="G2" t="n"><v>3</v></c>', formula)
    assert members[sheet] != before
    (coach,) = read_people("k.xlsx", archive(members), PeopleKind.COACHES)
    assert isinstance(coach, Coach)
    assert coach.capacity == 3


def test_errors_and_formulas_without_value_are_faults_in_opendocument() -> None:
    with zipfile.ZipFile(io.BytesIO(ods("coaches", [HEADER, ROW]))) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    error = (
        b'<table:table-cell table:formula="of:=NA()" office:value-type="string" '
        b'office:string-value="" calcext:value-type="error" xmlns:calcext='
        b'"urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
        b"<text:p>#N/A</text:p></table:table-cell>"
    )
    content = members["content.xml"]
    content = content.replace(
        b'<table:table-cell office:value-type="string"><text:p>SE</text:p></table:table-cell>',
        error,
    ).replace(
        b'<table:table-cell office:value-type="float" office:value="3"/>',
        b'<table:table-cell table:formula="of:=1+2"/>',
    )
    members["content.xml"] = content
    with pytest.raises(UnusableInputError) as caught:
        read_people("k.ods", archive(members), PeopleKind.COACHES)
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [
        (2, "country"),
        (2, "capacity"),
    ]
    assert "#N/A" in english(caught.value.faults[0].message)
    assert "formula with no saved result" in english(caught.value.faults[1].message)
