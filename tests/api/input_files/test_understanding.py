"""Values in people files that are not in a documented form, but whose meaning is certain."""

import pytest
from babel import Locale

from api.input_files.people_file import people_sheet, read_people
from api.input_files.reference_data import reference
from coach.errors import UnusableInputError
from coach.intake import cells
from coach.intake.cells import CellError
from coach.intake.columns import PeopleKind
from coach.intake.people_sheet import PeopleSheet
from coach.intake.reference import ReadContext
from coach.intake.understanding import rewrite_cell

GOOD = {
    "id": "C-1",
    "name": "Vesna Primjer",
    "email": "vesna@example.org",
    "country": "ME",
    "languages": "cnr:C2;en:B2",
    "availability": "Mon 09:00-12:00",
    "role": "commander",
    "capacity": "2",
}
LOCALES = ("en", "sq", "bs", "bs_Cyrl", "hr", "sr_Latn", "sr_Cyrl", "mk", "sr_Latn_ME")
REGION = ("AL", "BA", "HR", "ME", "MK", "RS", "XK", "SI", "BG", "GR", "DE", "IT", "GB", "US")
LANGUAGES = ("sq", "bs", "hr", "sr", "mk", "en", "de", "fr", "it", "sl", "tr", "ru")
ROLE_OR_CAPACITY = {PeopleKind.COACHEES: "role", PeopleKind.COACHES: "capacity"}


def read(values: dict[str, str], *, strict: bool = False) -> PeopleSheet:
    kind = PeopleKind.COACHES if {"max_per_day", "capacity"} & set(values) else PeopleKind.COACHEES
    other = ROLE_OR_CAPACITY[next(each for each in PeopleKind if each is not kind)]
    row = {key: text for key, text in (GOOD | values).items() if key != other}
    content = "\t".join(row) + "\n" + "\t".join(row.values())
    content = "\n".join(
        ",".join(f'"{text}"' for text in line.split("\t")) for line in content.split("\n")
    )
    context = ReadContext(reference(), strict=strict)
    return people_sheet("people.csv", content.encode(), kind, context)


def understood(values: dict[str, str]) -> str:
    """Return how the last of the values was understood.

    This also checks that no other value had to be interpreted, and that strict reading rejects only
    this one.
    """
    found = read(values)
    assert found.faults == ()
    column = list(values)[-1]
    assert {one.column for one in found.understood} == {column}
    assert [one.column for one in read(values, strict=True).faults] == [column]
    return "; ".join(one.read_as for one in found.understood)


def refusal(values: dict[str, str]) -> str:
    (fault,) = read(values).faults
    return str(fault)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("code", REGION)
def test_country_is_understood_by_its_name_in_each_language(locale: str, code: str) -> None:
    name = Locale.parse(locale).territories[code]
    (one,) = rewrite_cell("country", name, reference().aliases())
    assert one.read_as == code


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("code", LANGUAGES)
def test_language_is_understood_by_its_name_in_each_language(locale: str, code: str) -> None:
    name = Locale.parse(locale).languages[code]
    (one,) = rewrite_cell("languages", name, reference().aliases())
    assert one.read_as == code


@pytest.mark.parametrize(
    ("written", "code"),
    [("SRB", "RS"), ("xkx", "XK"), ("BiH", "BA"), ("Kosova", "XK"), ("Kroacia", "HR"),
     ("Србија", "RS"), ("Mali i Zi", "ME"), ("Bosnia & Herzegovina", "BA"), ("UK", "GB")],
)  # fmt: skip
def test_country_is_understood_by_other_names(written: str, code: str) -> None:
    assert understood({"timezone": "Europe/Rome", "country": written}) == code


@pytest.mark.parametrize(
    ("written", "read_as"),
    [("shqip", "sq"), ("crnogorski, engleski (B2)", "cnr; en:B2"), ("alb / eng C1", "sq; en:C1"),
     ("scc; mac:b1", "sr; mk:B1"), ("црногорски", "cnr"), ("anglisht - C2", "en:C2"),
     ("cnr:C2, en", "cnr:C2; en")],
)  # fmt: skip
def test_languages_are_understood(written: str, read_as: str) -> None:
    found = read({"languages": written})
    assert found.faults == ()
    values = found.drafts[0].values["languages"]
    expected = cells.languages(read_as, ReadContext(reference()))
    assert values == expected


