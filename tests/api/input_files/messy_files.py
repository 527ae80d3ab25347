"""More than ninety untidy lists of coachees; each has the same two people or is unusable.

`python -m tests.api.input_files.messy_files --write` writes a table of these files in
docs/reference/people-files.md.
"""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook

from api.input_files.people_lists import input_faults, read_people_lists
from api.input_files.reference_data import reference
from api.input_files.source import NamedFile
from coach.intake.columns import PeopleKind, example_row
from coach.intake.cycle_file import unread_cycle
from coach.intake.people_sheet import PeopleSheet
from coach.intake.reference import ReadContext
from coach.texts.renderer import english

PAGE = Path(__file__).parents[3] / "docs/reference/people-files.md"
START, END = "<!-- messy files -->\n", "<!-- end of messy files -->\n"

HEADER = ["id", "name", "email", "country", "languages", "availability", "unavailable",
          "sex", "birth_year", "service", "rank", "role", "priority", "refuses"]  # fmt: skip
FIRST = ["C-1", "Vesna Đorđević", "vesna@example.org", "ME", "cnr:C2; en:B2",
         "Mon 09:00-12:00", "2027-02-01..2027-02-14", "F", "1979", "land", "OF-5", "commander",
         "3", "K-1; K-2"]  # fmt: skip
SECOND = ["C-2", "Agim Çela", "agim@example.org", "AL", "sq; en:C1", "Wed 13:00-16:30", "", "M",
          "", "", "", "decision_maker", "", ""]  # fmt: skip
ROWS = [HEADER, FIRST, SECOND]
COACHES = [
    ["id", "name", "email", "country", "languages", "availability", "capacity"],
    ["K-1", "Petar Uzor", "petar@example.org", "HR", "hr; en", "Mon 09:00-12:00", "2"],
    ["K-2", "Ana Uzor", "ana@example.org", "HR", "hr; en", "Mon 09:00-12:00", "2"],
]


@dataclass(frozen=True)
class MessyFile:
    """An untidy file: its kind of untidiness, its name and content, and the specified encoding."""

    about: str
    content: bytes
    name: str = "coachees.csv"
    encoding: str | None = None


def csv(
    rows: list[list[str]], separator: str = ",", *, newline: str = "\n", quote: bool = True
) -> str:
    mark = '"' if quote else ""
    return "".join(separator.join(f"{mark}{cell}{mark}" for cell in row) + newline for row in rows)


def changed(column: str, text: str) -> list[list[str]]:
    place = HEADER.index(column)
    return [HEADER, [*FIRST[:place], text, *FIRST[place + 1 :]], SECOND]


def cyrillic() -> list[list[str]]:
    rows = changed("name", "Весна Ђорђевић")
    return [rows[0], rows[1], [*SECOND[:1], "Агим Чела", *SECOND[2:]]]


def xlsx(*sheets: tuple[str, list[list[str]], str], merged: str = "") -> bytes:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, rows, state in sheets:
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append([int(cell) if cell.isdigit() else cell for cell in row])
        sheet.sheet_state = state
        if merged:
            sheet.merge_cells(merged)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as members:
        for name in names:
            members.writestr(name, "x")
    return out.getvalue()


def headed(**names: str) -> list[list[str]]:
    return [[names.get(name, name) for name in HEADER], FIRST, SECOND]


