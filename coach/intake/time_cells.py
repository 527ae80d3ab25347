"""Parsers for cells that contain weekly windows, busy times, dates or date ranges."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from coach.availability import (
    MINUTES_PER_DAY,
    WEEKDAYS,
    BusyTime,
    DateRange,
    WeeklyWindow,
    merged_busy_times,
)
from coach.intake import facts
from coach.intake.cells import CellError, parse_each
from coach.intake.fault_messages import excerpt
from coach.intake.reference import ReadContext

MAX_RANGE_DAYS = 3660

_FULL_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY_NUMBERS = {
    day.casefold(): number for names in (WEEKDAYS, _FULL_DAYS) for number, day in enumerate(names)
}
_DASH = "[-\u2010-\u2015]"
_WINDOW = re.compile(
    rf"([a-z]+)\s+([0-9]{{1,2}}):([0-9]{{2}})\s*{_DASH}\s*([0-9]{{1,2}}):([0-9]{{2}})",
    re.IGNORECASE,
)
_BUSY = re.compile(rf"(\S+)\s+([0-9]{{1,2}}):([0-9]{{2}})\s*{_DASH}\s*([0-9]{{1,2}}):([0-9]{{2}})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def windows(text: str, _: ReadContext | None = None) -> tuple[WeeklyWindow, ...]:
    """Parse `Mon 09:00-12:00; Wed 13:00-16:30`: weekly windows that do not cross midnight."""
    return parse_each(text, _window)


def _window(text: str) -> WeeklyWindow:
    match = _WINDOW.fullmatch(text)
    if match is None:
        raise CellError(facts.NOT_A_WINDOW(value=excerpt(text)))
    day, *clock = match.groups()
    weekday = _weekday(day)
    return WeeklyWindow(weekday, *_minutes(text, clock))


def _minutes(text: str, clock: Sequence[str]) -> tuple[int, int]:
    """Convert two clock times (hour, minute, hour, minute) to minutes after midnight."""
    start_hour, start_minute, end_hour, end_minute = map(int, clock)
    start, end = start_hour * 60 + start_minute, end_hour * 60 + end_minute
    if max(start_minute, end_minute) >= 60 or start >= MINUTES_PER_DAY or end > MINUTES_PER_DAY:  # noqa: PLR2004 - minutes in an hour
        raise CellError(facts.OUTSIDE_THE_DAY(value=excerpt(text)))
    if end <= start:
        raise CellError(facts.WINDOW_ENDS_BEFORE_START(value=excerpt(text)))
    return start, end


def busy_times(text: str, _: ReadContext | None = None) -> tuple[BusyTime, ...]:
    """Parse `2027-02-01 09:00-10:30; 2027-02-02 14:00-15:00`: times on single days."""
    return merged_busy_times(parse_each(text, _busy_time))


def _busy_time(text: str) -> BusyTime:
    match = _BUSY.fullmatch(text)
    if match is None:
        raise CellError(facts.NOT_A_BUSY_TIME(value=excerpt(text)))
    date_text, *clock = match.groups()
    return BusyTime(day(date_text), *_minutes(text, clock))


def _weekday(text: str) -> int:
    try:
        return _DAY_NUMBERS[text.casefold()]
    except KeyError:
        raise CellError(facts.NOT_A_WEEKDAY(value=excerpt(text), weekdays=WEEKDAYS)) from None


def date_ranges(text: str, _: ReadContext | None = None) -> tuple[DateRange, ...]:
    """Parse `2027-02-01..2027-02-14; 2027-03-08`: dates and inclusive date ranges."""
    return parse_each(text, date_range)


def date_range(text: str) -> DateRange:
    """Parse a date, or two dates joined by `..`."""
    first, dots, last = (part.strip() for part in text.partition(".."))
    begin = day(first)
    end = day(last) if dots else begin
    if end < begin:
        raise CellError(facts.RANGE_ENDS_BEFORE_START(value=excerpt(text)))
    if (end - begin).days > MAX_RANGE_DAYS:
        raise CellError(facts.RANGE_TOO_LONG(value=excerpt(text)))
    return DateRange(begin, end)


def day(text: str) -> date:
    """Parse a date such as `2027-02-01`."""
    if _DATE.fullmatch(text) is None:
        raise CellError(facts.NOT_A_DATE(value=excerpt(text)))
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CellError(facts.NO_SUCH_DATE(value=excerpt(text))) from None
