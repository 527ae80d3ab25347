"""A coach's calendar: the candidates, and the starts they have in common with the coach.

A *position* is a place for a session: a whole day if sessions on different days are independent,
otherwise a single start. Positions are numbered in chronological order; a series is a chain of
positions, each in the range that its predecessor allows.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from matching.coach_timetable.day_packing import pack_day
from matching.instance.availability_grid import unpack
from matching.instance.problem import MatchingProblem
from matching.instance.series_limits import NO_PREVIOUS_DAY, is_day_separable, successors

Series = tuple[int, ...]
"""Starts of one pair's sessions in epoch minutes, ascending."""
Timetable = dict[int, Series]
"""Series by local index of the coachee."""

_CACHED_CROWD_SIZE = 2  # the same pairs are looked up repeatedly


@dataclass(frozen=True, eq=False)
class Candidate:
    """A coachee whom the coach might have.

    Attributes:
        chain: for each session number, the possible positions if the coach has nobody else.
        starts: for each position, the starts in epoch minutes, ascending.
    """

    chain: tuple[tuple[int, ...], ...]
    starts: dict[int, tuple[int, ...]]


class CoachCalendar:
    """Positions, ranges and candidates of one coach.

    Attributes:
        coach: the coach's row.
        coachees: the candidates' rows; a candidate's *local index* is its index here.
        by_day: whether positions are days.
        position_day: each position's day index in the cycle.
        position_week: each position's week.
        previous_day: for each candidate, the day of the last past session, if any.
        previous_number: for each candidate, the number of that session.
        low: for each position, the first position of the next session.
        high: for each position, one past the last position of the next session.
        position_start: each position's start, if positions are starts.
    """

    def __init__(self, problem: MatchingProblem, coach: int, coachees: Sequence[int]) -> None:
        limits, free = problem.limits, problem.free
        self.coach = coach
        self.coachees = tuple(coachees)
        self.count = limits.count
        self.spacing_minutes = limits.spacing_minutes
        self.day_cap = int(limits.day_cap[coach])
        self.week_cap = int(limits.week_cap[coach])
        self._week_remaining = {
            problem.week: self.week_cap - problem.sessions_in_week.get(coach, 0)
        }
        self._read_demand(problem)
        self.capacity = int(problem.capacity[coach])
        anybody = np.bitwise_or.reduce(free.coachees[list(coachees)], axis=0)
        columns = np.flatnonzero(unpack(anybody & free.coaches[coach], len(free.starts)))
        starts, day = free.starts[columns], free.day[columns]
        self.by_day = is_day_separable(starts, day, limits)
        if self.by_day:
            days, position = np.unique(day, return_inverse=True)
            self.position_day = days.tolist()
            self.position_week = free.week[columns][np.searchsorted(day, days)].tolist()
            self.low = np.searchsorted(days, days + limits.min_gap_days).tolist()
            high = np.searchsorted(days, days + limits.max_gap_days, side="right")
        else:
            position = np.arange(len(columns))
            self.position_day = day.tolist()
            self.position_week = free.week[columns].tolist()
            following = successors(starts, day, limits)
            self.low, high = following.low.tolist(), following.high
        self.high = np.maximum(self.low, high).astype(int).tolist()
        self.position_start: list[int] = [] if self.by_day else starts.tolist()
        self._position = position
        self._starts = starts
        self._days = day
        self._free = free
        self._columns = columns
        self._candidates: dict[int, Candidate] = {}
        self._fits: dict[tuple[int, tuple[int, ...]], bool] = {}

    def _read_demand(self, problem: MatchingProblem) -> None:
        """Read how many sessions must be placed for each candidate, and what precedes them."""
        some = len(self.coachees)
        self._remaining = [self.count] * some
        self._first: list[tuple[int, int]] | None = None
        self.previous_day: list[int | None] = [None] * some
        self.previous_number = [0] * some
        if problem.demand is not None:
            own = problem.by_coach[self.coach]
            pairs = own[np.searchsorted(problem.coachee[own], self.coachees)]
            demand = problem.demand.subset(pairs)
            self._remaining = demand.remaining.tolist()
            self._first = [(low, high) for low, high in demand.first.tolist()]
            self.previous_day = [
                None if day == NO_PREVIOUS_DAY else day for day in demand.previous_day.tolist()
            ]
            self.previous_number = demand.previous_number.tolist()

    @cached_property
    def week_limit(self) -> dict[int, int]:
        """For each week, the most sessions that can still be placed."""
        return {
            week: self._week_remaining.get(week, self.week_cap) for week in set(self.position_week)
        }

    @cached_property
    def day_of(self) -> dict[int, int]:
        """Return the day of each start."""
        return dict(zip(self._starts.tolist(), self._days.tolist(), strict=True))

    @cached_property
    def popularity(self) -> list[float]:
        """For each position, the share of all candidates who are free there."""
        if not self.positions:
            return []
        crowd = np.zeros(self.positions)
        step = 256
        for first in range(0, len(self.coachees), step):
            rows = self._free.coachees[list(self.coachees[first : first + step])]
            free = unpack(rows, len(self._free.starts))[:, self._columns]
            edges = np.flatnonzero(np.diff(self._position, prepend=-1))
            crowd += np.logical_or.reduceat(free, edges, axis=1).sum(axis=0)
        return [float(share) for share in crowd / len(self.coachees)]

    def candidate(self, local: int) -> Candidate:
        """Return the candidate with this local index, computed on first use."""
        if local not in self._candidates:
            row = self._free.coachees[self.coachees[local]]
            common = unpack(row, len(self._free.starts))[self._columns]
            self._candidates[local] = self._candidate(local, common)
        return self._candidates[local]

    @property
    def positions(self) -> int:
        """The number of positions."""
        return len(self.position_day)

    @cached_property
    def week_can_bind(self) -> bool:
        """Whether some week has more places than the coach's weekly cap."""
        weeks: dict[int, int] = {}
        for day, week in {*zip(self.position_day, self.position_week, strict=True)}:
            weeks[week] = weeks.get(week, 0) + self.day_limit[day]
        return any(places > self.week_limit[week] for week, places in weeks.items())

    @cached_property
    def max_coachees(self) -> int:
        """An upper bound on the size of a set, by capacity and weekly limits."""
        weeks: dict[int, int] = {}
        for day, week in {*zip(self.position_day, self.position_week, strict=True)}:
            weeks[week] = weeks.get(week, 0) + self.day_limit[day]
        sessions = sum(min(places, self.week_limit[week]) for week, places in weeks.items())
        least = min(self._remaining)
        return min(self.capacity, sessions // least) if least else self.capacity

    @cached_property
    def day_limit(self) -> dict[int, int]:
        """For each day, the most sessions that fit one after another, within the daily cap."""
        limit: dict[int, int] = {}
        after: dict[int, int] = {}
        days = np.asarray(self.position_day)[self._position]
        for start, day in zip(self._starts.tolist(), days.tolist(), strict=True):
            if start >= after.get(day, start):
                after[day] = start + self.spacing_minutes
                limit[day] = min(self.day_cap, limit.get(day, 0) + 1)
        return limit

    def fits(self, position: int, crowd: tuple[int, ...]) -> bool:
        """Whether each candidate of `crowd` can have a session at `position`."""
        if len(crowd) == 1:
            return True
        if len(crowd) > self.day_limit[self.position_day[position]]:
            return False
        known = self._fits.get((position, crowd))
        if known is None:
            options = tuple(self.candidate(candidate).starts[position] for candidate in crowd)
            known = pack_day(options, self.spacing_minutes) is not None
            if len(crowd) == _CACHED_CROWD_SIZE:
                self._fits[position, crowd] = known
        return known

    def _candidate(self, local: int, common: NDArray[np.bool_]) -> Candidate:
        starts: dict[int, list[int]] = {}
        for index in np.flatnonzero(common).tolist():
            starts.setdefault(int(self._position[index]), []).append(int(self._starts[index]))
        free = sum(1 << position for position in starts)
        chain = self.chain(local, free)
        useful = {position for number in chain for position in members(number)}
        return Candidate(
            chain=tuple(tuple(members(number)) for number in chain),
            starts={position: tuple(starts[position]) for position in sorted(useful)},
        )

    def chain(self, local: int, free: int) -> list[int]:
        """For each session of a candidate, return the positions in some series within `free`.

        `free` and the positions are bit sets. The list is empty for a candidate without sessions to
        place.
        """
        remaining = self._remaining[local]
        if not remaining:
            return []
        forward = [free & self._first_positions(local)]
        for _ in range(remaining - 1):
            forward.append(self._after(forward[-1]) & free)
        chain = [forward[-1]]
        for number in range(remaining - 2, -1, -1):
            chain.append(self._before(chain[-1]) & forward[number])
        return chain[::-1]

    def _first_positions(self, local: int) -> int:
        """Return the positions that a candidate's first session may have, as a bit set."""
        if self._first is None:
            return -1
        low, high = self._first[local]
        first = bisect_left(self.position_day, low)
        last = bisect_right(self.position_day, high)
        return (1 << max(first, last)) - (1 << first)

    def _after(self, positions: int) -> int:
        reached = 0
        for position in members(positions):
            reached |= (1 << self.high[position]) - (1 << self.low[position])
        return reached

    @cached_property
    def _previous(self) -> list[int]:
        """For each position, the possible positions of the preceding session, as a bit set."""
        every = np.arange(self.positions)
        first = np.searchsorted(self.high, every, side="right").tolist()
        last = np.searchsorted(self.low, every, side="right").tolist()
        return [(1 << last[p]) - (1 << first[p]) for p in range(self.positions)]

    def _before(self, positions: int) -> int:
        reached = 0
        for position in members(positions):
            reached |= self._previous[position]
        return reached


def members(bits: int) -> list[int]:
    """Return the indices of the bits set in `bits`, ascending."""
    found = []
    while bits:
        lowest = bits & -bits
        found.append(lowest.bit_length() - 1)
        bits ^= lowest
    return found
