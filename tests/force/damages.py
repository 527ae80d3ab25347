"""Valid people files and cycle files, and ways to damage their bytes, cells, keys and archives.

Damaged bytes simulate a faulty disk or editor. Damaged cells and keys usually leave the file valid
CSV or TOML, so that the code that interprets the content is also tested.
"""

from __future__ import annotations

import csv
import io
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from xml.sax.saxutils import escape

from api.input_files.source import NamedFile
from api.input_files.template_workbook import template_workbook
from api.texts.terminal_language import terminal_renderer

CYCLE = b"""\
[cycle]
name = "Fuzzed"
start = 2027-01-18
end = 2027-07-16
timezone = "Europe/Belgrade"
[sessions]
count = 6
minutes = 90
min_gap_days = 21
[calendar]
blackout = ["2027-04-30..2027-05-03"]
[rules.language]
minimum_level = "B2"
groups = [["bs", "hr", "sr"]]
[rules.country]
excluded = [["RS", "XK"]]
[pins]
C-1 = "K-1"
[bans]
C-2 = ["K-1"]
[weights]
topics = 3
"""
COACHEES = b'''\
id,name,email,country,languages,availability,unavailable,timezone,sex,birth_year,service,unit,rank,\
role,priority
C-1,A,a@b.org,RS,sr;en:B2,Mon 09:00-12:00;Wed 13:00-16:30,2027-02-01..2027-02-14,,F,1980,land,1,OF-\
5,commander,3
C-2,"Bo ""B""",b@b.org,XK,sq;en,Tue 08:00-17:00,,Europe/Belgrade,M,,navy,,CIV~OF-4,decision_maker,
'''
COACHES = b"""\
id;name;email;country;languages;availability;capacity;max_per_day;refuses;topics;chain_of_command
K-1;Carl;c@example.org;SE;en:C1;Mon 08:00-18:00;3;2;;planning;2nd
K-2;Dora;d@example.org;HR;hr;Wed 09:00-15:00;2;;C-2;;
"""
_BAD_BYTES = (
    *(b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b'"', b'""', b"'''", b"\r", b"\n\n", b",", b";"),
    *(b"[", b"]]", b"{", b"=", b".", b"..", b"#", b"\\u0000", b"\xf0\x9f\x92\xa9", b"\xed\xa0\x80"),
    *(b"-1", b"0", b"1e999", b"nan", b"9" * 400, b"0x7f", b"true", b"99:99", b"24:00", b"-0"),
    *(b"0000-00-00", b"9999-12-31", b"1970-01-01..9999-12-31", b"Mon", b"OF-99", b"CIV~CIV~OF-1"),
    *(b"a" * 5000, b"[" * 600, b"=HYPERLINK(1)", "\u202e\u0130\u2028".encode(), b"ZZ", b"en:Z9"),
)
_CELLS = (
    *(
        "",
        " ",
        "-",
        "0",
        "-1",
        "1.5",
        "1e9",
        "nan",
        "inf",
        "9" * 40,
        "\u0663",
        "\u00bd",
        "x" * 4000,
    ),
    *(
        "C-1",
        "c-1",
        "K-1",
        "K-1;K-1",
        "C-1;K-2;nobody",
        "=1+1",
        "a@b",
        "a@b.org;c@d.org",
        "\u202eab",
    ),
    *("RS", "xk", "UK", "Serbia", "sr;sr", "sh", "en:C9", "en:", ":B2", "EN : c1", "cnr;bs:A1;hr"),
    *("Mon 09:00-12:00", "Mon 12:00-09:00", "Mon 00:00-24:00", "Sun 23:59-24:00", "Mon-Fri 8-17"),
    *("Mon 09:00-12:00;" * 60, "2027-02-01", "2027-02-30", "2027-02-14..2027-02-01", "1970-01-01"),
    *("Europe/Belgrade", "europe/belgrade", "UTC+1", "../etc", "OF-5", "OF-10", "CIV~", "brigadir"),
    *("F", "female", "1899", "2027", "2100", "land", "Navy ", "commander", "yes", "no", "\u0000"),
)
_VALUES = (
    *("0", "-1", "1", "6", "90", "10000", "1_000", "9" * 30, "0.5", "1e400", "nan", "inf", "true"),
    *(
        '""',
        '"x"',
        '"Europe/Belgrade"',
        '"B2"',
        '"none"',
        "'''a\nb'''",
        '"\\u0000"',
        '"2027-01-18"',
    ),
    *("2027-01-18", "2027-07-16", "0001-01-01", "9999-12-31", "2027-01-18T09:00:00Z", "09:00:00"),
    *("[]", "[[]]", '["RS", 1]', '[["RS", "XK"], ["SE"]]', '["2027-05-03..2027-04-30"]', "{}"),
    *("{a = 1}", '{start = "09:00", end = "17:00"}', '["K-1", "K-1"]', '[["hr"], ["hr", "sr"]]'),
)
_KEYS = ("count", "name", "start", "x", '"C-1"', '"C-2"', '"K-1"', "a.b.c", '""', "minutes", "mode")
_TABLES = (
    "[rules]",
    "[[rules]]",
    "[rules.rank]",
    "[cycle]",
    "[pins]",
    "[x]",
    "[timetable]",
    "[a.b]",
)
_MOST_DAMAGES = 6
_CELLS_DAMAGED = 0.6


@dataclass(frozen=True, slots=True)
class Damaged:
    """The three files of a cycle, one of them damaged, and the damaged file's kind."""

    kind: str
    cycle: NamedFile
    coachees: NamedFile
    coaches: NamedFile


