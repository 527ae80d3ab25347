"""Negotiated congestion: series take shortest paths while congested days become more expensive.

Contested series are rerouted one by one under the current costs until no day is contested
(McMurchie and Ebeling 1995, for FPGA routing). The method requires that positions are days. It
usually finds a timetable if one exists, but cannot prove infeasibility.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice, pairwise
from random import Random

from matching.coach_timetable.calendar import CoachCalendar
from matching.deadline import Deadline

_MAX_PAIRED = 4  # the largest range that two pairs of adjacent entries cover
_INITIAL_PRESENT_FACTOR = 1.0
_HISTORY_FACTORS = (1.0, 0.1, 0.4, 1.5, 0.7, 0.2, 2.0, 0.05)
_EFFORT_PER_SERIES = 0.0003
_EFFORT_PER_ROUTE = 0.0001


@dataclass(frozen=True, slots=True)
class NegotiationEffort:
    """The number of restarts of a negotiation, and the rounds and penalty growth of each restart.

    Attributes:
        restarts: the number of restarts.
        rounds: the number of rounds of each restart.
        growth: the factor by which the penalty for a contested position grows in each round.
    """

    restarts: int
    rounds: int
    growth: float


QUICK_EFFORT = NegotiationEffort(1, 24, 1.15)
SHORT_EFFORT = NegotiationEffort(1, 100, 1.05)
LONG_EFFORT = NegotiationEffort(4, 150, 1.04)


@dataclass(frozen=True, slots=True)
class _Step:
    """One session of a series: its positions, and the next session's possible positions after each.

    Attributes:
        ranges: positions, with their ranges in the list of the next session's positions.
        pairs: if no range has more than four entries, each position with two indices into a list
            of the minima of adjacent entries, followed by the single entries; the two values cover
            the position's range. Otherwise `None`.
    """

    ranges: list[tuple[int, int, int]]
    pairs: list[tuple[int, int, int]] | None

    @classmethod
    def between(
        cls, calendar: CoachCalendar, number: Sequence[int], following: Sequence[int]
    ) -> _Step:
        """Return the step from a session's positions to the positions of the next session."""
        ranges = [
            (
                position,
                bisect_left(following, calendar.low[position]),
                bisect_left(following, calendar.high[position]),
            )
            for position in number
        ]
        some = len(following)
        pairs = [
            (position, low, high - 2) if high - low > 1 else (position, some + low, some + low)
            for position, low, high in ranges
        ]
        is_short = all(high - low <= _MAX_PAIRED for _, low, high in ranges)
        return cls(ranges, pairs if is_short else None)

    def least(self, cost: Sequence[float], best: list[float]) -> list[float]:
        """Return the minimum cost from each position; `best` holds those of the next session.

        Many short ranges are evaluated, so the minima of adjacent entries are computed once.
        """
        if self.pairs is None:
            return [cost[position] + min(best[low:high]) for position, low, high in self.ranges]
        minima = [*map(min, best, best[1:]), best[-1], *best]
        return [
            cost[position] + (minima[one] if minima[one] < minima[other] else minima[other])  # noqa: FURB136 - faster
            for position, one, other in self.pairs
        ]


class SeriesPlanner:
    """Computes shortest paths for one candidate's series, with precomputed arcs."""

    def __init__(self, calendar: CoachCalendar, candidate: int) -> None:
        chain = calendar.candidate(candidate).chain
        self.positions = tuple(calendar.candidate(candidate).starts)
        # For each position, the representative of its day, and the bit of the candidate's session.
        self.sessions = {
            position: (home, bit) for position, home, bit in calendar.sessions(candidate)
        }
        self._last = chain[-1] if chain else ()
        self._steps = [
            _Step.between(calendar, number, following) for number, following in pairwise(chain)
        ]

    def cheapest(self, cost: Sequence[float]) -> list[int]:
        """Return the positions of a series of minimum total cost; `cost` is indexed by position."""
        if not self._last:
            return []
        best = [cost[position] for position in self._last]
        table = [best]
        for step in reversed(self._steps):
            best = step.least(cost, best)
            table.append(best)
        place = best.index(min(best))
        series = []
        for step, after in zip(self._steps, reversed(table[:-1]), strict=True):
            position, low, high = step.ranges[place]
            series.append(position)
            slice_ = after[low:high]
            place = low + slice_.index(min(slice_))
        series.append(self._last[place])
        return series


def negotiate(
    calendar: CoachCalendar,
    planners: dict[int, SeriesPlanner],
    wanted: Sequence[int],
    effort: NegotiationEffort,
    deadline: Deadline | None = None,
    *,
    known: Mapping[int, list[int]] | None = None,
) -> dict[int, list[int]] | None:
    """Return the positions of each candidate in `wanted`, or `None` if no restart succeeds.

    Each restart uses a different order of candidates and a different history factor, the permanent
    increase in the cost of a contested position. The first one begins with the `known` series of
    some candidates. The `deadline` is checked before each restart.
    """
    for one in wanted:
        if one not in planners:
            planners[one] = SeriesPlanner(calendar, one)
    queue = list(wanted)
    rng = Random(sum(1 << one for one in wanted))  # noqa: S311 - an order, not a secret
    for history_factor in islice(cycle(_HISTORY_FACTORS), effort.restarts):
        if deadline is not None:
            deadline.check()
            deadline.spend(_EFFORT_PER_SERIES * len(queue))
        rng.shuffle(queue)
        table = _CongestionState(calendar, planners, queue, history_factor, known or {})
        known = None
        found = _resolve(table, effort, rng if calendar.contracting else None)
        if deadline is not None:
            deadline.spend(_EFFORT_PER_ROUTE * table.routes)
        if found:
            return table.series
    return None


