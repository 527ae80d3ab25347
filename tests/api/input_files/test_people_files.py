"""People files."""

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.input_files.people_file import read_people
from coach.availability import DateRange, WeeklyWindow
from coach.errors import UnusableInputError
from coach.intake.columns import PeopleKind
from coach.languages import CefrLevel, LanguageSkill
from coach.people import Coach, Coachee, RankSensitivity, Role, Service, Sex
from coach.ranks import GRADE_NEUTRAL

GOOD = {
    "id": "C-1",
    "name": "Vesna Primjer",
    "email": "vesna@example.org",
    "country": "ME",
    "languages": "cnr:C2;en:B2",
    "availability": "Mon 09:00-12:00",
    "role": "commander",
}
GOOD_COACH = {**{key: GOOD[key] for key in list(GOOD)[:6]}, "id": "K-1", "capacity": "2"}


def sheet(*rows: dict[str, str], separator: str = ",") -> bytes:
    header = list(dict.fromkeys(key for row in rows for key in row))
    return table([header, *([row.get(key, "") for key in header] for row in rows)], separator)


def table(rows: Sequence[Sequence[str]], separator: str = ",") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue().encode()


def coachees(content: bytes, name: str = "people.csv") -> tuple[Coachee, ...]:
    people = read_people(name, content, PeopleKind.COACHEES)
    return tuple(person for person in people if isinstance(person, Coachee))


def coaches(content: bytes) -> tuple[Coach, ...]:
    people = read_people("people.csv", content, PeopleKind.COACHES)
    return tuple(person for person in people if isinstance(person, Coach))


def faults(
    content: bytes, kind: PeopleKind = PeopleKind.COACHEES, *, strict: bool = False
) -> list[str]:
    with pytest.raises(UnusableInputError) as refused:
        read_people("people.csv", content, kind, strict=strict)
    return str(refused.value).splitlines()


def test_empty_cell_means_the_default() -> None:
    (person,) = coachees(sheet(GOOD))
    assert (person.timezone, person.rank, person.priority) == ("Europe/Podgorica", GRADE_NEUTRAL, 1)
    assert person.rank_sensitivity is RankSensitivity.STANDARD
    assert (person.sex, person.birth_year, person.service, person.unit) == (None, None, None, "")
    assert person.uniformed_coach is False
    assert (person.prefers, person.refuses, person.topics) == ((), frozenset(), ())
    (coach,) = coaches(sheet(GOOD_COACH))
    assert (coach.max_per_day, coach.max_per_week, coach.chain_of_command) == (None, None, ())


def test_every_column_is_read() -> None:
    row = GOOD | {
        "unavailable": "2027-02-01..2027-02-14; 2027-03-08",
        "timezone": "Africa/Nairobi",
        "sex": "f",
        "birth_year": "1975",
        "service": "Land",
        "unit": " 1st  Battalion ",
        "rank": "pukovnik",
        "rank_sensitivity": "strict",
        "uniformed_coach": "yes",
        "priority": "9",
        "prefers": "K-2; K-1",
        "refuses": "K-9",
        "topics": "recruitment; leadership",
    }
    (person,) = coachees(sheet(row))
    assert person.role is Role.COMMANDER
    assert person.languages == (
        LanguageSkill("cnr", CefrLevel.C2),
        LanguageSkill("en", CefrLevel.B2),
    )
    assert person.availability == (WeeklyWindow(0, 540, 720),)
    assert [str(dates) for dates in person.unavailable] == ["2027-02-01..2027-02-14", "2027-03-08"]
    assert all(isinstance(dates, DateRange) for dates in person.unavailable)
    assert (person.timezone, person.sex, person.birth_year) == ("Africa/Nairobi", Sex.F, 1975)
    assert (person.service, person.unit, str(person.rank)) == (
        Service.LAND,
        "1st Battalion",
        "OF-5",
    )
    assert (person.rank_sensitivity, person.uniformed_coach) == (RankSensitivity.STRICT, True)
    assert (person.priority, person.prefers, person.refuses) == (9, ("K-2", "K-1"), {"K-9"})
    assert person.topics == ("recruitment", "leadership")
    (coach,) = coaches(
        sheet(
            GOOD_COACH
            | {"max_per_day": "1", "max_per_week": "3", "chain_of_command": "C-1; 2nd Brigade"}
        )
    )
    assert (coach.capacity, coach.max_per_day, coach.max_per_week) == (2, 1, 3)
    assert coach.chain_keys == {"c-1", "2nd brigade"}


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_both_separators_are_read_with_and_without_byte_order_mark(
    separator: str, start: bytes
) -> None:
    people = coachees(start + sheet(GOOD, separator=separator))
    assert [person.languages[1].code for person in people] == ["en"]


