"""Wall-clock times that a clock change skips or repeats."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from coach.availability import WeeklyWindow, epoch_minute, free_intervals, local_to_epoch_minute

NEW_YORK, APIA = ZoneInfo("America/New_York"), ZoneInfo("Pacific/Apia")
SPRING, AUTUMN = date(2027, 3, 14), date(2027, 11, 7)
SKIPPED_DAY = date(2011, 12, 30)  # Samoa crossed the date line
DATE_LINE = epoch_minute(datetime(2011, 12, 30, 10, tzinfo=UTC))


@pytest.mark.parametrize("minute", [120, 121, 150, 179, 180])
def test_skipped_time_is_the_moment_of_the_change(minute: int) -> None:
    change = epoch_minute(datetime(2027, 3, 14, 7, tzinfo=UTC))
    assert local_to_epoch_minute(SPRING, minute, NEW_YORK) == change


@pytest.mark.parametrize("minute", [0, 1, 720, 1439, 1440])
def test_skipped_day_is_the_moment_of_the_change(minute: int) -> None:
    assert local_to_epoch_minute(SKIPPED_DAY, minute, APIA) == DATE_LINE


def test_repeated_time_is_the_first_of_the_two() -> None:
    first = epoch_minute(datetime(2027, 11, 7, 5, 30, tzinfo=UTC))
    assert local_to_epoch_minute(AUTUMN, 90, NEW_YORK) == first


def test_nobody_is_free_in_a_window_that_is_skipped() -> None:
    assert free_intervals([WeeklyWindow(6, 120, 150)], NEW_YORK, [SPRING]) == ()
    assert free_intervals([WeeklyWindow(4, 0, 1440)], APIA, [SKIPPED_DAY]) == ()


def test_window_that_begins_in_the_skipped_hour_begins_with_the_change() -> None:
    ((begin, end),) = free_intervals([WeeklyWindow(6, 150, 240)], NEW_YORK, [SPRING])
    assert begin == epoch_minute(datetime(2027, 3, 14, 7, tzinfo=UTC))
    assert end == epoch_minute(datetime(2027, 3, 14, 8, tzinfo=UTC))
