from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.availability import WEEKDAYS, BusyTime, DateRange, WeeklyWindow, merged_busy_times
from coach.cycle import CountryRelation
from coach.intake import cells, time_cells
from coach.intake.cells import CellError
from coach.intake.reference import ReadContext, Reference
from coach.intake.understanding import Aliases
from coach.languages import CefrLevel, LanguageSkill
from coach.people import Role
from coach.ranks import RankTable
from coach.texts.renderer import english

READING = ReadContext(
    Reference(
        countries={"RS": "Serbia", "AL": "Albania", "XK": "Kosovo"},
        languages={"sq": "Albanian", "sr": "Serbian", "cnr": "Montenegrin", "en": "English"},
        timezones=frozenset({"Europe/Belgrade", "Africa/Nairobi"}),
        country_timezones={"RS": "Europe/Belgrade"},
        ranks=RankTable([]),
        aliases=lambda: Aliases({}, {}, {}, {}, {}),
    ),
    budget=10**9,
)


def test_windows_are_parsed_in_order() -> None:
    assert time_cells.windows(
        "Wed 13:00-16:30; mon 09:00 - 12:00;Sun 00:00-24:00; Monday 8:00\u201310:00"
    ) == (
        WeeklyWindow(2, 780, 990),
        WeeklyWindow(0, 540, 720),
        WeeklyWindow(6, 0, 1440),
        WeeklyWindow(0, 480, 600),
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Mon 9-12", "use one like Mon 09:00-12:00"),
        ("09:00-12:00", "not a weekly window"),
        ("Mo 09:00-12:00", "not a weekday"),
        ("Mon 12:00-09:00", "crosses midnight"),
        ("Mon 12:00-12:00", "is not after its start"),
        ("Mon 09:60-12:00", "contains an invalid time"),
        ("Mon 24:00-24:00", "contains an invalid time"),
        ("Mon 23:00-24:30", "contains an invalid time"),
        ("Mon,Tue 09:00-12:00", "not a weekly window"),
    ],
)
def test_invalid_window_is_rejected_with_reason(text: str, reason: str) -> None:
    with pytest.raises(CellError, match=reason):
        time_cells.windows(text)


@given(
    st.lists(
        st.builds(
            lambda day, minutes: WeeklyWindow(day, min(minutes), max(minutes)),
            st.integers(0, 6),
            st.lists(st.integers(0, 1439), min_size=2, max_size=2, unique=True),
        ),
        max_size=5,
    )
)
def test_formatted_windows_can_be_parsed(windows: list[WeeklyWindow]) -> None:
    assert time_cells.windows("; ".join(map(str, windows))) == tuple(windows)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 1439), st.integers(1, 1440))))
def test_formatted_busy_times_can_be_parsed_and_are_merged(
    parts: list[tuple[int, int, int]],
) -> None:
    busy = merged_busy_times(
        BusyTime(date(2027, 2, 1) + timedelta(day), start, min(1440, start + length))
        for day, start, length in parts
    )
    assert time_cells.busy_times("; ".join(map(str, busy))) == busy
    minutes = {(one.day, m) for one in busy for m in range(one.start_minute, one.end_minute)}
    assert len(minutes) == sum(one.end_minute - one.start_minute for one in busy)


@given(st.lists(st.tuples(st.dates(date(1990, 1, 1)), st.integers(0, 3660)), max_size=4))
def test_formatted_dates_can_be_parsed(spans: list[tuple[date, int]]) -> None:
    ranges = [
        DateRange(first, date.fromordinal(min(first.toordinal() + days, date.max.toordinal())))
        for first, days in spans
    ]
    assert time_cells.date_ranges(";".join(map(str, ranges))) == tuple(ranges)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2027-02-30", "is not a real date"),
        ("2027-2-3", "not a date"),
        ("01.02.2027", "not a date"),
        ("20270201", "not a date"),
        ("2027-03-01..2027-02-01", "ends before it starts"),
        ("2027-03-01..", "not a date"),
        ("2017-03-01..2072-02-01", "check the years"),
    ],
)
def test_invalid_date_is_rejected_with_reason(text: str, reason: str) -> None:
    with pytest.raises(CellError, match=reason):
        time_cells.date_ranges(text)


