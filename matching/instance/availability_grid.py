"""Availability as bit sets, with one bit for each person and each start on the grid.

All later steps work on these bit sets, 64 bits at a time: two people can meet at start `s` if both
have bit `s` set. Bit `s` of a row is bit `s % 64` of its word `s // 64`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from coach.availability import (
    MINUTES_PER_DAY,
    BusyTime,
    WeeklyWindow,
    epoch_minute_to_local,
    free_intervals,
    local_to_epoch_minute,
)
from coach.cycle import Cycle
from coach.holidays import days_kept_free
from coach.people import Person, Roster
from coach.time_zones import time_zone
from matching.instance.zone_days import ZoneDays, merge_windows

Bits = NDArray[np.uint64]
_WORD_BITS = 64
_MARGIN_DAYS = 2  # exceeds the difference between local dates in any two time zones


@dataclass(frozen=True, eq=False)
class AvailabilityGrid:
    """The possible session starts in a cycle, and who is free for a session at each of them.

    Attributes:
        starts: `int64[S]`, epoch minutes in ascending order. Starts are on the grid, counted from
            local midnight in the cycle's zone; their sessions are within the cycle and avoid
            blackout dates.
        contracting: the number of starts of contracting sessions, which come first. The starts of
            all other sessions follow, also in ascending order.
        day: `int32[S]`, the start's local date as an index into `cycle.cycle.days`.
        week: `int32[S]`, the start's ISO week, numbered from 0 for the cycle's first week.
        coachees: `uint64[n, W]`, the coachees' free starts as packed bits, with `W = ceil(S / 64)`;
            rows as in the roster.
        coaches: `uint64[m, W]`, the same for coaches.
    """

    starts: NDArray[np.int64]
    day: NDArray[np.int32]
    week: NDArray[np.int32]
    coachees: Bits
    coaches: Bits
    contracting: int = 0

    def starts_of(self, number: int) -> slice:
        """Return the slice of starts at which the session with this number may start."""
        is_contracting = not number and self.contracting
        return slice(0, self.contracting) if is_contracting else slice(self.contracting, None)


def unpack(bits: Bits, count: int) -> NDArray[np.bool_]:
    """Unpack rows `uint64[..., W]` to `bool[..., count]`."""
    little = np.ascontiguousarray(bits, dtype="<u8").view(np.uint8)
    return np.unpackbits(little, axis=-1, bitorder="little", count=count).view(np.bool_)


def pack(rows: NDArray[np.bool_]) -> Bits:
    """Pack `bool[..., S]` into words `uint64[..., ceil(S / 64)]`."""
    padding = -rows.shape[-1] % _WORD_BITS
    if padding:
        rows = np.pad(rows, [(0, 0)] * (rows.ndim - 1) + [(0, padding)])
    packed = np.packbits(rows, axis=-1, bitorder="little")
    return np.ascontiguousarray(packed).view("<u8").astype(np.uint64, copy=False)


def build_availability_grid(
    roster: Roster, cycle: Cycle, on_person: Callable[[], object] = lambda: None
) -> AvailabilityGrid:
    """Compute the cycle's grid of starts and each person's free starts.

    `on_person` is called before each person and may raise an exception to stop.
    """
    grid = _grid_of_length(roster, cycle, cycle.sessions.minutes, on_person)
    if not cycle.sessions.contracting_minutes:
        return grid
    return _joined(
        _grid_of_length(roster, cycle, cycle.sessions.contracting_minutes, on_person), grid
    )


def _grid_of_length(
    roster: Roster, cycle: Cycle, minutes: int, on_person: Callable[[], object]
) -> AvailabilityGrid:
    """Compute the grid for sessions of a single length."""
    grid = _policy_grid(_GridPolicy.of(cycle, minutes))
    return AvailabilityGrid(
        starts=grid.starts,
        day=grid.day,
        week=grid.week,
        coachees=grid.free_starts.rows(roster.coachees, on_person),
        coaches=grid.free_starts.rows(roster.coaches, on_person),
    )


@dataclass(frozen=True, slots=True)
class _GridPolicy:
    """The settings that determine the grid for a session length, and people's free starts."""

    cycle: Cycle = field(compare=False)
    minutes: int
    key: str

    @classmethod
    def of(cls, cycle: Cycle, minutes: int) -> _GridPolicy:
        dates, calendar = cycle.cycle, cycle.calendar.model_dump_json()
        step = cycle.sessions.grid_minutes
        return cls(cycle, minutes, f"{dates.start} {dates.end} {dates.timezone} {step} {calendar}")


