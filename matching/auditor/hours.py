"""The auditor's own computation of windows, days off and the session grid.

It shares only the form of the availability grid with the engine. Wall times are built with
`datetime`, day by day, and converted to whole minutes since 1970-01-01T00:00Z.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from coach.availability import WeeklyWindow
from coach.cycle import Cycle
from coach.holidays import observances, public_holidays
from coach.people import Coach, Coachee, Person, Roster
from coach.texts.facts import Fact
from coach.time_zones import time_zone
from matching.facts import findings as facts
from matching.instance.availability_grid import AvailabilityGrid, Bits, pack

Spans = list[tuple[int, int]]

_ONE_DAY = timedelta(days=1)
_ONE_HOUR = timedelta(hours=1)
_HOURS = range(25)  # from midnight to midnight
_MINUTES_PER_DAY = 24 * 60
_MARGIN = 2 * _ONE_DAY  # exceeds the difference between local dates in any two time zones


def minute_of(instant: datetime) -> int:
    """Return an aware datetime as whole minutes since 1970-01-01T00:00Z."""
    return int(instant.timestamp() // 60)


def _minute_of_wall(wall: datetime, zone: str) -> int:
    """Return the minute of a local time, or of the clock change that skips it."""
    minute, late = minute_of(wall.replace(tzinfo=time_zone(zone))), 0
    while datetime.fromtimestamp(60 * (minute - late), time_zone(zone)).replace(tzinfo=None) > wall:
        late += 1
    return minute - late + (late > 0)


class AuditCalendar:
    """Computes when people are free, and when sessions may start, under a policy."""

    def __init__(self, cycle: Cycle) -> None:
        self._cycle = cycle
        first, last = cycle.cycle.start - _MARGIN, cycle.cycle.end + _MARGIN
        self._days = [first + timedelta(n) for n in range((last - first).days + 1)]
        self._minutes: dict[tuple[str, date, int], int] = {}
        self._midnights: dict[tuple[str, date], int | None] = {}
        self._weekly: dict[tuple[str, tuple[WeeklyWindow, ...]], Spans] = {}
        self._walls: dict[tuple[str, int, int], list[tuple[date, int]]] = {}
        self._holidays: dict[str, frozenset[date]] = {}
        self._faults: dict[tuple[int, int], Fact | None] = {}

    def free(self, person: Person) -> Spans:
        """Return the person's free time as ascending, merged intervals `[start, end)`."""
        spans = self._on_days(person.timezone, person.availability, self._off(person))
        if not person.busy:
            return spans
        return _without(spans, self._busy(person))

    def _busy(self, person: Person) -> Spans:
        """Return a person's busy times in or near the cycle, merged."""
        near = set(self._days)
        return _merge_spans(
            [
                (
                    self._wall(person.timezone, one.day, one.start_minute),
                    self._wall(person.timezone, one.day, one.end_minute),
                )
                for one in person.busy
                if one.day in near
            ]
        )

    def weekly(self, zone: str, windows: tuple[WeeklyWindow, ...]) -> Spans:
        """Return all windows in or near the cycle as ascending, merged intervals `[start, end)`."""
        if (zone, windows) not in self._weekly:
            self._weekly[zone, windows] = self._on_days(zone, windows, set())
        return self._weekly[zone, windows]

    def _on_days(self, zone: str, windows: Sequence[WeeklyWindow], off: set[date]) -> Spans:
        spans: Spans = []
        for window in windows:
            starts = self._wall_times(zone, window.weekday, window.start_minute)
            ends = self._wall_times(zone, window.weekday, window.end_minute)
            for (day, start), (_, end) in zip(starts, ends, strict=True):
                if start < end and day not in off:
                    spans.append((start, end))
        return _merge_spans(spans)

    def _wall_times(self, zone: str, weekday: int, minute: int) -> list[tuple[date, int]]:
        """Return a local time on each occurrence of a weekday in or near the cycle."""
        key = zone, weekday, minute
        if key not in self._walls:
            days = [day for day in self._days if day.weekday() == weekday]
            self._walls[key] = [(day, self._wall(zone, day, minute)) for day in days]
        return self._walls[key]

    def _off(self, person: Person) -> set[date]:
        off = {day for dates in person.unavailable for day in self._days if day in dates}
        return off | self._holidays_of(person.country)

    def _holidays_of(self, country: str) -> frozenset[date]:
        if country not in self._holidays:
            policy, known = self._cycle.calendar, set[date]()
            for year in {day.year for day in self._days}:
                if policy.public_holidays:
                    known |= public_holidays(country, year)
                if country in policy.observances:
                    known |= observances(country, policy.observances[country], year)
            self._holidays[country] = frozenset(known)
        return self._holidays[country]

    def _wall(self, zone: str, day: date, minute: int) -> int:
        midnight = self._regular_midnight(zone, day)
        if midnight is not None:
            return midnight + minute
        key = zone, day, minute
        if key not in self._minutes:
            wall = datetime.combine(day, time()) + timedelta(minutes=minute)
            self._minutes[key] = _minute_of_wall(wall, zone)
        return self._minutes[key]

    def _regular_midnight(self, zone: str, day: date) -> int | None:
        """Return the minute of midnight if the UTC offset is the same at all hours of the day."""
        key = zone, day
        if key not in self._midnights:
            midnight = datetime.combine(day, time(), time_zone(zone))
            offsets = {(midnight + _ONE_HOUR * hour).utcoffset() for hour in _HOURS}
            self._midnights[key] = minute_of(midnight) if len(offsets) == 1 else None
        return self._midnights[key]

    def length(self, number: int) -> int:
        """Return the length of session `number`; number 0 is a contracting session."""
        policy = self._cycle.sessions
        return policy.contracting_minutes if number == 0 else policy.minutes

    def starts(self, number: int = 1) -> tuple[list[int], list[date]]:
        """Return the starts of session `number` that the grid, cycle, and blackout dates allow.

        Their local dates are returned as well.
        """
        starts: dict[int, date] = {}
        length = self.length(number)
        for day in self._cycle.cycle.days:
            midnight = self._regular_midnight(self._cycle.cycle.timezone, day)
            if midnight is None:
                starts |= self._irregular_day(day, number)
                continue
            is_blackout = day in self._cycle.blackout_days
            for minute in range(0, _MINUTES_PER_DAY, self._cycle.sessions.grid_minutes):
                start = midnight + minute
                ends_today = minute + length <= _MINUTES_PER_DAY
                if not (is_blackout if ends_today else self.start_fault(start, number)):
                    starts[start] = day
        good = sorted(starts)
        return good, [starts[start] for start in good]

    def _irregular_day(self, day: date, number: int) -> dict[int, date]:
        """Return the starts on a day with a clock change, with their local dates."""
        starts: dict[int, date] = {}
        for minute in range(0, _MINUTES_PER_DAY, self._cycle.sessions.grid_minutes):
            start = self._wall(self._cycle.cycle.timezone, day, minute)
            starts[start] = self._local(start).date()
        starts |= self._repeated_hour(day)
        return {
            start: local for start, local in starts.items() if not self.start_fault(start, number)
        }

    def _repeated_hour(self, day: date) -> dict[int, date]:
        """Return the starts in the second occurrence of an hour repeated by a clock change."""
        zone, step = self._cycle.cycle.zone, self._cycle.sessions.grid_minutes
        extra: dict[int, date] = {}
        for minute in range(0, _MINUTES_PER_DAY, step):
            wall = datetime.combine(day, time()) + timedelta(minutes=minute)
            again = wall.replace(tzinfo=zone, fold=1)
            if again.utcoffset() != again.replace(fold=0).utcoffset():
                start = minute_of(again.astimezone(UTC))
                if self._local(start).replace(tzinfo=None) == wall:
                    extra[start] = day
        return extra

    def start_fault(self, start: int, number: int = 1) -> Fact | None:
        """Return why session `number` may not start at `start`, or `None` if it may."""
        key = start, self.length(number)
        if key not in self._faults:
            self._faults[key] = self._fault(*key)
        return self._faults[key]

    def _fault(self, start: int, length: int) -> Fact | None:
        begin = self._local(start)
        last = self._local(start + length - 1).date()
        dates = self._cycle.cycle
        if begin.date() < dates.start or last > dates.end:
            return facts.OUTSIDE_CYCLE(first=dates.start, last=dates.end)
        if (begin.hour * 60 + begin.minute) % self._cycle.sessions.grid_minutes:
            return facts.OFF_GRID(count=self._cycle.sessions.grid_minutes)
        touched = {begin.date() + n * _ONE_DAY for n in range((last - begin.date()).days + 1)}
        for day in sorted(touched & self._cycle.blackout_days):
            return facts.ON_BLACKOUT(day=day)
        return None

    def _local(self, minute: int) -> datetime:
        return datetime.fromtimestamp(minute * 60, self._cycle.cycle.zone)

    def availability_grid(
        self, roster: Roster, known: Callable[[Coachee | Coach], Spans] | None = None
    ) -> AvailabilityGrid:
        """Return the auditor's own availability grid, in the form that the rules require.

        `known` is a function that returns a person's free time; by default, it is computed again.
        """
        free = known or self.free
        opening, days = self.starts(0) if self._cycle.sessions.contracting_minutes else ([], [])
        starts, others = self.starts()
        first = self._cycle.cycle.start
        monday = first - timedelta(first.weekday())
        day = np.array([(one - first).days for one in (*days, *others)], dtype=np.int32)
        week = np.array([(one - monday).days // 7 for one in (*days, *others)], dtype=np.int32)

        def bits(people: Sequence[Coachee | Coach]) -> Bits:
            spans = [free(one) for one in people]
            return pack(
                np.hstack(
                    [
                        self._rows(spans, some, self.length(number))
                        for number, some in enumerate((opening, starts))
                    ]
                )
            )

        return AvailabilityGrid(
            starts=np.array([*opening, *starts], dtype=np.int64),
            day=day,
            week=week,
            coachees=bits(roster.coachees),
            coaches=bits(roster.coaches),
            contracting=len(opening),
        )

    def _rows(
        self, everybody: Sequence[Spans], starts: list[int], length: int
    ) -> NDArray[np.bool_]:
        rows = np.zeros((len(everybody), len(starts)), dtype=np.bool_)
        for row, spans in zip(rows, everybody, strict=True):
            for begin, end in spans:
                row[bisect_left(starts, begin) : bisect_right(starts, end - length)] = True
        return rows


def inside(spans: Spans, start: int, end: int) -> bool:
    """Return whether `[start, end)` is contained in one of the merged `spans`."""
    place = bisect_right(spans, (start, 1 << 62)) - 1
    return place >= 0 and end <= spans[place][1]


def _merge_spans(spans: Spans) -> Spans:
    joined: Spans = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _without(spans: Spans, busy: Spans) -> Spans:
    """Return the parts of `spans` outside `busy`. Both lists must be merged and ascending."""
    left: Spans = []
    for start, end in spans:
        begin = start
        for off, on in busy:
            if off < end and on > begin:
                if begin < off:
                    left.append((begin, off))
                begin = max(begin, on)
        if begin < end:
            left.append((begin, end))
    return left