def test_headers_ignore_case_and_spacing() -> None:
    header = [" ID", "Name", "EMAIL", "Country", "languages ", "AVAILABILITY", "Role", "Birth Year"]
    (person,) = coachees(table([header, [*GOOD.values(), "1970"]]))
    assert person.birth_year == 1970


@pytest.mark.slow
def test_row_numbers_count_empty_rows_but_not_line_breaks_in_cells() -> None:
    header = ",".join(GOOD)
    good = "C-{},Ana,a@example.org,ME,en,Mon 09:00-12:00,commander"
    text = "\n".join(
        [header, "", ",,,,,,", good.format(1), good.format(2).replace("Ana", '"Ana\nMarija"')]
    )
    broken = good.format(3).replace("ME", "Q1")
    assert [person.name for person in coachees(text.encode())] == ["Ana", "Ana Marija"]
    assert faults(f"{text}\n{broken}".encode())[0].startswith("people.csv:6:country: 'Q1'")


def test_all_faults_of_a_file_are_located() -> None:
    found = faults(
        sheet(
            GOOD | {"emial": "x"},
            GOOD | {"email": "nobody", "country": "RX", "availability": "Mon 9", "role": ""},
            GOOD | {"id": "", "languages": "en:B9; xx", "priority": "0"},
        )
    )
    places = [":".join(line.split(":")[1:3]) for line in found]
    assert places == [
        "1:emial", "3:email", "3:country", "3:availability", "3:role", "3:id",
        "4:id", "4:languages", "4:languages", "4:priority",
    ]  # fmt: skip
    assert "did you mean 'email'?" in found[0]
    assert "is already used in row 2" in found[5]


@pytest.mark.parametrize(
    ("header", "place", "expected"),
    [
        ([*GOOD, "capacity"], "1:capacity", "belongs in the list of coaches"),
        ([*GOOD, "Role"], "1:role", "appears twice"),
        ([*GOOD, ""], "1:H", "has data in row 2 but no header"),
        (list(GOOD), "2:H", "to the right of the last header"),
        ([*list(GOOD)[:6], "rol"], "1:role", "this required column is missing"),
    ],
)
def test_wrong_header_is_reported(header: list[str], place: str, expected: str) -> None:
    found = faults(table([header, [*GOOD.values(), "x"]]))
    assert [line for line in found if line.startswith(f"people.csv:{place}: ") and expected in line]


def test_file_without_rows_or_header_is_reported() -> None:
    assert "first row" in faults(b"")[0]
    assert "first row" in faults(b"\n" + sheet(GOOD), strict=True)[0]
    assert coachees(table([list(GOOD)])) == ()


@pytest.mark.parametrize(
    ("country", "zone"),
    [("XK", "Europe/Belgrade"), ("AL", "Europe/Tirane"), ("DE", "Europe/Berlin"),
     ("NO", "Europe/Oslo"), ("HR", "Europe/Zagreb")],
)  # fmt: skip
def test_time_zone_defaults_to_the_country(country: str, zone: str) -> None:
    (person,) = coachees(sheet(GOOD | {"country": country}))
    assert person.timezone == zone


