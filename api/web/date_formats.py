"""Date and time formats for display, independent of the server's locale.

Most functions return a fact, which is formatted when the page is rendered in a language.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from api.web import facts
from coach.texts.facts import Fact
from coach.texts.renderer import Renderer

_CACHED_TIME_RANGES = 4096
_CACHED_DATETIMES = 16_384


def format_date(day: date) -> Fact:
    """Format a date as `Wednesday 20 January 2027`."""
    return facts.DATE_ALONE(day=day)


def format_date_span(first: date, last: date) -> Fact:
    """Format a range as `Monday 18 January 2027 to Friday 16 July 2027`."""
    return facts.DATE_SPAN(first=first, last=last)


def format_whole_days(first: date, last: date) -> Fact:
    """Format the days of an event as `Monday 18 January 2027`, or as a range of dates."""
    return format_date(first) if first == last else format_date_span(first, last)


def format_event_time(
    start: datetime, end: datetime, first: date | None, last: date | None, zone: tzinfo
) -> Fact:
    """Format the time of an event in `zone`, or its days if it lasts from `first` to `last`."""
    if first is None or last is None:
        return format_datetime_range(start, end, zone)
    return format_whole_days(first, last)


def format_local_date(instant: datetime | None, zone: ZoneInfo) -> Fact | str:
    """Format the date of `instant` in `zone` with `format_date`; empty for `None`."""
    return "" if instant is None else format_date(instant.astimezone(zone).date())


def format_local_datetime(instant: datetime | None, zone: ZoneInfo) -> Fact | str:
    """Format the date and time of an instant in `zone`; an empty string if there is none."""
    return "" if instant is None else format_short_datetime(instant, zone)


def format_short_date(day: date) -> Fact:
    """Format a date as `Wed 20 Jan 2027`."""
    return facts.SHORT_DATE_ALONE(day=day)


def format_short_month(day: date) -> Fact:
    """Format a month as `Jan 2027`."""
    return facts.MONTH_ALONE(day=day)


def format_time_range(start: datetime, end: datetime, zone: ZoneInfo) -> Fact:
    """Format a time range as `09:00 to 10:30`, in the local time of `zone`."""
    return facts.TIME_RANGE(start=start.astimezone(zone), end=end.astimezone(zone))


@lru_cache(_CACHED_TIME_RANGES)
def time_range_text(texts: Renderer, start: time, end: time) -> str:
    """Render a range of local times. Cached, because the same few ranges recur."""
    first, last = (datetime.combine(date.min, clock) for clock in (start, end))
    return texts.text(facts.TIME_RANGE(start=first, end=last))


def format_datetime_range(start: datetime, end: datetime, zone: tzinfo) -> Fact:
    """Format `start` and `end` in the local time of `zone`.

    For example: `Wednesday 20 January 2027, 09:00 to 10:30 (CET, UTC+01:00)`.
    """
    local = start.astimezone(zone)
    return facts.DATETIME_RANGE(
        day=local.date(), start=local, end=end.astimezone(zone), zone=format_zone(local)
    )


def format_short_datetime(instant: datetime, zone: tzinfo) -> Fact:
    """Format `instant` as `Wed 20 Jan 2027, 09:00 CET`, in the local time of `zone`."""
    local = instant.astimezone(zone)
    return facts.SHORT_DATETIME(day=local.date(), time=local, zone=zone_abbreviation(local))


class TimeTexts(NamedTuple):
    """The texts of `format_datetime_range`, and of `format_short_datetime` for the start."""

    range: str
    start: str


def time_texts(texts: Renderer, start: datetime, end: datetime, zone: ZoneInfo) -> TimeTexts:
    """Return the texts of a time range; cached, because many sessions have the same local times."""
    first, last = start.astimezone(zone), end.astimezone(zone)
    clocks = first.replace(tzinfo=None), last.replace(tzinfo=None)
    return _local_texts(texts, *clocks, first.tzname() or "", first.utcoffset() or timedelta())


@lru_cache(_CACHED_DATETIMES)
def _local_texts(
    texts: Renderer, start: datetime, end: datetime, name: str, offset: timedelta
) -> TimeTexts:
    zone = timezone(offset, name)
    first, last = start.replace(tzinfo=zone), end.replace(tzinfo=zone)
    return TimeTexts(
        texts.text(format_datetime_range(first, last, zone)),
        texts.text(format_short_datetime(first, zone)),
    )


def format_datetime(instant: datetime, zone: ZoneInfo) -> Fact:
    """Format `instant` in the local time of `zone`.

    For example: `Wednesday 20 January 2027, 09:00 (CET, UTC+01:00)`.
    """
    local = instant.astimezone(zone)
    return facts.DATETIME(day=local.date(), time=local, zone=format_zone(local))


def format_zone(local: datetime) -> str:
    """Format the zone of an aware local time as `CET, UTC+01:00`, or just `UTC+03:30`."""
    short, offset = zone_abbreviation(local), _offset(local)
    return short if short == offset else f"{short}, {offset}"


def zone_abbreviation(local: datetime) -> str:
    """Return the zone abbreviation of an aware local time, such as `CET`, or else its offset.

    The zone's name is not used, because it often refers to a city other than the person's own.
    """
    abbreviation = local.tzname() or ""
    return abbreviation if abbreviation.isalpha() else _offset(local)


def _offset(local: datetime) -> str:
    signed = f"{local:%z}"
    return f"UTC{signed[:3]}:{signed[3:5]}"