def damaged_text(rng: random.Random) -> Damaged:
    """Return a cycle with damage in the cycle file or in one of the people files."""
    cycle, coachees, coaches = CYCLE, COACHEES, COACHES
    kind = rng.choice(["TOML", "CSV", "CSV"])
    inside = rng.random() < _CELLS_DAMAGED
    if kind == "TOML":
        cycle = (_keys_damaged if inside else bytes_damaged)(rng, cycle)
    elif rng.random() < 0.5:
        coachees = _cells_damaged(rng, coachees, ",") if inside else bytes_damaged(rng, coachees)
    else:
        coaches = _cells_damaged(rng, coaches, ";") if inside else bytes_damaged(rng, coaches)
    return Damaged(
        kind,
        NamedFile("cycle.toml", cycle),
        NamedFile("coachees.csv", coachees),
        NamedFile("coaches.csv", coaches),
    )


def damaged_workbook(rng: random.Random) -> Damaged:
    """Return a cycle whose people are in a damaged XLSX or ODS workbook."""
    kind = rng.choice(["XLSX", "XLSX", "ODS"])
    good = _workbook() if kind == "XLSX" else opendocument()
    damage: Callable[[random.Random, bytes], bytes]
    damage = rng.choice([bytes_damaged, _member_damaged, _member_damaged])
    people = NamedFile(f"people.{kind.lower()}", damage(rng, good))
    return Damaged(kind, NamedFile("cycle.toml", CYCLE), people, people)


def bytes_damaged(rng: random.Random, content: bytes) -> bytes:
    """Replace, duplicate, remove or corrupt a few ranges of bytes."""
    for _ in range(rng.randint(1, _MOST_DAMAGES)):
        first = rng.randrange(len(content) + 1)
        last = min(len(content), first + int(rng.expovariate(0.2)))
        inside = content[first:last]
        put = rng.choice(
            [b"", inside * 2, inside[::-1], rng.randbytes(len(inside)), rng.choice(_BAD_BYTES)]
        )
        content = content[:first] + put + content[last:]
    return content


def _cells_damaged(rng: random.Random, content: bytes, separator: str) -> bytes:
    """Change cells, columns and rows of a table, which usually remains valid CSV."""
    rows = list(csv.reader(io.StringIO(content.decode(), newline=""), delimiter=separator))
    for _ in range(rng.randint(1, _MOST_DAMAGES)):
        row = rng.choice(rows)
        column = rng.randrange(len(row)) if row else 0
        match rng.randrange(8):
            case 0 if row:
                del row[column]
            case 1:
                row.insert(column, rng.choice(_CELLS))
            case 2:
                rows.insert(rng.randrange(len(rows) + 1), list(row))
            case 3 if len(rows) > 1:
                rows.remove(row)
            case 4 if row:
                other = rng.choice(rows)
                row[column] = rng.choice(other) if other else ""
            case _ if row:
                row[column] = rng.choice(_CELLS)
    out = io.StringIO(newline="")
    kept = separator if rng.random() < 0.9 else rng.choice(",;\t|")
    csv.writer(out, delimiter=kept, lineterminator=rng.choice(["\n", "\r\n"])).writerows(rows)
    return out.getvalue().encode()


def _keys_damaged(rng: random.Random, content: bytes) -> bytes:
    """Change values, keys and tables of a cycle file, which usually remains valid TOML."""
    lines = content.decode().splitlines()
    for _ in range(rng.randint(1, _MOST_DAMAGES)):
        place = rng.randrange(len(lines))
        key, equals, value = lines[place].partition(" = ")
        match rng.randrange(7):
            case 0 if len(lines) > 1:
                del lines[place]
            case 1:
                lines.insert(place, rng.choice(lines))
            case 2:
                lines.insert(place, rng.choice(_TABLES))
            case 3:
                lines.insert(place, f"{rng.choice(_KEYS)} = {rng.choice(_VALUES)}")
            case 4 if equals:
                lines[place] = f"{rng.choice(_KEYS)} = {value}"
            case _ if equals:
                lines[place] = f"{key} = {rng.choice(_VALUES)}"
    return "\n".join(lines).encode()


def _member_damaged(rng: random.Random, workbook: bytes) -> bytes:
    """Damage one member of an otherwise intact ZIP archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(packed, "w") as target:
        chosen = rng.choice(source.namelist())
        for name in source.namelist():
            part = source.read(name)
            target.writestr(name, bytes_damaged(rng, part) if name == chosen else part)
    return packed.getvalue()


@cache
def _workbook() -> bytes:
    return template_workbook(terminal_renderer())


@cache
def opendocument() -> bytes:
    """Return both tables as sheets of a minimal ODS workbook (ODF 1.3 part 3)."""
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text")
    )
    sheets = _sheet("coachees", COACHEES, ",") + _sheet("coaches", COACHES, ";")
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body>'
        f"<office:spreadsheet>{sheets}</office:spreadsheet></office:body></office:document-content>"
    )
    space = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{space}"/>')
    return packed.getvalue()


def _sheet(name: str, table: bytes, separator: str) -> str:
    rows = csv.reader(io.StringIO(table.decode(), newline=""), delimiter=separator)
    drawn = "".join(
        f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>" for row in rows
    )
    return f'<table:table table:name="{name}">{drawn}</table:table>'


def _cell(text: str) -> str:
    if text.isdigit():
        return f'<table:table-cell office:value-type="float" office:value="{text}"/>'
    return (
        f'<table:table-cell office:value-type="string"><text:p>{escape(text)}</text:p>'
        "</table:table-cell>"
    )