def _resolve(table: _CongestionState, effort: NegotiationEffort, rng: Random | None) -> bool:
    """Reroute until no day is contested; return whether that succeeded."""
    present_factor = _INITIAL_PRESENT_FACTOR
    for _ in range(effort.rounds):
        if table.reroute(present_factor, rng):
            return True
        present_factor *= effort.growth
    return False


class _CongestionState:
    """The current series, and the cost of each position."""

    def __init__(
        self,
        calendar: CoachCalendar,
        planners: dict[int, SeriesPlanner],
        wanted: Sequence[int],
        history_factor: float,
        known: Mapping[int, list[int]],
    ) -> None:
        self._history_factor = history_factor
        self._calendar = calendar
        self._planners = planners
        self._week_can_bind = calendar.week_can_bind
        self._price = [0.0] * calendar.positions
        self._on = [0] * calendar.positions  # the occupants of each day as a bit set
        self._contested: set[int] = set()  # the days on which the sessions do not fit
        self._week: dict[int, int] = {}
        self.series: dict[int, list[int]] = {}
        self.routes = 0
        for one in wanted:
            positions = planners[one].positions
            for position in positions:
                self._price[position] += 1 / len(positions)
        for one, series in known.items():
            self._place(one, series)
        for one in wanted:
            if one not in known:
                self._route(one, _INITIAL_PRESENT_FACTOR if known else 0.0)

    def reroute(self, present_factor: float, rng: Random | None) -> bool:
        """Reroute all contested series; return whether the conflicts are resolved.

        If `rng` is given, the series are rerouted in a random order. A contested day becomes more
        expensive for contracting sessions and for all other sessions.
        """
        contested = self._contested_series()
        if not contested:
            return True
        if rng is not None:
            rng.shuffle(contested)
        for one in contested:
            for position in self.series[one]:
                if not self._free(position, one):
                    for place in self._calendar.places(self._calendar.home[position]):
                        self._price[place] += self._history_factor
        self.routes += len(contested)
        for one in contested:
            self._route(one, present_factor)
        if not self._week_can_bind:
            return not self._contested
        return not any(self._is_contested(one) for one in contested)

    def _contested_series(self) -> list[int]:
        """Return the candidates with a session on a contested day or in a week over its limit."""
        if self._week_can_bind:
            return [one for one in self.series if self._is_contested(one)]
        on = 0
        for home in self._contested:
            on |= self._on[home]
        on |= on >> len(self._calendar.coachees)  # the numbers of contracting sessions are higher
        return [one for one in self.series if on >> one & 1]

    def _is_contested(self, one: int) -> bool:
        return not all(self._free(position, one) for position in self.series[one])

    def _free(self, position: int, one: int) -> bool:
        """Return whether `one` can have a session at `position` alongside the others."""
        if self._planners[one].sessions[position][0] in self._contested:
            return False
        return not self._week_can_bind or self._has_room_in_week(position, own=True)

    def _has_room_in_week(self, position: int, *, own: bool) -> bool:
        load = self._week.get(self._calendar.position_week[position], 0) - own
        return load < self._calendar.week_limit[self._calendar.position_week[position]]

    def _route(self, one: int, present_factor: float) -> None:
        self._rip_up(one)
        cost, on, sessions = self._price, self._on, self._planners[one].sessions
        if present_factor:
            cost, fits = cost.copy(), self._calendar.fits_together
            for position, (home, bit) in sessions.items():
                group = on[home]
                if (group and not fits(home, group | bit)) or (
                    self._week_can_bind and not self._has_room_in_week(position, own=False)
                ):
                    cost[position] += present_factor
        self._place(one, self._planners[one].cheapest(cost))

    def _place(self, one: int, positions: list[int]) -> None:
        self.series[one] = positions
        on, contested, fits = self._on, self._contested, self._calendar.fits_together
        sessions = self._planners[one].sessions
        for position in positions:
            home, bit = sessions[position]
            on[home] |= bit
            if home not in contested and not fits(home, on[home]):
                contested.add(home)
        self._count(positions, 1)

    def _rip_up(self, one: int) -> None:
        positions = self.series.get(one, [])
        on, contested, fits = self._on, self._contested, self._calendar.fits_together
        sessions = self._planners[one].sessions
        for position in positions:
            home, bit = sessions[position]
            on[home] &= ~bit
            if home in contested and (not on[home] or fits(home, on[home])):
                contested.remove(home)
        self._count(positions, -1)

    def _count(self, positions: Sequence[int], change: int) -> None:
        """Change the number of sessions in each position's week, if weekly limits matter."""
        if self._week_can_bind:
            for position in positions:
                week = self._calendar.position_week[position]
                self._week[week] = self._week.get(week, 0) + change