def test_languages_keep_their_order_and_levels() -> None:
    assert cells.languages("sq; EN : b2;cnr:C2", READING) == (
        LanguageSkill("sq", CefrLevel.C1),
        LanguageSkill("en", CefrLevel.B2),
        LanguageSkill("cnr", CefrLevel.C2),
    )


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("en:B9; xx", ["'B9' is not a CEFR level", "'xx' is not a language code"]),
        ("Albanian", ["did you mean 'sq'?"]),
        ("sh", ["'sh' can mean several languages"]),
        ("BHS", ["from bs, cnr, hr, sr"]),
        ("en; en:B2", ["'en' appears twice; remove one of the two"]),
        ("en:", ["'' is not a CEFR level"]),
    ],
)
def test_invalid_languages_are_all_rejected_with_reasons(text: str, messages: list[str]) -> None:
    with pytest.raises(CellError) as refused:
        cells.languages(text, READING)
    assert len(refused.value.messages) == len(messages)
    assert all(
        reason in english(message)
        for reason, message in zip(messages, refused.value.messages, strict=True)
    )


@pytest.mark.parametrize(
    "text",
    ["ana", "ana@", "@example.org", "a b@example.org", "ana@example", "ana@-x.org", "a@b..org",
     "ana@example.org\nBcc: x@example.org", "<ana@example.org>", "a" * 65 + "@example.org"],
)  # fmt: skip
def test_invalid_email_is_rejected(text: str) -> None:
    with pytest.raises(CellError, match="not an email address"):
        cells.email(text)


@pytest.mark.parametrize("text", ["ana@example.org", "Ana.M+x@mod.example.co.uk"])
def test_valid_email_is_unchanged(text: str) -> None:
    assert cells.email(text) == text


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (cells.yes_no, "YES", True),
        (cells.whole_number(1, 9), "9", 9),
        (cells.choice(Role), "Decision Maker", Role.DECISION_MAKER),
        (cells.choice(CountryRelation), "Prefer Same", CountryRelation.PREFER_SAME),
        (cells.entries, " a ;; b;a", ("a", "b")),
        (cells.country, "xk", "XK"),
        (cells.line, "two\n lines", "two lines"),
        (cells.timezone, "Africa/Nairobi", "Africa/Nairobi"),
    ],
)
def test_valid_cell_is_parsed_to_its_value(
    read: Callable[[str, ReadContext], Any], text: str, value: object
) -> None:
    assert read(text, READING) == value


@pytest.mark.parametrize(
    ("read", "text", "reason"),
    [
        (cells.yes_no, "maybe", "use yes or no"),
        (cells.whole_number(1, 9), "10", "from 1 to 9"),
        (cells.whole_number(1, 9), "2.5", "not a whole number"),
        (cells.choice(Role), "comander", "did you mean 'commander'"),
        (cells.country, "Albania", "did you mean 'AL'"),
        (cells.country, "QQ", "not a country code"),
        (cells.timezone, "Europe/Belgrad", "did you mean 'Europe/Belgrade'"),
        (cells.identifier, "a;b", "reserved for lists"),
        (cells.line, "x" * 201, "201 characters"),
    ],
)
def test_invalid_cell_is_rejected_with_reason(
    read: Callable[[str, ReadContext], Any], text: str, reason: str
) -> None:
    with pytest.raises(CellError, match=reason):
        read(text, READING)


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\u202e", "\ufffe", "\udc80"])
def test_unusable_characters_are_rejected(character: str) -> None:
    with pytest.raises(CellError, match="invisible character"):
        cells.clean_text(f"Ana{character}")


@given(st.text(max_size=60))
def test_parsers_raise_only_cell_errors_for_any_text(text: str) -> None:
    messages: list[str] = []
    for read in (
        time_cells.windows,
        time_cells.date_ranges,
        cells.languages,
        cells.email,
        cells.country,
    ):
        try:
            read(cells.clean_text(text), READING)
        except CellError as refused:
            messages.extend(map(english, refused.messages))
    assert all(message and "\n" not in message for message in messages)


def test_suggestions_stop_when_the_budget_is_spent() -> None:
    reading = ReadContext(READING.reference, budget=5)
    assert reading.nearest("Mom", WEEKDAYS[:5]) == "Mon"
    assert reading.nearest("Mom", WEEKDAYS[:5]) is None


@pytest.mark.parametrize("quoted", ["%0d%0a", "%0A", "%00", "%7F", "%1b"])
def test_address_with_a_quoted_line_break_is_refused(quoted: str) -> None:
    assert cells.email("fifty%25off@example.org") == "fifty%25off@example.org"
    with pytest.raises(cells.CellError):
        cells.email(f"x{quoted}bcc@example.org")
