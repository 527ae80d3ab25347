"""Pricing: feasible sets of high profit, by heuristics and by branch and bound."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate
from math import ceil, floor
from random import Random
from typing import TYPE_CHECKING

from matching.coach_timetable.calendar import CoachCalendar
from matching.coach_timetable.insertion_heuristic import PartialTimetable, contention
from matching.coach_timetable.model import Placed, TimetableModel
from matching.deadline import Deadline

if TYPE_CHECKING:
    from matching.coach_timetable.feasibility_and_pricing import CoachOracle

_TIE = 1e-9
_MAX_VISITS = 150  # search nodes before a pricing problem may end early
_GREEDY_ORDERS = 4
_SCALE = 1 << 16  # profits are multiples of 1 / _SCALE in CP-SAT
_EFFORT_PER_INSERTION = 0.0002


def improving_sets(
    oracle: CoachOracle, profit: Mapping[int, float], threshold: float, deadline: Deadline
) -> list[int]:
    """Return feasible sets whose profit exceeds `threshold`, found by inserting greedily.

    The known sets are examined first. After that, candidates are inserted in several orders: by
    decreasing profit, by profit relative to the contention for their positions, and by randomly
    perturbed profit. The search ends with the first order that gives an improving set.
    """
    found = [
        held
        for known in oracle.maximal_sets
        if (held := _most_profitable(known, profit, oracle.calendar.max_coachees))
        and total(held, profit) > threshold
    ]
    if found:
        return [max(found, key=lambda held: (total(held, profit), -held))]
    calendar = oracle.calendar
    cost = contention(calendar, profit)
    need = {
        one: sum(cost[position] for position in starts) / max(1, len(starts))
        for one in profit
        for starts in (calendar.candidate(one).starts,)
    }
    random = Random(len(oracle.maximal_sets))  # noqa: S311 - an order, not a secret
    for order in range(_GREEDY_ORDERS):
        deadline.check()
        deadline.spend(_EFFORT_PER_INSERTION * len(profit))
        key = {
            one: value
            if not order
            else value / (1e-9 + need[one])
            if order == 1
            else value * random.uniform(0.5, 1.0)
            for one, value in profit.items()
        }
        timetable = PartialTimetable(calendar)
        for one in sorted(profit, key=lambda one: (-key[one], one)):
            if len(timetable.placed) < calendar.max_coachees:
                timetable.insert(one, cost)
        oracle.add_timetable(timetable.placed)
        held = sum(1 << one for one in timetable.placed)
        if total(held, profit) > threshold:
            return [held]
    return []


def price_by_cp_sat(
    calendar: CoachCalendar,
    profit: Mapping[int, float],
    threshold: float,
    deadline: Deadline,
    *,
    seed: int,
) -> Placed | None:
    """Return a timetable of a set with a profit of at least `threshold`, or `None` if none exists.

    Profits are rounded up and the threshold down, so the profit of the set may fall short of the
    threshold by the rounding errors.

    Raises:
        CancelledError, DeadlineExceededError: the run ended before the model was solved.
    """
    model = TimetableModel(calendar, sorted(profit), required=False)
    terms = [(ceil(profit[one] * _SCALE), present) for one, present in model.present.items()]
    model.model.add(sum(value * present for value, present in terms) >= floor(threshold * _SCALE))
    model.model.add(sum(model.present.values()) <= calendar.max_coachees)
    return model.solve_presolved(deadline, seed=seed)


def _most_profitable(held: int, profit: Mapping[int, float], most: int) -> int:
    """Return the up to `most` members of a set with the highest values in `profit`."""
    inside = sorted((one for one in profit if held >> one & 1), key=lambda one: -profit[one])
    return sum(1 << one for one in inside[:most])


def total(held: int, profit: Mapping[int, float]) -> float:
    """Return the profit of a set."""
    return sum(value for one, value in profit.items() if held >> one & 1)


class PricingSearch:
    """Depth-first branch and bound over including or excluding each candidate.

    A node is pruned by the remaining capacity or by the Lagrangian bound: under prices `u`, the
    profit of a set is at most `total + sum of (profit - weight)` over its members.
    """

    def __init__(
        self, oracle: CoachOracle, profit: Mapping[int, float], threshold: float, deadline: Deadline
    ) -> None:
        self._oracle = oracle
        self._deadline = deadline
        self._max_coachees = oracle.calendar.max_coachees
        self._best = threshold
        self._profit = profit
        self._visits = 0
        self.found: list[int] = []

    def run(self) -> None:
        """Run the search and store improving sets in `found`."""
        highest = sorted(self._profit, key=lambda one: (-self._profit[one], one))[
            : self._max_coachees
        ]
        if self._oracle.can_hold(sum(1 << one for one in highest), self._deadline):
            self.found.append(sum(1 << one for one in highest))
            return
        total, weight = self._oracle.lagrangian_weights(self._profit, self._deadline)
        gain = {one: self._profit[one] - weight[one] for one in self._profit}
        self._order = sorted(self._profit, key=lambda one: (-gain[one], -self._profit[one], one))
        self._gains = [gain[one] for one in self._order]
        self._suffix_gains = [0.0]  # suffix sums of positive gains
        for value in reversed(self._gains):
            self._suffix_gains.append(self._suffix_gains[-1] + max(0.0, value))
        self._suffix_gains.reverse()
        self._highest = [self._sums_from(place) for place in range(len(self._order))]
        self._visit(0, 0, 0.0, total)

    def _sums_from(self, place: int) -> list[float]:
        """Return the sums of the 0, 1, … highest profits, starting at a given index."""
        rest = sorted((self._profit[one] for one in self._order[place:]), reverse=True)
        return [0.0, *accumulate(rest[: self._max_coachees])]

    def _visit(self, place: int, held: int, value: float, bound: float) -> None:
        if value > self._best:
            self._best = value
            self.found.append(held)
        left = self._max_coachees - held.bit_count()
        while place < len(self._order) and left:
            if bound + self._suffix_gains[place] <= self._best + _TIE:
                return
            highest = self._highest[place]
            if value + highest[min(left, len(highest) - 1)] <= self._best + _TIE:
                return
            one = self._order[place]
            self._visits += 1
            if self.found and self._visits > _MAX_VISITS:
                return  # a heuristic solution suffices while the duals are not stable
            if self._oracle.can_hold(held | 1 << one, self._deadline):
                gain = self._gains[place]
                self._visit(place + 1, held | 1 << one, value + self._profit[one], bound + gain)
            place += 1
