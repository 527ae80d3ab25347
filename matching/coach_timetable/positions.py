"""The positions of a coach's sessions, and limits on the number of sessions.

A *position* is a slot for a session: a day if sessions on different days are independent, otherwise
a single start. Positions are numbered chronologically, with the positions of contracting sessions
before all others. A series is a chain of positions, each within the range that its predecessor
allows.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from matching.coach_timetable.contracting_load import (
    ContractingLoad,
    DayStarts,
    load_of_days,
)
from matching.coach_timetable.day_packing import covering
from matching.coach_timetable.ranges import Ranges
from matching.instance.availability_grid import unpack
from matching.instance.problem import MatchingProblem
from matching.instance.series_limits import (
    SeriesLimits,
    Successors,
    after_contracting,
    is_day_separable,
    successors,
)


class CoachPositions:
    """The positions at which a coach's sessions can be placed.

    Attributes:
        coach: the coach's row.
        coachees: the candidates' rows. The *local index* of a candidate is its index here.
        by_day: whether positions are days.
        position_day: for each position, the index of its day in the cycle.
        position_week: for each position, the index of its week.
        low: for each position, the first possible position of the next session.
        high: for each position, one past the last possible position of the next session.
        position_start: for each position, its start; empty if positions are days.
        contracting: the number of positions of contracting sessions.
        opens_on_same_day: whether a contracting session can be on the day of the first session, if
            positions are days.
    """

    def __init__(self, problem: MatchingProblem, coach: int, coachees: Sequence[int]) -> None:
        limits, free = problem.limits, problem.free
        self.coach = coach
        self.coachees: Sequence[int] = array("i", coachees)  # far smaller than a list of integers
        self.count = limits.count
        self.spacing_minutes = limits.spacing_minutes
        self.contracting_spacing = limits.contracting_spacing
        self.buffer_minutes = limits.buffer_minutes
        self._max_gap_days = limits.max_gap_days
        self.day_cap = int(limits.day_cap[coach])
        self.week_cap = int(limits.week_cap[coach])
        self._week_remaining = {
            problem.week: self.week_cap - problem.sessions_in_week.get(coach, 0)
        }
        anybody = np.bitwise_or.reduce(free.coachees[list(coachees)], axis=0)
        columns = np.flatnonzero(unpack(anybody & free.coaches[coach], len(free.starts)))
        starts, day = free.starts[columns], free.day[columns]
        self.contracting = int(np.searchsorted(columns, free.contracting))
        self.by_day = is_day_separable(starts, day, limits, self.contracting)
        self.opens_on_same_day = (
            self.by_day and limits.contracting is not None and not limits.contracting.min_gap_days
        )
        position, where = np.arange(len(columns)), starts
        if self.by_day:
            position, first = _positions_of_days(day, self.contracting)
            self.contracting = int(np.searchsorted(first, self.contracting))
            columns_of, where = columns[first], day[first].astype(np.int64)
        else:
            columns_of = columns
        self.position_day = free.day[columns_of].tolist()
        self.position_week = free.week[columns_of].tolist()
        following = self._successors(where, free.day[columns_of], limits)
        self.low = following.low.tolist()
        self.high = np.maximum(self.low, following.high).astype(int).tolist()
        self.position_start: list[int] = [] if self.by_day else starts.tolist()
        self._position = position
        self._starts = starts
        self._days = day
        self._free = free
        self._columns = columns

    def _successors(
        self, starts: NDArray[np.int64], day: NDArray[np.int32], limits: SeriesLimits
    ) -> Successors:
        """Return the ranges of next positions; lengths matter only if positions are starts."""
        some = self.contracting
        sessions = starts[some:], day[some:]
        if self.by_day:
            limits = limits.without_lengths()
        following = successors(*sessions, limits)
        if not some:
            return following
        first = after_contracting((starts[:some], day[:some]), sessions, limits)
        return Successors(
            low=some + np.concatenate([first.low, following.low]),
            high=some + np.concatenate([first.high, following.high]),
        )

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

    @property
    def positions(self) -> int:
        """The number of positions."""
        return len(self.position_day)

    @cached_property
    def week_can_bind(self) -> bool:
        """Whether the number of sessions in any week could exceed the week's limit."""
        weeks: dict[int, int] = {}
        for day, week in {*zip(self.position_day, self.position_week, strict=True)}:
            weeks[week] = weeks.get(week, 0) + self.day_limit[day]
        return any(places > self.week_limit[week] for week, places in weeks.items())

    @cached_property
    def contracting_load(self) -> ContractingLoad:
        """The room that contracting sessions take from the coach's other sessions."""
        starts: dict[int, tuple[list[int], list[int]]] = {}
        for start, position in zip(self._starts.tolist(), self._position.tolist(), strict=True):
            own = starts.setdefault(self.position_day[position], ([], []))
            own[position >= self.contracting].append(start)
        days = [DayStarts(*both) for both in starts.values()]
        spacing = self.contracting_spacing, self.spacing_minutes
        return load_of_days(days, self.day_cap, spacing)

    def room(self, limit: Mapping[int, int]) -> int:
        """Return an upper bound on the number of sessions, with at most `limit` on each day."""
        weeks: dict[int, int] = {}
        for day, week in {*zip(self.position_day, self.position_week, strict=True)}:
            weeks[week] = weeks.get(week, 0) + limit.get(day, 0)
        return sum(min(places, self.week_limit[week]) for week, places in weeks.items())

    @cached_property
    def day_limit(self) -> dict[int, int]:
        """For each day, an upper bound on the number of sessions, from its starts and the cap."""
        if not self.contracting:
            return self.session_limit
        return self._limit(self._position >= 0, min(self.spacing_minutes, self.contracting_spacing))

    @cached_property
    def session_limit(self) -> dict[int, int]:
        """For each day, the maximum number of sessions that are not contracting sessions."""
        return self._limit(self._position >= self.contracting, self.spacing_minutes)

    def _limit(self, which: NDArray[np.bool_], spacing: int) -> dict[int, int]:
        """Return the maximum number of sessions on each day, using only the starts in `which`."""
        limit: dict[int, int] = {}
        after: dict[int, int] = {}
        days = np.asarray(self.position_day)[self._position[which]]
        for start, day in sorted(zip(self._starts[which].tolist(), days.tolist(), strict=True)):
            if start >= after.get(day, start):
                after[day] = start + spacing
                limit[day] = min(self.day_cap, limit.get(day, 0) + 1)
        return limit

    def spacing(self, position: int) -> int:
        """Return the minimum number of minutes from a start at a position to the next start."""
        return self.contracting_spacing if position < self.contracting else self.spacing_minutes

    def end(self, position: int) -> int:
        """Return the end of a session at a position, with its buffer, if positions are starts."""
        return self.position_start[position] + self.spacing(position)

    @cached_property
    def cells(self) -> list[list[int]]:
        """For each start, the positions whose sessions cover it; empty if positions are days."""
        return covering(
            [
                (start, position, self.spacing(position))
                for position, start in enumerate(self.position_start)
            ]
        )

    @cached_property
    def home(self) -> list[int]:
        """For each position, the representative of all positions on the same day.

        If positions are days, the representative is the position of sessions that are not
        contracting sessions, if there is one. If positions are starts, each is its own
        representative.
        """
        every = list(range(self.positions))
        if self.by_day:
            of_day = {self.position_day[one]: one for one in every[self.contracting :]}
            for one in every[: self.contracting]:
                every[one] = of_day.get(self.position_day[one], one)
        return every

    @cached_property
    def _opening(self) -> dict[int, int]:
        return {self.home[one]: one for one in range(self.contracting)}

    def places(self, home: int) -> tuple[int, ...]:
        """Return all positions whose representative is `home`."""
        opening = self._opening.get(home, home)
        return (home,) if opening == home else (home, opening)

    def occupant(self, candidate: int, position: int) -> int:
        """Return the number that represents a candidate's session among the sessions of a day.

        The number is the candidate's local index, or a greater number for a contracting session.
        """
        is_contracting = self.by_day and position < self.contracting
        return candidate + len(self.coachees) if is_contracting else candidate

    def session(self, home: int, occupant: int) -> tuple[int, int]:
        """Return the candidate and the position for an occupant of a day."""
        some = len(self.coachees)
        return (occupant, home) if occupant < some else (occupant - some, self._opening[home])

    def after(self, positions: int) -> int:
        """Return the possible positions of the next session as a bit set."""
        found = self._next_sessions.union(positions >> self.contracting)
        if self.contracting:
            found |= self._first_sessions.union(positions & ((1 << self.contracting) - 1))
        return found

    @cached_property
    def _first_sessions(self) -> Ranges:
        """For each contracting session position, the possible positions of the first session."""
        return Ranges(self.low[: self.contracting], self.high[: self.contracting])

    @cached_property
    def _next_sessions(self) -> Ranges:
        """For each other session's position, the possible positions of the session after it."""
        return Ranges(self.low[self.contracting :], self.high[self.contracting :])

    def before(self, positions: int) -> int:
        """Return the possible positions of the preceding session as a bit set."""
        found = self._previous_sessions.union(positions)
        if self.contracting:
            found |= self._previous_openings.union(positions)
        return found

    @cached_property
    def _previous_openings(self) -> Ranges:
        """For each position, the possible positions of the preceding contracting session."""
        return self._previous_within(0, self.contracting)

    @cached_property
    def _previous_sessions(self) -> Ranges:
        """For each position, the possible positions of the preceding non-contracting session."""
        return self._previous_within(self.contracting, self.positions)

    def _previous_within(self, begin: int, end: int) -> Ranges:
        """Return each position's possible preceding positions from `begin` to `end`."""
        every = np.arange(self.positions)
        first = begin + np.searchsorted(self.high[begin:end], every, side="right")
        last = begin + np.searchsorted(self.low[begin:end], every, side="right")
        return Ranges(first.tolist(), last.tolist())


def _positions_of_days(
    day: NDArray[np.int32], contracting: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return each start's position and each position's first start, where positions are days.

    The first `contracting` starts are those of contracting sessions, whose days come first.
    """
    is_first = np.diff(day, prepend=-1) != 0
    if contracting < len(day):
        is_first[contracting] = True
    return np.cumsum(is_first) - 1, np.flatnonzero(is_first)


def members(bits: int) -> list[int]:
    """Return the indices of the bits that are set, ascending."""
    found = []
    while bits:
        lowest = bits & -bits
        found.append(lowest.bit_length() - 1)
        bits ^= lowest
    return found
