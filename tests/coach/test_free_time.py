"""The check of whether a person is free at given times."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from coach.availability import BusyTime, DateRange, WeeklyWindow
from coach.free_time import are_free
from coach.people import Person

_BELGRADE = Person(
    id="C-1",
    name="Anna Berg",
    email="anna@example.org",
    country="RS",
    languages=(),
    timezone="Europe/Belgrade",
    availability=(
        WeeklyWindow(0, 9 * 60, 12 * 60),
        WeeklyWindow(0, 22 * 60, 24 * 60),
        WeeklyWindow(1, 0, 60),
    ),
    unavailable=(DateRange(date(2027, 2, 1), date(2027, 2, 5)),),
    busy=(BusyTime(date(2027, 2, 8), 10 * 60, 11 * 60),),
)


def _span(day: int, hour: int, minutes: int = 60, month: int = 1) -> tuple[datetime, datetime]:
    start = datetime(2027, month, day, hour, tzinfo=UTC)
    return start, start + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("span", "free"),
    [
        (_span(18, 8), True),  # Monday 09:00 in winter
        (_span(18, 7), False),
        (_span(18, 10), True),
        (_span(18, 10, 61), False),
        (_span(18, 22, 120), True),  # from 23:00 to 01:00 across midnight
        (_span(18, 22, 121), False),
        (_span(1, 8, month=2), False),  # away
        (_span(8, 8, month=2), True),
        (_span(8, 9, month=2), False),  # busy
        (_span(5, 7, month=4), True),  # Monday 09:00 in summer
        (_span(5, 10, month=4), False),
    ],
)
def test_time_is_free_within_windows_of_the_local_week(
    span: tuple[datetime, datetime], free: bool
) -> None:
    assert are_free(_BELGRADE, [span]) == (free,)


def test_times_are_judged_together_as_one_by_one() -> None:
    spans = [
        _span(day, hour, minutes, month)
        for month in (1, 2, 3, 4)
        for day in (1, 2, 8, 15, 18, 28)
        for hour in (7, 8, 9, 10, 22, 23)
        for minutes in (30, 60, 180)
    ]
    together = are_free(_BELGRADE, spans)
    assert together == tuple(are_free(_BELGRADE, [one])[0] for one in spans)
    assert set(together) == {True, False}
