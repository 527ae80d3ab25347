"""Negotiated congestion: series take shortest paths while contested days become more expensive.

Contested series are rerouted one by one under the current costs until no day is contested
(McMurchie and Ebeling 1995, for FPGA routing). The method requires that positions are days. It
finds most existing timetables but cannot prove infeasibility.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import cycle, islice, pairwise
from random import Random

from matching.coach_timetable.calendar import CoachCalendar
from matching.deadline import Deadline

_INITIAL_PRESENT_FACTOR = 1.0
_PRESENT_FACTOR_GROWTH = 1.3
_ROUNDS = 12
_HISTORY_FACTORS = (1.0, 0.1, 0.4, 1.5, 0.7, 0.2, 2.0, 0.05)
_EFFORT_PER_SERIES = 0.0003
SHORT_EFFORT, LONG_EFFORT = 4, 24  # numbers of restarts


class SeriesPlanner:
    """Computes shortest paths for one candidate's series, with precomputed arcs."""

    def __init__(self, calendar: CoachCalendar, candidate: int) -> None:
        chain = calendar.candidate(candidate).chain
        self.positions = tuple(calendar.candidate(candidate).starts)
        self._last = chain[-1] if chain else ()
        # For each session but the last: positions, with their ranges in the next session's list.
        self._steps = [
            [
                (
                    position,
                    bisect_left(following, calendar.low[position]),
                    bisect_left(following, calendar.high[position]),
                )
                for position in number
            ]
            for number, following in pairwise(chain)
        ]

    def cheapest(self, cost: Sequence[float]) -> list[int]:
        """Return the positions of a series of minimum total cost; `cost` is indexed by position."""
        if not self._last:
            return []
        best = [cost[position] for position in self._last]
        table = [best]
        for steps in reversed(self._steps):
            best = [cost[position] + min(best[low:high]) for position, low, high in steps]
            table.append(best)
        place = best.index(min(best))
        series = []
        for steps, after in zip(self._steps, reversed(table[:-1]), strict=True):
            position, low, high = steps[place]
            series.append(position)
            slice_ = after[low:high]
            place = low + slice_.index(min(slice_))
        series.append(self._last[place])
        return series


def negotiate(
    calendar: CoachCalendar,
    planners: dict[int, SeriesPlanner],
    wanted: Sequence[int],
    restarts: int,
    deadline: Deadline | None = None,
) -> dict[int, list[int]] | None:
    """Return the positions of each candidate in `wanted`, or `None` if no restart succeeds.

    Each restart uses another order of candidates and another history factor, the permanent increase
    in the cost of a contested position. The `deadline` is checked before each restart.
    """
    for one in wanted:
        if one not in planners:
            planners[one] = SeriesPlanner(calendar, one)
    queue = list(wanted)
    rng = Random(sum(1 << one for one in wanted))  # noqa: S311 - an order, not a secret
    for history_factor in islice(cycle(_HISTORY_FACTORS), restarts):
        if deadline is not None:
            deadline.check()
            deadline.spend(_EFFORT_PER_SERIES * len(queue))
        rng.shuffle(queue)
        table = _CongestionState(calendar, planners, queue, history_factor)
        present_factor = _INITIAL_PRESENT_FACTOR
        for _ in range(_ROUNDS):
            if table.reroute(present_factor):
                return table.series
            present_factor *= _PRESENT_FACTOR_GROWTH
    return None


class _CongestionState:
    """The current series, and the cost of each position."""

    def __init__(
        self,
        calendar: CoachCalendar,
        planners: dict[int, SeriesPlanner],
        wanted: Sequence[int],
        history_factor: float,
    ) -> None:
        self._history_factor = history_factor
        self._calendar = calendar
        self._planners = planners
        self._price = [0.0] * calendar.positions
        self._on: list[tuple[int, ...]] = [()] * calendar.positions
        self._week: dict[int, int] = {}
        self.series: dict[int, list[int]] = {}
        for one in wanted:
            positions = planners[one].positions
            for position in positions:
                self._price[position] += 1 / len(positions)
        for one in wanted:
            self._route(one, 0.0)

    def reroute(self, present_factor: float) -> bool:
        """Reroute all contested series; return whether the conflicts are resolved."""
        contested = [one for one in self.series if self._is_contested(one)]
        for one in contested:
            for position in self.series[one]:
                if not self._free(position, one):
                    self._price[position] += self._history_factor
        for one in contested:
            self._route(one, present_factor)
        return not any(self._is_contested(one) for one in contested)

    def _is_contested(self, one: int) -> bool:
        return not all(self._free(position, one) for position in self.series[one])

    def _free(self, position: int, one: int) -> bool:
        """Return whether a session of `one` is compatible with the other sessions at a position."""
        home, occupant = self._calendar.home[position], self._calendar.occupant(one, position)
        group = self._on[home]
        is_there = occupant in group
        others = tuple(other for other in group if other != occupant) if is_there else group
        if others and not self._calendar.fits(home, (*others, occupant)):
            return False
        if not self._calendar.week_can_bind:
            return True
        load = self._week.get(self._calendar.position_week[position], 0) - is_there
        return load < self._calendar.week_limit[self._calendar.position_week[position]]

    def _route(self, one: int, present_factor: float) -> None:
        self._rip_up(one)
        cost = self._price
        if present_factor:
            cost = cost.copy()
            for position in self._planners[one].positions:
                if not self._free(position, one):
                    cost[position] += present_factor
        self.series[one] = self._planners[one].cheapest(cost)
        for position in self.series[one]:
            home, occupant = self._calendar.home[position], self._calendar.occupant(one, position)
            self._on[home] = (*self._on[home], occupant)
            week = self._calendar.position_week[position]
            self._week[week] = self._week.get(week, 0) + 1

    def _rip_up(self, one: int) -> None:
        for position in self.series.get(one, ()):
            home, occupant = self._calendar.home[position], self._calendar.occupant(one, position)
            self._on[home] = tuple(other for other in self._on[home] if other != occupant)
            self._week[self._calendar.position_week[position]] -= 1