@pytest.mark.parametrize(
    "name", ["sh", "hbs", "BHS", "bcs", "BCMS", "srpskohrvatski", "српскохрватски", "sh:C1",
             "hrvatskosrpski", "Serbo-Croatian"]
)  # fmt: skip
def test_name_of_several_languages_is_refused_with_their_codes(name: str) -> None:
    assert "from bs, cnr, hr, sr" in refusal({"languages": name})


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("Mon 9-12", "Mon 09:00-12:00"),
        ("ponedjeljak 9-12", "Mon 09:00-12:00"),
        ("понедељак 09.00\u201312.00", "Mon 09:00-12:00"),
        ("E hënë 0900-1200", "Mon 09:00-12:00"),
        ("вторник 9:30 - 12", "Tue 09:30-12:00"),
        ("Mon, Wed 9h-11h30", "Mon 09:00-11:30; Wed 09:00-11:30"),
        ("Čet-Sub 14-16", "Thu 14:00-16:00; Fri 14:00-16:00; Sat 14:00-16:00"),
        ("Mon 9am-1pm", "Mon 09:00-13:00"),
        ("Mon 9-12, 14-16", "Mon 09:00-12:00; Mon 14:00-16:00"),
    ],
)
def test_windows_are_understood(written: str, read_as: str) -> None:
    assert understood({"availability": written}) == read_as


@pytest.mark.parametrize("written", ["Mon 1-5", "Mon 9-5", "Mon", "weekdays 9-12", "Mon 9-12 ?"])
def test_uncertain_window_is_refused(written: str) -> None:
    assert "people.csv:2:availability: " in refusal({"availability": written})


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("1.2.2027", "2027-02-01"),
        ("01. 02. 2027. - 14. 02. 2027.", "2027-02-01..2027-02-14"),
        ("1.-14.2.2027", "2027-02-01..2027-02-14"),
        ("28.1.-3.2.2027, 8.3.2027", "2027-01-28..2027-02-03; 2027-03-08"),
        ("46450", "2027-03-04"),
        ("2027-02-01 to 2027-02-14", "2027-02-01..2027-02-14"),
    ],
)
def test_dates_are_understood(written: str, read_as: str) -> None:
    assert understood({"unavailable": written}) == read_as


@pytest.mark.parametrize("written", ["1/2/2027", "31.2.2027", "1.2.27", "28.12.-3.1.2027", "999"])
def test_uncertain_date_is_refused(written: str) -> None:
    assert "people.csv:2:unavailable: " in refusal({"unavailable": written})


@pytest.mark.parametrize(
    ("country", "service", "title", "code"),
    [
        ("RS", "land", "пуковник", "OF-5"),
        ("HR", "land", "pukovnica", "OF-4"),
        ("MK", "land", "polkovnik", "OF-5"),
        ("MK", "land", "полковникот", "OF-5"),
        ("AL", "land", "koloneli", "OF-5"),
        ("HR", "land", "brigadirka", "OF-5"),
        ("RS", "land", "COL", "OF-5"),
        ("AL", "land", "LTC", "OF-4"),
        ("XK", "land", "Maj.", "OF-3"),
        ("RS", "land", "OF5", "OF-5"),
        ("RS", "land", "of 05", "OF-5"),
        ("RS", "land", "civ ~ OF6", "CIV~OF-6"),
    ],
)
def test_ranks_are_understood(country: str, service: str, title: str, code: str) -> None:
    assert understood({"country": country, "service": service, "rank": title}) == code


@pytest.mark.parametrize(
    ("country", "title"), [("HR", "COL"), ("BA", "COL"), ("XK", "gjenerali"), ("RS", "OF-11")]
)
def test_rank_with_several_meanings_is_refused(country: str, title: str) -> None:
    assert "people.csv:2:rank: " in refusal({"country": country, "service": "land", "rank": title})