def test_country_with_several_time_zones_requires_the_column() -> None:
    (fault,) = faults(sheet(GOOD | {"country": "US"}))
    assert fault.startswith("people.csv:2:timezone: US has several time zones")


def test_rank_title_is_not_checked_if_country_or_service_is_invalid() -> None:
    wrong = GOOD | {"rank": "kaplar", "service": "lnd", "country": "BA"}
    assert ["service" in line for line in faults(sheet(wrong))] == [True]


def test_invalid_rank_code_is_reported_for_any_country() -> None:
    lines = faults(sheet(GOOD | {"rank": "OF-11", "country": "ZZ"}))
    assert [line.split(": ")[0] for line in lines] == ["people.csv:2:country", "people.csv:2:rank"]
    assert "OF-1 to OF-10" in lines[1]


@pytest.mark.parametrize("error", ["#N/A", "#REF!"])
def test_spreadsheet_error_is_rejected(error: str) -> None:
    (fault,) = faults(sheet(GOOD | {"unit": error}))
    assert fault.startswith(f"people.csv:2:unit: contains the spreadsheet error {error}")


def test_languages_separated_by_comma_are_rejected_with_advice_if_strict() -> None:
    (fault,) = faults(sheet(GOOD | {"languages": "sq, en"}), strict=True)
    assert fault.endswith("separate several languages with ';'")


def test_ambiguous_title_is_rejected_with_candidates() -> None:
    (fault,) = faults(sheet(GOOD | {"rank": "kaplar", "service": "land", "country": "BA"}))
    assert fault.startswith("people.csv:2:rank: ")
    assert "OR-4" in fault
    assert "OR-3" in fault


def test_invalid_utf8_is_located() -> None:
    content = sheet(GOOD, GOOD | {"id": "C-2", "name": "Đorđe"}, GOOD | {"id": "Č"})
    found = faults(content.decode().encode("iso8859-2"))
    assert found[0].startswith("people.csv:3:name: contains the byte 0xD0")
    assert "1 other cell)" in found[0]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("id,name".encode("utf-16"), "email: this required column is missing"),
        (b"id\x00", "not text"),
        (b'id,name\n"C-1,Ana\n', "quotation mark"),
        (b"PK\x03\x04 and nothing more", "damaged"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"x", "old .xls"),
        (b"x" * (20 * 1024 * 1024 + 1), "the limit is 20 MiB"),
        (b"id\n" + b"1\n" * 100_001, "more than 100000 rows"),
    ],
)
def test_file_that_is_not_a_table_is_reported(content: bytes, expected: str) -> None:
    found = faults(content)
    assert [line for line in found if expected in line]
    assert found[0].startswith("people.csv:")


def test_workbook_extension_on_another_file_is_reported() -> None:
    with pytest.raises(UnusableInputError, match="not a workbook"):
        coachees(sheet(GOOD), name="people.xlsx")


def test_most_typos_get_a_suggestion() -> None:
    slips = GOOD | {"role": "comander", "country": "Serbien", "timezone": "Europe/Belgrd"}
    output = "\n".join(faults(sheet(slips)))
    assert [
        word for word in ("'commander'", "'RS'", "'Europe/Belgrade'") if word not in output
    ] == []


_CELLS = st.text(max_size=20) | st.sampled_from([*GOOD.values(), "", "Mon 09:00-12:00;", "OF-5"])


@pytest.mark.slow
@given(st.lists(st.lists(_CELLS, min_size=7, max_size=8), max_size=4), st.sampled_from(",;"))
def test_cells_never_crash_the_reader(rows: list[list[str]], separator: str) -> None:
    content = table([[*GOOD, "rank"], *rows], separator)
    try:
        people = coachees(content)
    except UnusableInputError as refused:
        lines = str(refused).splitlines()
        places = [line.split(":")[:2] for line in lines]
        is_valid = all(file == "people.csv" and row.isdigit() for file, row in places)
    else:
        is_valid = all(person.id and person.languages and person.availability for person in people)
    assert is_valid
