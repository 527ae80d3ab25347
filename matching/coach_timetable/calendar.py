"""A coach's calendar: candidate coachees, and the starts they have in common with the coach."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_

import numpy as np
from numpy.typing import NDArray

from matching.coach_timetable.day_packing import DayOptions, can_precede, pack_day
from matching.coach_timetable.positions import CoachPositions, members
from matching.coach_timetable.taken_starts import TakenStarts
from matching.instance.availability_grid import unpack
from matching.instance.problem import MatchingProblem
from matching.instance.series_limits import NO_PREVIOUS_DAY

Series = tuple[int, ...]
"""A pair's session starts, in epoch minutes and ascending order."""
Timetable = dict[int, Series]
"""Series, keyed by the coachee's local index."""

_CACHED_SETS = 1 << 15  # cached sets of occupants of a day, for each coach


@dataclass(frozen=True, eq=False)
class Candidate:
    """A coachee who could be assigned to the coach.

    Attributes:
        chain: for each session, the possible positions if the coach has no other coachees.
        starts: for each position, the possible starts in epoch minutes, ascending.
        positions: the positions in `starts`, as a bit set.
    """

    chain: tuple[tuple[int, ...], ...]
    starts: dict[int, tuple[int, ...]]
    positions: int


class CoachCalendar(CoachPositions):
    """A coach's positions and candidates.

    Attributes:
        previous_day: for each candidate, the day of the last past session with this coach, or
            `None`.
        previous_number: for each candidate, the session number after which the series continues.
    """

    def __init__(self, problem: MatchingProblem, coach: int, coachees: Sequence[int]) -> None:
        super().__init__(problem, coach, coachees)
        self._read_demand(problem)
        self.capacity = int(problem.capacity[coach])
        self._candidates: dict[int, Candidate] = {}
        self._fits: list[dict[int, bool]] = [{} for _ in range(self.positions)]
        self._fits_left = _CACHED_SETS
        self._sessions: dict[int, list[tuple[int, int, int]]] = {}

    def _read_demand(self, problem: MatchingProblem) -> None:
        """Store how many sessions each candidate still needs, and where their series continue."""
        some = len(self.coachees)
        opens = problem.limits.contracting is not None
        self._remaining = [self.count + opens] * some
        self._first: list[tuple[int, int]] | None = None
        self.previous_day: list[int | None] = [None] * some
        self.previous_number = [-1 if opens else 0] * some
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

    def positions_of(self, local: int, series: Series) -> list[int]:
        """Return the positions of a candidate's sessions, which start at `series`."""
        where, wanted = self.position_start, list(series)
        if self.by_day:
            where, wanted = self.position_day, [self.day_of[start] for start in series]
        place = {where[one]: one for one in range(self.contracting, self.positions)}
        first = {where[one]: one for one in range(self.contracting)}
        opens = self.opens(local)
        return [
            first[one] if opens and not number else place[one] for number, one in enumerate(wanted)
        ]

    def opens(self, local: int) -> bool:
        """Return whether a candidate's first session to schedule is a contracting session."""
        return self._remaining[local] > self.count

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

    @cached_property
    def taken_starts(self) -> TakenStarts:
        """The positions that sessions block, if positions are starts."""
        return TakenStarts(self)

    @cached_property
    def max_coachees(self) -> int:
        """An upper bound on the size of a feasible set, from the capacity and available time."""
        least = min(self._remaining)
        most = self.capacity
        if least:
            most = min(most, self.room(self.day_limit) // least)
        if least and self.contracting:
            room, sessions = self.room(self.session_limit), min(least, self.count)
            most = min(most, room // sessions)
            if self._first is None:
                most = self.contracting_load.most_series(most, room, sessions)
        return most if most <= 1 else min(most, self._series_in_parallel())

    def _series_in_parallel(self) -> int:
        """Return an upper bound on the number of series that the coach's days allow in parallel.

        Suppose that no first session is after the end of a period as long as the maximum gap, and
        no last one before its beginning. Then every series has a session within the period, since
        no gap is long enough to skip the period. So there are at most as many series as sessions
        that fit into the period.
        """
        if not self.by_day or self._first is not None or not self.positions:
            return self.capacity
        chain = self.chain(0, (1 << self.positions) - 1)
        if not all(chain):
            return 0
        chain = chain[self.opens(0) :]
        useful = members(reduce(or_, chain))
        days = np.array([self.position_day[position] for position in useful])
        limits = np.array([self.session_limit[day] for day in days.tolist()])
        before = np.concatenate([[0], np.cumsum(limits)])
        latest_first = self.position_day[chain[0].bit_length() - 1]
        earliest_last = self.position_day[members(chain[-1])[0]]
        begin = np.arange(latest_first - self._max_gap_days + 1, earliest_last + 1)
        if not len(begin):
            return self.capacity
        first = np.searchsorted(days, begin)
        last = np.searchsorted(days, begin + self._max_gap_days)
        return int((before[last] - before[first]).min())

    def day_options(self, home: int, group: Sequence[int]) -> DayOptions:
        """Return the possible starts of each occupant of a day, with their spacing and order."""
        sessions = [self.session(home, one) for one in group]
        starts = tuple(self.candidate(one).starts[position] for one, position in sessions)
        if not self.contracting:
            return DayOptions(starts, self.spacing_minutes)
        spacing = tuple(self.spacing(position) for _, position in sessions)
        return DayOptions(starts, spacing, self._order(group))

    def _order(self, group: Sequence[int]) -> tuple[int, ...]:
        """Return the order of those occupants of a day that belong to the same pair."""
        if not self.opens_on_same_day:
            return ()
        some, here = len(self.coachees), set(group)
        both = {one for one in group if one + some in here}
        if not both:
            return ()
        return tuple(
            -one - 1 if one in both else one - some + 1 if one - some in both else 0
            for one in group
        )

    def fits(self, position: int, group: Iterable[int]) -> bool:
        """Return whether the occupants in `group` can all have a session at `position`.

        The position must be its own `home`.
        """
        return self.fits_together(position, sum(1 << one for one in group))

    def fits_together(self, position: int, group: int) -> bool:
        """Return whether the occupants in the bit set `group` can all have a session at `position`.

        The position must be its own `home`.
        """
        known = self._fits[position].get(group)
        if known is None:
            known = self._fits_exactly(position, group)
            if not self._fits_left:
                self._fits = [{} for _ in range(self.positions)]
                self._fits_left = _CACHED_SETS
            self._fits[position][group] = known
            self._fits_left -= 1
        return known

    def sessions(self, local: int) -> list[tuple[int, int, int]]:
        """Return a candidate's positions, each with its `home` and the bit of the occupant."""
        if local not in self._sessions:
            self._sessions[local] = sessions = []
            bits: dict[int, int] = {}  # equal bit sets are shared, since they take much memory
            for position in self.candidate(local).starts:
                one = self.occupant(local, position)
                sessions.append((position, self.home[position], bits.setdefault(one, 1 << one)))
        return self._sessions[local]

    def _fits_exactly(self, position: int, group: int) -> bool:
        size = group.bit_count()
        if size == 1:
            return True
        if size > self.day_limit[self.position_day[position]]:
            return False
        if size == 2:  # noqa: PLR2004 - far more often than more sessions
            return self._both_fit(position, *members(group))
        return pack_day(*self.day_options(position, members(group))) is not None

    def _both_fit(self, position: int, one: int, other: int) -> bool:
        """Return whether two occupants can both have a session at `position`."""
        some = len(self.coachees)
        candidate, place = self.session(position, one)
        other_candidate, other_place = self.session(position, other)
        starts = self.candidate(candidate).starts[place]
        other_starts = self.candidate(other_candidate).starts[other_place]
        if can_precede(other_starts, self.spacing(other_place), starts):
            return True
        is_contracting = other == one + some  # of the same pair, so it comes first
        return not is_contracting and can_precede(starts, self.spacing(place), other_starts)

    def _candidate(self, local: int, common: NDArray[np.bool_]) -> Candidate:
        starts: dict[int, list[int]] = {}
        for index in np.flatnonzero(common).tolist():
            starts.setdefault(int(self._position[index]), []).append(int(self._starts[index]))
        free = sum(1 << position for position in starts)
        chain = self.chain(local, free)
        useful = reduce(or_, chain, 0)
        return Candidate(
            chain=tuple(tuple(members(number)) for number in chain),
            starts={position: tuple(starts[position]) for position in members(useful)},
            positions=useful,
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
            forward.append(self.after(forward[-1]) & free)
        chain = [forward[-1]]
        for number in range(remaining - 2, -1, -1):
            chain.append(self.before(chain[-1]) & forward[number])
        return chain[::-1]

    def _first_positions(self, local: int) -> int:
        """Return the possible positions of a candidate's first session as a bit set."""
        begin, end = self.contracting, self.positions
        if self.opens(local):
            begin, end = 0, self.contracting
        if self._first is None:
            return (1 << end) - (1 << begin)
        low, high = self._first[local]
        first = bisect_left(self.position_day, low, begin, end)
        last = bisect_right(self.position_day, high, begin, end)
        return (1 << max(first, last)) - (1 << first)