@pytest.mark.parametrize(
    ("column", "written", "read_as"),
    [
        ("email", "Vesna <vesna@example.org>", "vesna@example.org"),
        ("email", "mailto:vesna@example.org", "vesna@example.org"),
        ("sex", "žensko", "F"),
        ("sex", "\u041c", "M"),  # Cyrillic
        ("birth_year", "15.3.1979.", "1979"),
        ("birth_year", "1979-03-15", "1979"),
        ("service", "Kopnena vojska", "land"),
        ("service", "RV i PVO", "air"),
        ("role", "komandantkinja", "commander"),
        ("uniformed_coach", "po", "yes"),
        ("uniformed_coach", "\u041d\u0435", "no"),  # Cyrillic
        ("capacity", "3,0", "3"),
        ("max_per_day", "2.0", "2"),
    ],
)
def test_other_cells_are_understood(column: str, written: str, read_as: str) -> None:
    assert understood({column: written}) == read_as


@pytest.mark.parametrize(
    ("column", "written"),
    [("birth_year", "1979/80"), ("birth_year", "79"), ("capacity", "1.000"), ("capacity", "2-3"),
     ("uniformed_coach", "maybe"), ("email", "vesna@example.org, ana@example.org")],
)  # fmt: skip
def test_uncertain_cell_is_refused(column: str, written: str) -> None:
    assert f"people.csv:2:{column}: " in refusal({column: written})


@pytest.mark.parametrize(
    ("written", "code"),
    [("eng", "en"), ("shqip", "sq"), ("albanski", "sq"), ("Albanien", "sq"),
     ("srpskohrvatski", None), ("naški", None), ("nasi", None), ("lang", None), ("qq", None)],
)  # fmt: skip
def test_language_never_gets_a_wrong_suggestion(written: str, code: str | None) -> None:
    (fault,) = read({"languages": written}, strict=True).faults
    assert str(fault).partition("; did you mean ")[2] == (f"'{code}'?" if code else "")


def test_three_letter_codes_are_never_taken_for_another_country_or_language() -> None:
    context, aliases = ReadContext(reference()), reference().aliases()
    for alias, code in aliases.country_codes.items():
        assert rewrite_cell("country", alias, aliases)[0].read_as == code
        assert len(alias) == 3
        with pytest.raises(CellError, match=f"did you mean '{code}'"):
            cells.country(alias, context)
    assert aliases.language_codes["srp"] == "sr"
    assert {"sh", "hbs", "cnr", "mul"}.isdisjoint(aliases.language_codes)
    assert all(len(name) > 2 for name in (*aliases.countries, *aliases.languages) if name != "uk")


def test_unknown_rank_gets_no_suggestion_from_another_country() -> None:
    with pytest.raises(UnusableInputError) as refused:
        read_people(
            "people.csv",
            ",".join([*GOOD, "rank"]).replace(",capacity", "").encode()
            + b"\n"
            + b'C-1,V P,v@example.org,MK,mk,Mon 09:00-12:00,commander,"potpukovnik prve klase"',
            PeopleKind.COACHEES,
        )
    assert "did you mean" not in str(refused.value)


def test_headers_below_title_rows_are_understood_in_each_language() -> None:
    content = (
        "Spisak kandidata 2027,,,,,,\n,,,,,,\n"
        "Šifra,Име и презиме,E-mail *,Država,Gjuhët,Raspoloživost (lokalno),Uloga\n"
        "C-1,Vesna,vesna@example.org,ME,cnr,Mon 09:00-12:00,commander\n"
    ).encode()
    found = people_sheet("p.csv", content, PeopleKind.COACHEES, ReadContext(reference()))
    assert found.faults == ()
    assert [draft.row for draft in found.drafts] == [4]
    assert found.ids == {"C-1": 4}
    assert ("Država", "country", 3) in {(o.column, o.read_as, o.row) for o in found.understood}
    strict = people_sheet(
        "p.csv", content, PeopleKind.COACHEES, ReadContext(reference(), strict=True)
    )
    assert strict.faults


def test_value_in_the_form_of_the_reference_is_never_rewritten() -> None:
    assert (
        read({"unavailable": "2027-02-01..2027-02-14; 2027-03-08", "rank": "OF-4"}).understood == ()
    )
