"""Availability: weekly windows, date ranges, and their conversion to free intervals in UTC.

Free intervals are in whole minutes since 1970-01-01T00:00Z ("epoch minutes"), the only time scale
that the engine uses.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MINUTES_PER_DAY = 24 * 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, order=True)
class WeeklyWindow:
    """A weekly time window: `[start_minute, end_minute)` of the local day.

    `weekday` counts from 0 (Monday).
    """

    weekday: int
    start_minute: int
    end_minute: int

    def __str__(self) -> str:
        start, end = format_clock_time(self.start_minute), format_clock_time(self.end_minute)
        return f"{WEEKDAYS[self.weekday]} {start}-{end}"


@dataclass(frozen=True, slots=True, order=True)
class DateRange:
    """An inclusive range of dates, from `first` to `last`."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def __iter__(self) -> Iterator[date]:
        for offset in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=offset)

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}..{self.last}"


@dataclass(frozen=True, slots=True, order=True)
class BusyTime:
    """A period in which a person is busy: `[start_minute, end_minute)` on the local `day`."""

    day: date
    start_minute: int
    end_minute: int

    def __str__(self) -> str:
        start, end = format_clock_time(self.start_minute), format_clock_time(self.end_minute)
        return f"{self.day} {start}-{end}"


def merged_busy_times(times: Iterable[BusyTime]) -> tuple[BusyTime, ...]:
    """Return busy times in ascending order, merging those that overlap or adjoin on one day."""
    merged: list[BusyTime] = []
    for one in sorted(times):
        last = merged[-1] if merged else None
        if last and last.day == one.day and one.start_minute <= last.end_minute:
            end = max(last.end_minute, one.end_minute)
            merged[-1] = BusyTime(last.day, last.start_minute, end)
        else:
            merged.append(one)
    return tuple(merged)


def format_clock_time(minute: int) -> str:
    """Format a minute of the day as a clock time: `570` as `09:30`, `1440` as `24:00`."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def epoch_minute(instant: datetime) -> int:
    """Return the number of whole minutes from 1970-01-01T00:00Z to `instant`, an aware datetime."""
    return int((instant - _EPOCH).total_seconds() // 60)


def epoch_minute_to_local(minute: int, zone: ZoneInfo) -> datetime:
    """Convert an epoch minute to an aware local datetime."""
    return (_EPOCH + timedelta(minutes=minute)).astimezone(zone)


def local_to_epoch_minute(day: date, minute: int, zone: ZoneInfo) -> int:
    """Convert a wall-clock time, in minutes after midnight on `day`, to an epoch minute.

    Minute 1440 is the following midnight. A wall-clock time skipped by a clock change is converted
    to the moment of the change; a repeated time is converted to its first occurrence.
    """
    if minute == MINUTES_PER_DAY:
        day, minute = day + timedelta(days=1), 0
    wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)
    first = epoch_minute(wall.astimezone(UTC))
    second = epoch_minute(wall.replace(fold=1).astimezone(UTC))
    if first <= second:
        return first
    around = range(second, first + 1)  # PEP 495: the change is one of these minutes
    local = wall.replace(tzinfo=None)
    return around[bisect_left(around, local, key=lambda one: _wall_clock(one, zone))]


def _wall_clock(minute: int, zone: ZoneInfo) -> datetime:
    return epoch_minute_to_local(minute, zone).replace(tzinfo=None)


def free_intervals(
    windows: Collection[WeeklyWindow], zone: ZoneInfo, days: Iterable[date]
) -> tuple[tuple[int, int], ...]:
    """Return the free intervals `[start, end)` on the local `days`, ascending, in epoch minutes.

    Adjacent and overlapping windows are merged, even across midnight.
    """
    spans = sorted(
        (
            local_to_epoch_minute(day, window.start_minute, zone),
            local_to_epoch_minute(day, window.end_minute, zone),
        )
        for day in days
        for window in windows
        if window.weekday == day.weekday()
    )
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
