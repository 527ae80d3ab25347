"""A coach's calendar: candidate coachees, and the starts they have in common with the coach.

A *position* is a slot for a session: a day if sessions on different days are independent, otherwise
a single start. Positions are numbered chronologically. A series is a chain of positions, each
within the range that its predecessor allows.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_

import numpy as np
from numpy.typing import NDArray

from matching.coach_timetable.day_packing import pack_day
from matching.instance.availability_grid import unpack
from matching.instance.problem import MatchingProblem
from matching.instance.series_limits import NO_PREVIOUS_DAY, is_day_separable, successors

Series = tuple[int, ...]
"""Session starts of a pair in epoch minutes, ascending."""
Timetable = dict[int, Series]
"""Series by local index of the coachee."""

_CACHED_SET_SIZE = 2  # only sets of two, which are tested most often


@dataclass(frozen=True, eq=False)
class Candidate:
    """A coachee who could be assigned to the coach.

    Attributes:
        chain: for each session, the possible positions if the coach has no other coachees.
        starts: for each position, the possible starts in epoch minutes, ascending.
    """

    chain: tuple[tuple[int, ...], ...]
    starts: dict[int, tuple[int, ...]]


class CoachCalendar:
    """Positions and candidates of a coach.

    Attributes:
        coach: the coach's row.
        coachees: the candidates' rows. The *local index* of a candidate is its index in this tuple.
        by_day: whether positions are days.
        position_day: for each position, the index of its day in the cycle.
        position_week: for each position, its week.
        previous_day: for each candidate, the day of the last past session, or `None`.
        previous_number: for each candidate, the number of the last past session, or 0.
        low: for each position, the first possible position of the next session.
        high: for each position, one past the last possible position of the next session.
        position_start: for each position, its start; empty if positions are days.
    """

    def __init__(self, problem: MatchingProblem, coach: int, coachees: Sequence[int]) -> None:
        limits, free = problem.limits, problem.free
        self.coach = coach
        self.coachees = tuple(coachees)
        self.count = limits.count
        self.spacing_minutes = limits.spacing_minutes
        self._max_gap_days = limits.max_gap_days
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
        """Read each candidate's number of unscheduled sessions, and the sessions before them."""
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
        """For each week, the maximum number of sessions that can still be scheduled."""
        return {
            week: self._week_remaining.get(week, self.week_cap) for week in set(self.position_week)
        }

    @cached_property
    def day_of(self) -> dict[int, int]:
        """The day of each start."""
        return dict(zip(self._starts.tolist(), self._days.tolist(), strict=True))

    @cached_property
    def popularity(self) -> list[float]:
        """For each position, the share of candidates who are available."""
        if not self.positions:
            return []
        available = np.zeros(self.positions)
        step = 256
        for first in range(0, len(self.coachees), step):
            rows = self._free.coachees[list(self.coachees[first : first + step])]
            free = unpack(rows, len(self._free.starts))[:, self._columns]
            edges = np.flatnonzero(np.diff(self._position, prepend=-1))
            available += np.logical_or.reduceat(free, edges, axis=1).sum(axis=0)
        return [float(share) for share in available / len(self.coachees)]

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
        """Whether any week's sessions could exceed its limit."""
        weeks: dict[int, int] = {}
        for day, week in {*zip(self.position_day, self.position_week, strict=True)}:
            weeks[week] = weeks.get(week, 0) + self.day_limit[day]
        return any(places > self.week_limit[week] for week, places in weeks.items())

    @cached_property
    def max_coachees(self) -> int:
        """An upper bound on the size of a feasible set, from the capacity and available time."""
        weeks: dict[int, int] = {}
        for day, week in {*zip(self.position_day, self.position_week, strict=True)}:
            weeks[week] = weeks.get(week, 0) + self.day_limit[day]
        sessions = sum(min(places, self.week_limit[week]) for week, places in weeks.items())
        least = min(self._remaining)
        most = min(self.capacity, sessions // least) if least else self.capacity
        return most if most <= 1 else min(most, self._series_in_parallel())

    def _series_in_parallel(self) -> int:
        """Return an upper bound on the number of series that share the days of the coach.

        Suppose that no first session is after the end of a period of `max_gap` days, and no last
        one before its beginning. Then every series has a session within the period, since the next
        session after one before the period is not after it. So there are no more series than
        sessions that fit into the period.
        """
        if not self.by_day or self._first is not None or not self.positions:
            return self.capacity
        chain = self.chain(0, (1 << self.positions) - 1)
        if not all(chain):
            return 0
        useful = members(reduce(or_, chain))
        days = np.array([self.position_day[position] for position in useful])
        limits = np.array([self.day_limit[day] for day in days.tolist()])
        before = np.concatenate([[0], np.cumsum(limits)])
        latest_first = self.position_day[chain[0].bit_length() - 1]
        earliest_last = self.position_day[members(chain[-1])[0]]
        begin = np.arange(latest_first - self._max_gap_days + 1, earliest_last + 1)
        if not len(begin):
            return self.capacity
        first = np.searchsorted(days, begin)
        last = np.searchsorted(days, begin + self._max_gap_days)
        return int((before[last] - before[first]).min())

    @cached_property
    def day_limit(self) -> dict[int, int]:
        """For each day, the maximum number of sessions that its starts and the daily cap allow."""
        limit: dict[int, int] = {}
        after: dict[int, int] = {}
        days = np.asarray(self.position_day)[self._position]
        for start, day in zip(self._starts.tolist(), days.tolist(), strict=True):
            if start >= after.get(day, start):
                after[day] = start + self.spacing_minutes
                limit[day] = min(self.day_cap, limit.get(day, 0) + 1)
        return limit

    def fits(self, position: int, group: tuple[int, ...]) -> bool:
        """Return whether all candidates in `group` can have a session at `position`."""
        if len(group) == 1:
            return True
        if len(group) > self.day_limit[self.position_day[position]]:
            return False
        known = self._fits.get((position, group))
        if known is None:
            options = tuple(self.candidate(candidate).starts[position] for candidate in group)
            known = pack_day(options, self.spacing_minutes) is not None
            if len(group) == _CACHED_SET_SIZE:
                self._fits[position, group] = known
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
        """Return, for each session of a candidate, the positions used by some series within `free`.

        `free` and the returned positions are bit sets. The list is empty if the candidate has no
        sessions to schedule.
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
        """Return the possible positions of a candidate's first session as a bit set."""
        if self._first is None:
            return -1
        low, high = self._first[local]
        first = bisect_left(self.position_day, low)
        last = bisect_right(self.position_day, high)
        return (1 << max(first, last)) - (1 << first)

    def _after(self, positions: int) -> int:
        reachable = 0
        for position in members(positions):
            reachable |= (1 << self.high[position]) - (1 << self.low[position])
        return reachable

    @cached_property
    def _previous(self) -> list[int]:
        """For each position, the possible positions of the preceding session as a bit set."""
        every = np.arange(self.positions)
        first = np.searchsorted(self.high, every, side="right").tolist()
        last = np.searchsorted(self.low, every, side="right").tolist()
        return [(1 << last[p]) - (1 << first[p]) for p in range(self.positions)]

    def _before(self, positions: int) -> int:
        reachable = 0
        for position in members(positions):
            reachable |= self._previous[position]
        return reachable


def members(bits: int) -> list[int]:
    """Return the indices of the bits that are set, ascending."""
    found = []
    while bits:
        lowest = bits & -bits
        found.append(lowest.bit_length() - 1)
        bits ^= lowest
    return found
