import csv
from pathlib import Path

import pytest

from coach.ranks import RankTable, RankTitleError, parse_code, title_key

ROWS = list(
    csv.DictReader(
        (Path(__file__).parents[2] / "coach" / "data" / "ranks.csv").read_text("utf-8").splitlines()
    )
)
TABLE = RankTable.from_rows(ROWS)


@pytest.mark.parametrize(
    ("text", "grade", "civilian"),
    [
        ("OF-1", 11, False),
        ("of-10", 20, False),
        ("OR-9", 9, False),
        (" CIV~OF-6 ", 16, True),
        ("CIV>OF-10", 21, True),
        ("civ", None, True),
    ],
)
def test_code_has_its_grade(text: str, grade: int | None, civilian: bool) -> None:
    rank = parse_code(text)
    assert rank is not None
    assert (rank.grade, rank.civilian) == (grade, civilian)


@pytest.mark.parametrize(
    "text", ["OF-0", "OF-11", "OR-10", "OF5", "pukovnik", "", "CIV~CIV", "OF-\u0665"]
)
def test_text_that_is_not_a_code_returns_none(text: str) -> None:
    assert parse_code(text) is None


@pytest.mark.parametrize(
    ("title", "country", "service", "code"),
    [
        ("pukovnik", "RS", "land", "OF-5"),
        ("pukovnik", "ME", "land", "OF-5"),
        ("pukovnik", "HR", "land", "OF-4"),
        ("pukovnik", "BA", "air", "OF-4"),
        ("brigadir", "HR", "land", "OF-5"),
        ("brigadir", "SI", None, "OF-6"),
        ("kapten", "SE", None, "OF-2"),  # in both services, with the same code
        ("Kapiten i rangut I", "AL", "navy", "OF-5"),
        ("kapetan bojnog broda", "RS", "navy", "OF-5"),  # river units
        ("narednik", "HR", "navy", "OR-6"),  # listed for all services
        ("  General   MAJOR ", "RS", "land", "OF-7"),
        ("general\u2011major", "RS", "land", "OF-7"),
        ("Nënkolonel", "AL", "land", "OF-4"),  # decomposed letters
        ("државна секретарка", "MK", "mod", "CIV~OF-8"),
        ("ministre", "XK", "mod", "CIV>OF-10"),
        ("pukovnik", "RS", "mod", "OF-5"),  # in uniform, serving in the ministry
        ("državni sekretar", "RS", "external", "CIV~OF-9"),
        ("Colonel", "MK", "land", "OF-5"),  # the English title
        ("Colonel", "HR", "land", "OF-4"),  # the English title without its parenthetical
        ("Captain", "AL", "navy", "OF-5"),
        (
            "Captain",
            "AL",
            None,
            "OF-2",
        ),  # an exact title takes precedence over one with a parenthetical
    ],
)
def test_title_is_looked_up_by_country_and_service(
    title: str, country: str, service: str | None, code: str
) -> None:
    assert TABLE.find(title, country, service).code == code


@pytest.mark.parametrize(
    ("title", "country", "service", "candidates"),
    [
        ("kaplar", "BA", "land", ["several", "OR-4", "OR-3", "use a code"]),
        (
            "državni sekretar",
            "RS",
            "land",
            ["CIV~OF-9 in RS (MoD civilian)", "Correct the service"],
        ),
        ("potpukovnik", "HR", "land", ["OF-4 in ME (land/air) and OF-4 in RS", "the country"]),
        ("admiral", "MK", "navy", ["OF-8 in AL (navy)", "others", "use a code"]),
        ("Oberstleutnant", "DE", "land", ["DE", "use a code such as OF-5"]),
    ],
)
def test_ambiguous_or_unknown_title_is_rejected_with_candidates(
    title: str, country: str, service: str, candidates: list[str]
) -> None:
    with pytest.raises(RankTitleError) as refused:
        TABLE.find(title, country, service)
    assert [word for word in candidates if word not in str(refused.value)] == []


def test_every_listed_title_has_its_own_code_or_is_ambiguous() -> None:
    assert len(TABLE.titles) == 328
    ambiguous = set()
    for row in TABLE.titles:
        for title in row.local:
            for service in sorted(row.services):
                try:
                    assert TABLE.find(title, row.country, service) == row.rank
                except RankTitleError:
                    ambiguous.add((row.country, title))
    assert ambiguous == {("BA", "kaplar")}


def test_title_keys_stay_distinct_within_a_branch() -> None:
    for row in TABLE.titles:
        keys = {title_key(title) for title in row.local}
        same = [
            other
            for other in TABLE.titles
            if (other.country, other.branch) == (row.country, row.branch)
            and keys & {title_key(title) for title in other.local}
            and other.rank != row.rank
        ]
        assert not same or row.local == ("kaplar",)


def test_rank_row_with_unknown_code_is_rejected() -> None:
    with pytest.raises(ValueError, match="unknown code or service"):
        RankTable.from_rows([{**ROWS[0], "code": "OF-12"}])
