"""Insertion heuristic that builds a timetable one series at a time.

Each series uses the least contended chain of positions. If a series does not fit, it moves to the
front of the queue and the timetable is rebuilt (squeaky wheel optimisation, Joslin and Clements
1999).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import inf

from matching.coach_timetable.calendar import CoachCalendar
from matching.coach_timetable.positions import members

_LONG_CHAIN = 400  # number of positions above which a series is chosen greedily


class PartialTimetable:
    """A coach's timetable under construction."""

    def __init__(self, calendar: CoachCalendar) -> None:
        self._calendar = calendar
        self._on: dict[int, int] = {}  # the occupants of each day as a bit set
        self._day: dict[int, int] = {}
        self._week: dict[int, int] = {}
        self.placed: dict[int, list[int]] = {}

    def feasible_positions(self, candidate: int) -> int:
        """Return the positions at which one more session of `candidate` fits, as a bit set."""
        calendar, on = self._calendar, self._on
        found = calendar.candidate(candidate).positions
        if not calendar.by_day:
            return found & ~calendar.taken_starts.taken(on, self._day, self._week)
        full_weeks = self._full_weeks()
        for position, home, bit in calendar.sessions(candidate):
            if (home in on and not calendar.fits_together(home, on[home] | bit)) or (
                full_weeks and calendar.position_week[position] in full_weeks
            ):
                found ^= 1 << position
        return found

    def _full_weeks(self) -> set[int]:
        if not self._calendar.week_can_bind:
            return set()
        limits = self._calendar.week_limit.items()
        return {week for week, most in limits if self._week.get(week, 0) >= most}

    def _fits(self, position: int, home: int, bit: int) -> bool:
        calendar = self._calendar
        if not calendar.by_day:
            taken = calendar.taken_starts.taken(self._on, self._day, self._week)
            return not taken >> position & 1
        if home in self._on and not calendar.fits_together(home, self._on[home] | bit):
            return False
        week = calendar.position_week[position]
        return not calendar.week_can_bind or self._week.get(week, 0) < calendar.week_limit[week]

    def add(self, candidate: int, positions: Sequence[int]) -> bool:
        """Add a series; return false if its own sessions together violate a limit."""
        calendar, on = self._calendar, self._on
        for number, position in enumerate(positions):
            home, bit = calendar.home[position], 1 << calendar.occupant(candidate, position)
            if number and not self._fits(position, home, bit):
                self._remove(candidate, positions[:number])
                return False
            on[home] = on.get(home, 0) | bit
            self._count(position, 1)
        self.placed[candidate] = list(positions)
        return True

    def _remove(self, candidate: int, positions: Sequence[int]) -> None:
        for position in positions:
            home = self._calendar.home[position]
            self._on[home] ^= 1 << self._calendar.occupant(candidate, position)
            if not self._on[home]:
                del self._on[home]
            self._count(position, -1)

    def _count(self, position: int, change: int) -> None:
        calendar = self._calendar
        if calendar.by_day and not calendar.week_can_bind:
            return  # nothing depends on these numbers
        day, week = calendar.position_day[position], calendar.position_week[position]
        self._day[day] = self._day.get(day, 0) + change
        self._week[week] = self._week.get(week, 0) + change

    def insert(self, candidate: int, cost: Sequence[float]) -> bool:
        """Add the cheapest series found for `candidate`; return false if none fits."""
        calendar, free = self._calendar, self.feasible_positions(candidate)
        while True:
            chain = calendar.chain(candidate, free)
            if not all(chain):
                return False
            series = _cheapest(calendar, chain, cost) if chain else []
            if self.add(candidate, series):
                return True
            if not calendar.opens_on_same_day:
                return False
            free &= ~(1 << series[0])


def insert_all_series(
    calendar: CoachCalendar, wanted: Iterable[int], attempts: int
) -> dict[int, list[int]] | None:
    """Return the positions of all candidates in `wanted`, or `None` if every attempt fails."""
    queue = sorted(wanted, key=lambda one: (len(calendar.candidate(one).starts), one))
    for _ in range(attempts):
        partial_timetable = PartialTimetable(calendar)
        cost = contention(calendar, queue)
        failed = next((one for one in queue if not partial_timetable.insert(one, cost)), None)
        if failed is None:
            return partial_timetable.placed
        if queue[0] == failed:
            return None
        queue.remove(failed)
        queue.insert(0, failed)
    return None


def extend_timetable(
    calendar: CoachCalendar, known: Mapping[int, Sequence[int]], wanted: Iterable[int]
) -> dict[int, list[int]] | None:
    """Return the positions of `known` and `wanted`, or `None` if some of `wanted` do not fit."""
    partial_timetable = PartialTimetable(calendar)
    for one, positions in known.items():
        partial_timetable.add(one, positions)
    missing = [one for one in wanted if one not in known]
    cost = contention(calendar, [*known, *missing])
    if all(partial_timetable.insert(one, cost) for one in missing):
        return partial_timetable.placed
    return None


def contention(calendar: CoachCalendar, wanted: Iterable[int]) -> list[float]:
    """Return, for each position, the demand of `wanted` relative to the day's limit."""
    cost = [0.0] * calendar.positions
    for one in wanted:
        starts = calendar.candidate(one).starts
        for position in starts:
            cost[position] += 1 / len(starts)
    return [
        need / calendar.day_limit[day]
        for need, day in zip(cost, calendar.position_day, strict=True)
    ]


def _cheapest(calendar: CoachCalendar, chain: list[int], cost: Sequence[float]) -> list[int]:
    if sum(number.bit_count() for number in chain) > _LONG_CHAIN:
        return _greedy(calendar, chain, cost)
    low, high = calendar.low, calendar.high
    nowhere = [inf] * calendar.positions
    least = nowhere.copy()
    for position in members(chain[-1]):
        least[position] = cost[position]
    table = [least]  # for each session, the least cost from each position on
    for number in reversed(chain[:-1]):
        here = nowhere.copy()
        for position in members(number):
            here[position] = cost[position] + min(least[low[position] : high[position]])
        table.append(here)
        least = here
    positions = [least.index(min(least))]
    for least in table[-2::-1]:
        first, end = low[positions[-1]], high[positions[-1]]
        positions.append(least.index(min(least[first:end]), first))
    return positions


def _greedy(calendar: CoachCalendar, chain: list[int], cost: Sequence[float]) -> list[int]:
    positions: list[int] = []
    within = -1
    for number in chain:
        position = min(members(number & within), key=cost.__getitem__)
        positions.append(position)
        within = (1 << calendar.high[position]) - (1 << calendar.low[position])
    return positions