class _PolicyGrid(NamedTuple):
    """A policy's grid: the starts with their days and weeks, and people's free starts."""

    starts: NDArray[np.int64]
    day: NDArray[np.int32]
    week: NDArray[np.int32]
    free_starts: _AvailabilityCache


@lru_cache(maxsize=8)
def _policy_grid(policy: _GridPolicy) -> _PolicyGrid:
    """Return a policy's grid, cached because explanations mostly vary only the people."""
    starts, day = _grid(policy.cycle, policy.minutes)
    first = policy.cycle.cycle.start.toordinal()
    ordinals = first + day.astype(np.int64)
    week = ((ordinals - 1) // 7 - (first - 1) // 7).astype(np.int32)  # ordinal 1 is a Monday
    for shared in (starts, day, week):
        shared.flags.writeable = False
    calendars = _AvailabilityCache(policy.cycle, starts, policy.minutes)
    return _PolicyGrid(starts, day, week, calendars)


def _joined(contracting: AvailabilityGrid, sessions: AvailabilityGrid) -> AvailabilityGrid:
    """Return the grid with the starts of contracting sessions before all other starts."""

    def bits(one: Bits, other: Bits) -> Bits:
        rows = unpack(one, len(contracting.starts)), unpack(other, len(sessions.starts))
        return pack(np.concatenate(rows, axis=1))

    return AvailabilityGrid(
        starts=np.concatenate([contracting.starts, sessions.starts]),
        day=np.concatenate([contracting.day, sessions.day]),
        week=np.concatenate([contracting.week, sessions.week]),
        coachees=bits(contracting.coachees, sessions.coachees),
        coaches=bits(contracting.coaches, sessions.coaches),
        contracting=len(contracting.starts),
    )


def _grid(cycle: Cycle, minutes: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the starts that the cycle and its blackout dates allow, and their day indices."""
    zone, step = cycle.cycle.zone, cycle.sessions.grid_minutes
    days = cycle.cycle.days
    midnight = [
        local_to_epoch_minute(day, 0, zone) for day in (*days, cycle.cycle.end + timedelta(1))
    ]
    chunks = [_grid_minutes(midnight[d], midnight[d + 1], step, zone) for d in range(len(days))]
    starts = np.concatenate(chunks)
    day = np.repeat(np.arange(len(days), dtype=np.int32), [len(chunk) for chunk in chunks])
    usable = starts + minutes <= midnight[-1]
    for off in cycle.blackout_days & frozenset(days):
        index = (off - cycle.cycle.start).days
        usable &= (starts + minutes <= midnight[index]) | (starts >= midnight[index + 1])
    return starts[usable], day[usable]


def _grid_minutes(
    midnight: int, next_midnight: int, step: int, zone: ZoneInfo
) -> NDArray[np.int64]:
    """Return the epoch minutes in a local day at which the local time is a multiple of `step`."""
    minutes = np.arange(midnight, next_midnight, dtype=np.int64)
    if next_midnight - midnight == MINUTES_PER_DAY:
        return minutes[::step]
    walls = [epoch_minute_to_local(int(minute), zone) for minute in minutes]  # clock change
    return minutes[[(wall.hour * 60 + wall.minute) % step == 0 for wall in walls]]


class _AvailabilityCache:
    """Caches free starts by zone and windows, and days off by zone and date.

    A person is free for a session if and only if the session is within the union of their windows
    and overlaps neither a day off nor a busy time of theirs. Windows and days off are therefore
    cached separately and combined for each person.
    """

    def __init__(self, cycle: Cycle, starts: NDArray[np.int64], minutes: int) -> None:
        self._starts = starts
        self._minutes = minutes
        self._calendar = cycle.calendar
        first, last = cycle.cycle.start, cycle.cycle.end
        self._days = [
            first + timedelta(n)
            for n in range(-_MARGIN_DAYS, (last - first).days + 1 + _MARGIN_DAYS)
        ]
        self._starts_by_windows: dict[tuple[str, tuple[WeeklyWindow, ...]], Bits] = {}
        self._starts_by_day: dict[tuple[str, date], Bits] = {}
        self._holiday_bits: dict[tuple[str, str], Bits] = {}
        self._zones: dict[str, ZoneDays] = {}

    def rows(self, people: Sequence[Person], on_person: Callable[[], object]) -> Bits:
        """Return the free starts of `people`, as `uint64[len(people), W]`."""
        words = -(-len(self._starts) // _WORD_BITS)
        table = np.zeros((len(people), words), dtype=np.uint64)
        for row, person in zip(table, people, strict=True):
            on_person()
            self._fill(row, person)
        return table

    def _fill(self, row: Bits, person: Person) -> None:
        for windows in merge_windows(person.availability):
            row |= self._starts_within(person.timezone, windows)
        row &= ~self._kept_free(person.timezone, person.country)
        for dates in person.unavailable:
            low = max(dates.first, self._days[0])
            for offset in range((min(dates.last, self._days[-1]) - low).days + 1):
                row &= ~self._starts_touching(person.timezone, low + timedelta(offset))
        if person.busy:
            row &= ~self._starts_while_busy(person.zone, person.busy)

    def _zone(self, name: str) -> ZoneDays:
        if name not in self._zones:
            self._zones[name] = ZoneDays(time_zone(name), self._days)
        return self._zones[name]

    def _starts_within(self, zone: str, windows: tuple[WeeklyWindow, ...]) -> Bits:
        """Return the starts at which a session fits within the union of `windows`."""
        if (zone, windows) not in self._starts_by_windows:
            spans = (
                self._zone(zone).spans(windows[0])
                if len(windows) == 1
                else free_intervals(windows, time_zone(zone), self._days)
            )
            free = np.zeros(len(self._starts), dtype=np.bool_)
            begin, end = np.array(list(spans), dtype=np.int64).reshape(-1, 2).T
            low = self._starts.searchsorted(begin)
            high = np.maximum(low, self._starts.searchsorted(end - self._minutes + 1))
            for first, last in zip(low.tolist(), high.tolist(), strict=True):
                free[first:last] = True
            self._starts_by_windows[zone, windows] = pack(free)
        return self._starts_by_windows[zone, windows]

    def _starts_touching(self, zone: str, day: date) -> Bits:
        """Return the starts at which a session overlaps the local `day`."""
        if (zone, day) not in self._starts_by_day:
            begin, end = self._zone(zone).span_of_day(day)
            low, high = np.searchsorted(self._starts, (begin - self._minutes + 1, end))
            touched = np.zeros(len(self._starts), dtype=np.bool_)
            touched[low:high] = True
            self._starts_by_day[zone, day] = pack(touched)
        return self._starts_by_day[zone, day]

    def _starts_while_busy(self, zone: ZoneInfo, busy: Sequence[BusyTime]) -> Bits:
        """Return the starts at which a session overlaps one of the person's busy times."""
        touched = np.zeros(len(self._starts), dtype=np.bool_)
        for one in busy:
            if self._days[0] <= one.day <= self._days[-1]:
                begin = local_to_epoch_minute(one.day, one.start_minute, zone)
                end = local_to_epoch_minute(one.day, one.end_minute, zone)
                low, high = np.searchsorted(self._starts, (begin - self._minutes + 1, end))
                touched[low:high] = True
        return pack(touched)

    def _kept_free(self, zone: str, country: str) -> Bits:
        if (zone, country) not in self._holiday_bits:
            off = np.zeros(-(-len(self._starts) // _WORD_BITS), dtype=np.uint64)
            for day in days_kept_free(self._calendar, country, self._days):
                off |= self._starts_touching(zone, day)
            self._holiday_bits[zone, country] = off
        return self._holiday_bits[zone, country]