_TITLE = [["Spisak kandidata za 2027"], [], *ROWS]
_OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(200)
_CELLS = (
    ("a country by its Serbian name", "country", "Crna Gora"),
    ("a country by its name in Cyrillic", "country", "Црна Гора"),
    ("a country by its Albanian name", "country", "Mali i Zi"),
    ("a three-letter code of a country", "country", "MNE"),
    ("a former country", "country", "YU"),
    ("languages by name, separated by a comma", "languages", "crnogorski C2, engleski B2"),
    ("languages in Cyrillic", "languages", "црногорски (C2); енглески (B2)"),
    ("levels in Cyrillic", "languages", "црногорски Ц2, енглески (Б2)"),
    ("languages joined by a word", "languages", "crnogorski C2 i engleski B2"),
    ("three-letter codes of languages", "languages", "cnr/C2; eng:B2"),
    ("a name of several languages", "languages", "BHS"),
    ("the withdrawn code of several languages", "languages", "sh; en:B2"),
    ("a colloquial name of several languages", "languages", "naški"),
    ("hours without minutes", "availability", "Mon 9-12"),
    ("hours with full stops", "availability", "Mon 09.00 - 12.00"),
    ("a weekday in Serbian", "availability", "ponedeljak 9-12h"),
    ("a weekday in Albanian", "availability", "e hënë 9:00-12:00"),
    ("a weekday in Macedonian", "availability", "понеделник 09:00-12:00"),
    ("hours joined by words", "availability", "понедељак од 9 до 12"),
    ("English hours", "availability", "Monday 9am-12pm"),
    ("hours that may be in the afternoon", "availability", "Mon 1-4"),
    ("hours that may end in the afternoon", "availability", "Mon 9-5"),
    ("a window without hours", "availability", "Mon"),
    ("dates with full stops", "unavailable", "1.2.2027 - 14.2.2027"),
    ("dates with the month once", "unavailable", "1.-14.2.2027."),
    ("dates joined by a word", "unavailable", "2027-02-01 to 2027-02-14"),
    ("numbers of a spreadsheet program as dates", "unavailable", "46419..46432"),
    ("a date with two meanings", "unavailable", "1/2/2027"),
    ("a date that does not exist", "unavailable", "30.2.2027"),
    ("a word for female", "sex", "žensko"),
    ("a date of birth", "birth_year", "15.3.1979."),
    ("a short year", "birth_year", "79"),
    ("the name of a service", "service", "Kopnena vojska"),
    ("a rank title", "rank", "pukovnik"),
    ("a rank title in Cyrillic", "rank", "пуковник"),
    ("a feminine rank title", "rank", "pukovnica"),
    ("a rank code without a hyphen", "rank", "OF5"),
    ("an English abbreviation of a rank", "rank", "COL"),
    ("an unknown rank title", "rank", "šef"),
    ("a role in Serbian", "role", "komandant"),
    ("a decimal number", "priority", "3,0"),
    ("a number that is too large", "priority", "30"),
    ("an address with a name", "email", "Vesna Đorđević <vesna@example.org>"),
    ("an address as a link", "email", "mailto:vesna@example.org"),
    ("two addresses", "email", "vesna@example.org, v@example.org"),
    ("ids separated by a comma", "refuses", "K-1, K-2"),
)


def messy_files() -> Iterator[MessyFile]:
    for about, column, text in _CELLS:
        yield MessyFile(about, csv(changed(column, text)).encode())
    yield MessyFile("an error of a spreadsheet program", csv(changed("rank", "#N/A")).encode())
    yield from _text_files()
    yield from _headers()
    yield from _workbooks()
    yield from _other_formats()


def _text_files() -> Iterator[MessyFile]:
    plain = csv(ROWS)
    yield MessyFile("a byte order mark", plain.encode("utf-8-sig"))
    yield MessyFile("semicolons between cells", csv(ROWS, ";").encode())
    yield MessyFile("tabs between cells", csv(ROWS, "\t", quote=False).encode())
    yield MessyFile("line ends of Windows", csv(ROWS, newline="\r\n").encode())
    yield MessyFile("UTF-16 with tabs, as saved by Excel", csv(ROWS, "\t").encode("utf-16"))
    yield MessyFile("UTF-16 without a byte order mark", plain.encode("utf-16-le"))
    yield MessyFile("Windows-1250", plain.encode("cp1250"))
    windows = plain.encode("cp1250")
    yield MessyFile("Windows-1250, with --encoding", windows, encoding="windows-1250")
    yield MessyFile("Windows-1251", csv(cyrillic()).encode("cp1251"))
    headers = headed(name="Име и презиме", languages="Језици")
    yield MessyFile(
        "Windows-1251, with headers in Cyrillic", csv(headers).encode("cp1251", "replace")
    )
    yield MessyFile(
        "an encoding that does not fit",
        plain.encode("cp1250").replace(b"\xd0", b"\x81"),
        encoding="windows-1250",
    )
    yield MessyFile("the line sep=; of Excel", ("sep=;\n" + csv(ROWS, ";")).encode())
    yield MessyFile("a quotation mark that is not closed", plain.encode() + b'"C-3,Ana\n')
    yield MessyFile("too many columns", b",".join([b"x"] * 1_002))
    yield MessyFile("an empty file", b"")
    yield MessyFile("empty rows", csv([HEADER, [], [""] * 14, FIRST, [], SECOND]).encode())
    yield MessyFile("spaces around cells", csv(changed("id", "  C-1 ")).encode())
    yield MessyFile("an id twice", csv([HEADER, FIRST, ["C-1", *SECOND[1:]]]).encode())


