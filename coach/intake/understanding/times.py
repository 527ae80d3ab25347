"""Rewrites weekly windows and dates from the various forms in which people write them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from coach.availability import WEEKDAYS
from coach.intake.understanding.aliases import name_key

_TO = r"\bto\b|\bdo\b|\bдо\b|\bderi\b"  # noqa: RUF001 - Cyrillic
_DASH = rf"(?:-|[\u2010-\u2015\u2212]|{_TO})"
_FROM = re.compile(r"\s+(?:from|od|од|nga)$", re.IGNORECASE)
_MINUTE = r"(?:\s*(?:[:.]|h(?=[0-9]))\s*([0-9]{2})|([0-9]{2}))?"
_CLOCK = rf"([0-9]{{1,2}}){_MINUTE}\s*(?:h|hrs)?\s*([ap]\.?m\.?)?"
_HOURS = re.compile(rf"{_CLOCK}\s*{_DASH}\s*{_CLOCK}", re.IGNORECASE)
_DAY_JOIN = re.compile(rf"\s*{_DASH}\s*", re.IGNORECASE)
_DAY_LIST = re.compile(r"\s*[,/&+]\s*|\s+")
_NOON = 12
_FIRST_MORNING_HOUR = 6
_DAYS_IN_WEEK = 7

_ISO = r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})\.?"
_DAY_FIRST = r"([0-9]{1,2})\.\s*([0-9]{1,2})\.\s*([0-9]{4})\.?"
_DATE = re.compile(rf"{_ISO}|{_DAY_FIRST}")
_SERIAL = re.compile(r"[0-9]{5}")
_SERIAL_ZERO = date(1899, 12, 30)  # day 0 of the date system of spreadsheet programs
_SERIALS = range(36_526, 73_051)  # 2000 to 2099
_RANGE_JOIN = re.compile(rf"\s*(?:\.\.+|\u2026|{_TO}|[\u2010-\u2015]|\s-\s?|\s?-\s)\s*")
_TIGHT_RANGE = re.compile(rf"({_DAY_FIRST})\s*-\s*({_DAY_FIRST})")
_SHORT_RANGE = re.compile(
    r"([0-9]{1,2})\.\s*(?:([0-9]{1,2})\.)?\s*(?:-|[\u2010-\u2015]|\.\.)\s*"
    r"([0-9]{1,2})\.\s*([0-9]{1,2})\.\s*([0-9]{4})\.?"
)
_SEPARATORS = re.compile(r"[;\n]")


class Rewriting(NamedTuple):
    """An entry of a cell, as written and in the standard format.

    Both forms are the same if the entry needs no rewriting or was not understood.
    """

    written: str
    read_as: str


def rewrite_windows(text: str, weekdays: Mapping[str, int]) -> list[Rewriting]:
    """Rewrite `Mon-Wed 9-12, 14h-16h; Fri 09.00-12.30` as weekly windows within single days."""
    entries = filter(None, (part.strip() for part in _SEPARATORS.split(text)))
    return [Rewriting(entry, "; ".join(_windows(entry, weekdays)) or entry) for entry in entries]


def _windows(entry: str, weekdays: Mapping[str, int]) -> Iterator[str]:
    """Yield an entry's windows, or nothing if any part of the entry cannot be understood."""
    days: list[int] = []
    position, found = 0, []
    for match in _HOURS.finditer(entry):
        between = _FROM.sub("", entry[position : match.start()].strip(" ,:/&+"))
        position = match.end()
        named = _days(between, weekdays) if between else days
        hours = _hours(match)
        if not named or hours is None:
            return
        days = named
        found += [f"{WEEKDAYS[day]} {hours}" for day in days]
    if not entry[position:].strip(" ,."):
        yield from found


def _days(text: str, weekdays: Mapping[str, int]) -> list[int]:
    """Return the weekdays in `Mon`, `Mon, Wed` or `Mon-Fri`, or an empty list if any is unknown."""
    ends = [_day(part, weekdays) for part in _DAY_JOIN.split(text)]
    if len(ends) == 2 and None not in ends:  # noqa: PLR2004 - the first and the last day
        first, last = (end or 0 for end in ends)
        return [(first + step) % _DAYS_IN_WEEK for step in range((last - first) % 7 + 1)]
    whole = _day(text, weekdays)
    if whole is not None:
        return [whole]
    days = [_day(part, weekdays) for part in _DAY_LIST.split(text) if part]
    return [] if None in days else [day for day in days if day is not None]


def _day(text: str, weekdays: Mapping[str, int]) -> int | None:
    return weekdays.get(name_key(text))


def _hours(match: re.Match[str]) -> str | None:
    if _is_uncertain(match):
        return None
    start = _clock(match[1], match[2] or match[3], match[4] or match[8])
    end = _clock(match[5], match[6] or match[7], match[8])
    if match[4] is None and match[8] and start >= end:  # `9-12 pm` starts in the morning
        start = _clock(match[1], match[2] or match[3], None)
    return f"{start}-{end}"


def _is_uncertain(match: re.Match[str]) -> bool:
    """Return whether hours without minutes may mean the afternoon: `1-5`, `2-4`, `9-5`."""
    if any(match[group] for group in (2, 3, 4, 6, 7, 8)):
        return False
    start, end = int(match[1]), int(match[5])
    starts_early = len(match[1]) == 1 and start < _FIRST_MORNING_HOUR
    return starts_early or (len(match[5]) == 1 and end <= start)


def _clock(hour: str, minute: str | None, half: str | None) -> str:
    number = int(hour)
    if half and 1 <= number <= _NOON:
        number = number % _NOON + (_NOON if half[0] in "pP" else 0)
    return f"{number:02}:{minute or '00'}"


def rewrite_dates(text: str) -> list[Rewriting]:
    """Rewrite `1.2.2027 - 14.2.2027, 46450` as ISO dates and ranges.

    Spreadsheet serial numbers of dates from 2000 to 2099 are accepted. `1/2/2027` is not
    understood, because it has two meanings.
    """
    entries = filter(None, (part.strip() for part in re.split(r"[;\n,]", text)))
    return [Rewriting(entry, _range(entry)) for entry in entries]


def _range(entry: str) -> str:
    if match := _TIGHT_RANGE.fullmatch(entry):
        return f"{_date(match[1])}..{_date(match[5])}"
    if match := _SHORT_RANGE.fullmatch(entry):
        first = f"{match[5]}-{int(match[2] or match[4]):02}-{int(match[1]):02}"
        return f"{first}..{match[5]}-{int(match[4]):02}-{int(match[3]):02}"
    ends = [_date(part) for part in _RANGE_JOIN.split(entry)]
    return "..".join(ends) if len(ends) <= 2 else entry  # noqa: PLR2004 - first and last


def _date(text: str) -> str:
    if match := _DATE.fullmatch(text):
        year, month, day = match.groups()[:3] if match[1] else match.groups()[:2:-1]
        return f"{year}-{int(month):02}-{int(day):02}"
    if _SERIAL.fullmatch(text) and int(text) in _SERIALS:
        return str(_SERIAL_ZERO + timedelta(days=int(text)))
    return text
