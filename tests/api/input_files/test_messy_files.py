"""Untidy files are read as intended, or refused with a helpful message."""

import pytest

from api.input_files.people_lists import read_people_lists, understood_values
from api.input_files.reference_data import reference
from api.input_files.source import NamedFile
from coach.intake.reference import ReadContext
from coach.people import Coachee
from coach.texts.renderer import english
from tests.api.input_files.messy_files import (
    COACHES,
    HEADER,
    PAGE,
    ROWS,
    MessyFile,
    changed,
    csv,
    cyrillic,
    messy_files,
    page_with_table,
    read_messy,
    xlsx,
)


def people(file: MessyFile) -> tuple[Coachee, ...]:
    sheet, faults = read_messy(file)
    assert faults == []
    return sheet.coachees()


@pytest.mark.parametrize("file", list(messy_files()), ids=lambda file: file.about)
def test_untidy_file_is_read_as_the_tidy_one_or_refused(file: MessyFile) -> None:
    expected = people(MessyFile("tidy", csv(ROWS).encode()))
    sheet, faults = read_messy(file)
    if faults:
        is_header = file.about in {"a misspelt header", "row numbers instead of ids"}
        assert len(faults) == 1 + is_header  # the column is unknown, and the required one missing
    else:
        assert sheet.coachees() == expected


def test_table_in_the_reference_is_up_to_date() -> None:
    page = PAGE.read_text("utf-8")
    assert page_with_table(page) == page
    assert page.count("| read |") >= 40


def test_cyrillic_file_is_read_in_the_encoding_that_its_error_names() -> None:
    content = csv(cyrillic()).encode("cp1251")
    _, (fault,) = read_messy(MessyFile("", content))
    assert '--encoding windows-1251 if "Ђорђевић" looks right' in fault
    names = [person.name for person in people(MessyFile("", content, encoding="windows-1251"))]
    assert names == ["Весна Ђорђевић", "Агим Чела"]


def test_encoding_does_not_affect_unicode_files() -> None:
    tidy = MessyFile("", csv(ROWS).encode())
    assert people(MessyFile("", tidy.content, encoding="windows-1251")) == people(tidy)


def test_hidden_sheets_are_never_read() -> None:
    hidden = [("coachees", ROWS, "hidden"), ("b", ROWS, "veryHidden")]
    _, (fault,) = read_messy(MessyFile("", xlsx(*hidden, ("c", [["x"]], "visible")), "a.xlsx"))
    assert "no header row was found" in fault


def test_understood_and_omitted_values_are_reported_once_each() -> None:
    rows = changed("country", "Crna Gora")
    rows.append(["C-3", *rows[1][1:]])
    lists = read_people_lists(
        NamedFile("c.csv", csv(rows).encode()),
        NamedFile("k.csv", csv(COACHES).encode()),
        ReadContext(reference()),
    )
    said = [one.line(english(one.message)) for one in understood_values(lists)]
    assert said == ['c.csv:2:country: read "Crna Gora" as ME (also in 1 other row)']
    assert HEADER.index("country") == 3


def test_swapped_list_is_recognised_even_if_a_name_is_not_unicode() -> None:
    rows = [COACHES[0], *(["K-1", "Đorđe", *row[2:]] for row in COACHES[1:2])]
    _, faults = read_messy(MessyFile("", csv(rows).encode("cp1250")))
    assert ["swapped" in fault for fault in faults].count(True) == 1
    assert ["--encoding windows-1250" in fault for fault in faults].count(True) == 1
