"""Local days and weekly windows in a time zone, as epoch minutes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from coach.availability import MINUTES_PER_DAY, WeeklyWindow, local_to_epoch_minute


class ZoneDays:
    """Converts local days and windows in a time zone to epoch minutes."""

    def __init__(self, zone: ZoneInfo, days: list[date]) -> None:
        self._zone = zone
        self._days = days
        self._midnight = [
            local_to_epoch_minute(day, 0, zone) for day in (*days, days[-1] + timedelta(1))
        ]

    def span_of_day(self, day: date) -> tuple[int, int]:
        """Return the interval `[midnight, next midnight)` of `day`."""
        index = (day - self._days[0]).days
        return self._midnight[index], self._midnight[index + 1]

    def spans(self, window: WeeklyWindow) -> list[tuple[int, int]]:
        """Return the interval `[start, end)` of `window` on each of its weekdays."""
        first = (window.weekday - self._days[0].weekday()) % 7
        return [self._span(index, window) for index in range(first, len(self._days), 7)]

    def _span(self, index: int, window: WeeklyWindow) -> tuple[int, int]:
        midnight = self._midnight[index]
        if self._midnight[index + 1] - midnight == MINUTES_PER_DAY:
            return midnight + window.start_minute, midnight + window.end_minute
        day = self._days[index]
        begin = local_to_epoch_minute(day, window.start_minute, self._zone)
        return begin, local_to_epoch_minute(day, window.end_minute, self._zone)


def merge_windows(windows: Sequence[WeeklyWindow]) -> list[tuple[WeeklyWindow, ...]]:
    """Merge adjoining windows, and group the results so that each group can be cached separately.

    Windows that touch or overlap on the same day are merged. Each result forms its own group,
    unless some of them adjoin across midnight: in that case, all form one group, because
    `free_intervals` has to merge them.
    """
    merged: list[WeeklyWindow] = []
    for window in sorted(windows):
        last = merged[-1] if merged else None
        if last and last.weekday == window.weekday and window.start_minute <= last.end_minute:
            end = max(last.end_minute, window.end_minute)
            merged[-1] = WeeklyWindow(last.weekday, last.start_minute, end)
        else:
            merged.append(window)
    ending = {w.weekday for w in merged if w.end_minute == MINUTES_PER_DAY}
    if any(w.start_minute == 0 and (w.weekday - 1) % 7 in ending for w in merged):
        return [tuple(merged)]
    return [(window,) for window in merged]