def _headers() -> Iterator[MessyFile]:
    yield MessyFile("title rows above the header", csv(_TITLE).encode())
    serbian = headed(id="Šifra", name="Ime i prezime", country="Država", languages="Jezici",
                     rank="Čin", sex="Pol", role="Uloga")  # fmt: skip
    yield MessyFile("headers in Serbian", csv(serbian).encode())
    macedonian = headed(name="Име и презиме", country="Земја", languages="Јазици", rank="Чин")
    yield MessyFile("headers in Macedonian", csv(macedonian).encode())
    albanian = headed(name="Emri dhe mbiemri", country="Shteti", languages="Gjuhët", rank="Grada")
    yield MessyFile("headers in Albanian", csv(albanian).encode())
    capitals = headed(name="NAME *", email="E-mail", birth_year="Birth Year")
    yield MessyFile("headers with capitals and signs", csv(capitals).encode())
    yield MessyFile("a misspelt header", csv(headed(languages="langauges")).encode())
    yield MessyFile("an unknown column", csv(headed(sex="shoe size")).encode())
    german = [[""], ["", "", ""], ["Nr.", "Vorname", "Land"], ["1", "Vesna", "Montenegro"]]
    yield MessyFile("headers in another language", csv(german).encode())
    yield MessyFile("row numbers instead of ids", csv(headed(id="R. br.")).encode())
    yield MessyFile("a column twice", csv(headed(sex="Ime i prezime")).encode())
    yield MessyFile("the list of coaches instead", csv(COACHES).encode())


def _workbooks() -> Iterator[MessyFile]:
    named = "list.xlsx"
    one = ("Tabelle1", ROWS, "visible")
    yield MessyFile("a workbook with one sheet", xlsx(one), named)
    other = ("Koučevi", COACHES, "visible")
    yield MessyFile("the list in the second sheet", xlsx(other, one), named)
    old = ("coachees", changed("country", "Q1"), "hidden")
    yield MessyFile("an old list in a hidden sheet", xlsx(old, one), named)
    yield MessyFile("a sheet of other things", xlsx(("Notes", [["a", "b"]], "visible")), named)
    wrong = ("Tabelle1", changed("country", "Q1"), "visible")
    yield MessyFile("an error in one of several sheets", xlsx(other, wrong), named)
    titled = xlsx(("Tabelle1", _TITLE, "visible"), merged="A1:E1")
    yield MessyFile("a merged title above the header", titled, named)
    example = example_row(PeopleKind.COACHEES)
    with_example = [HEADER, [example[name] for name in HEADER], FIRST, SECOND]
    yield MessyFile("the example of the template", xlsx(("a", with_example, "visible")), named)


def _other_formats() -> Iterator[MessyFile]:
    yield MessyFile("an old .xls workbook", _OLE, "list.xls")
    encrypted = _OLE + "EncryptedPackage".encode("utf-16-le")
    yield MessyFile("a workbook with a password", encrypted, "list.xlsx")
    numbers = archive("Index/Document.iwa", "preview.jpg")
    yield MessyFile("a .numbers document", numbers, "list.numbers")
    yield MessyFile("a Word document", archive("word/document.xml"), "list.docx")
    yield MessyFile("a ZIP archive", archive("coachees.csv"), "list.zip")
    yield MessyFile("a PDF", b"%PDF-1.7\n%\xe2\xe3\n", "list.pdf")
    html = b"<html><table><tr><td>id</td></tr></table></html>"
    yield MessyFile("a web page named .xls", html, "list.xls")
    yield MessyFile("XML of Excel 2003", b'<?xml version="1.0"?><Workbook/>', "list.xml")
    yield MessyFile("rich text", b"{\\rtf1 id}", "list.rtf")
    yield MessyFile("CSV named .xlsx", csv(ROWS).encode(), "list.xlsx")
    yield MessyFile("a picture", b"\x89PNG\r\n\x1a\n\x00\x00", "list.png")


def read_messy(file: MessyFile) -> tuple[PeopleSheet, list[str]]:
    """Return the sheet of coachees, and its faults."""
    context = ReadContext(reference(), encoding=file.encoding)
    coaches = NamedFile("coaches.csv", csv(COACHES).encode())
    lists = read_people_lists(NamedFile(file.name, file.content), coaches, context)
    faults = input_faults(unread_cycle("cycle.toml", ()), lists, context)
    return lists.coachees, [f"{one.column}: {english(one.message)}" for one in faults]


def table() -> str:
    lines = ["| file | result |", "|---|---|"]
    for file in messy_files():
        _, faults = read_messy(file)
        result = f"`{faults[0]}`" if faults else "read"
        lines.append(f"| {file.about} | {result.replace('|', ' ')} |")
    return "\n".join(lines) + "\n"


def page_with_table(page: str) -> str:
    before, _, rest = page.partition(START)
    return before + START + "\n" + table() + "\n" + END + rest.partition(END)[2]


if __name__ == "__main__" and "--write" in sys.argv:
    PAGE.write_text(page_with_table(PAGE.read_text("utf-8")), "utf-8")
