"""Lagrangian cuts: prices of shared capacity that bound all of a coach's feasible sets.

Let `u >= 0` be prices of the shared rows (a day's limit, a conflict clique on a day, a week's cap,
a grid cell, the coach's capacity). A set `T` of candidates is feasible only if their cheapest
series together cost no more than the value of the capacity:

    sum over i in T of cost_i(u) <= sum over rows r of u_r limit_r

This is a Benders cut that applies to all sets of the coach. Prices are rounded to integers before
both sides are summed, so a cut that excludes a set is exact regardless of the LP solver's
tolerance.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

from matching.coach_timetable.calendar import CoachCalendar
from matching.coach_timetable.day_cuts import DayCut

UNIT = 1 << 20
"""Prices are rounded to multiples of `1 / UNIT`."""


class LagrangianCut:
    """The inequality `sum of weight(i) over a set <= total`, valid for all feasible sets.

    Weights and total are integers, in units of `1 / UNIT`.
    """

    def __init__(
        self,
        calendar: CoachCalendar,
        price: Sequence[int],
        day_cuts: Sequence[tuple[int, DayCut]],
        *,
        each: int,
        total: int,
        weights: Mapping[int, int] | None = None,
    ) -> None:
        """Create the cut.

        Args:
            calendar: the coach's calendar.
            price: the price of each position.
            day_cuts: shared rows that apply to a single day, with their prices.
            each: the price of a unit of the coach's capacity.
            total: the value of all shared capacity.
            weights: the weights of candidates for whom they have been computed.
        """
        self._calendar = calendar
        self._price = price
        self._day_cuts: dict[int, list[tuple[int, DayCut]]] = {}
        for row_price, row in day_cuts:
            self._day_cuts.setdefault(row.position, []).append((row_price, row))
        self._each = each
        self.total = total
        self._weights = dict(weights or {})

    def excludes(self, candidates: Iterable[int]) -> bool:
        """Return whether the cut proves that `candidates` are infeasible together."""
        known, used = self._weights, 0
        for one in candidates:
            weight = known.get(one)
            used += self.weight(one) if weight is None else weight
        return used > self.total

    def bound(self, profit: Mapping[int, float]) -> float:
        """Return an upper bound on the profit of feasible sets."""
        return self.total / UNIT + sum(
            max(0.0, value - self.weight(one) / UNIT) for one, value in profit.items()
        )

    def weight(self, candidate: int) -> int:
        """Return the cost of a candidate's cheapest series plus the cost of a unit of capacity."""
        if candidate not in self._weights:
            self._weights[candidate] = self._each + self._cheapest(candidate)
        return self._weights[candidate]

    def _cheapest(self, candidate: int) -> int:
        """Return the cost of the cheapest series, computed by backward dynamic programming."""
        chain = self._calendar.candidate(candidate).chain
        low, high = self._calendar.low, self._calendar.high
        calendar = self._calendar
        costs = {
            position: self._price[position]
            + sum(
                row_price * row.coefficient(calendar.occupant(candidate, position))
                for row_price, row in self._day_cuts.get(calendar.home[position], ())
            )
            for position in calendar.candidate(candidate).starts
        }
        following: tuple[int, ...] = ()
        best: list[int] = []
        for number in reversed(chain):
            best = [
                costs[one]
                + min(
                    best[bisect_left(following, low[one]) : bisect_left(following, high[one])],
                    default=0,
                )
                for one in number
            ]
            following = number
        return min(best, default=0)
