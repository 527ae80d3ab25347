"""A Lagrangian cut: prices of shared capacity that bound every set a coach can hold.

Under any prices `u >= 0` of the shared rows (a day's limit, an exclusive crowd on a day, a week's
cap, a grid cell, the coach's places), a coach can hold candidates `T` only if the cost of their
cheapest series does not exceed the value of the capacity:

    sum over i in T of cost_i(u) <= sum over rows r of u_r limit_r

It acts as a Benders cut for all sets of the coach at once. Prices are rounded to integers before
both sides are summed, so a cut that excludes a set is exact regardless of the LP solver's
tolerance.
"""

from __future__ import annotations

from collections.abc import Sequence

from matching.coach_timetable.calendar import CoachCalendar, members
from matching.coach_timetable.day_cuts import DayCut

UNIT = 1 << 20
"""Parts of a unit in which prices are rounded."""


class LagrangianCut:
    """`sum of weight(i) over a set <= total` for every set the coach can hold.

    Weights and total are integers, in units of `1 / UNIT` of a price.
    """

    def __init__(
        self,
        calendar: CoachCalendar,
        price: Sequence[int],
        day_cuts: Sequence[tuple[int, DayCut]],
        *,
        each: int,
        total: int,
    ) -> None:
        """Create the cut; `price` is by position, `each` is the price of a place.

        `total` is the value of the rows, and `day_cuts` are rows for single days with their prices.
        """
        self._calendar = calendar
        self._price = price
        self._day_cuts: dict[int, list[tuple[int, DayCut]]] = {}
        for worth, row in day_cuts:
            self._day_cuts.setdefault(row.position, []).append((worth, row))
        self._each = each
        self.total = total
        self._weights: dict[int, int] = {}

    def excludes(self, wanted: int) -> bool:
        """Whether the cut proves that `wanted` cannot be held."""
        return sum(self.weight(one) for one in members(wanted)) > self.total

    def weight(self, candidate: int) -> int:
        """Return the cost of a candidate's cheapest series plus a place, computed on first use."""
        if candidate not in self._weights:
            self._weights[candidate] = self._each + self._cheapest(candidate)
        return self._weights[candidate]

    def _cheapest(self, candidate: int) -> int:
        """Compute the cost of the cheapest series by backward dynamic programming."""
        chain = self._calendar.candidate(candidate).chain
        low, high = self._calendar.low, self._calendar.high
        costs = {
            position: self._price[position]
            + sum(
                worth * row.coefficient(candidate)
                for worth, row in self._day_cuts.get(position, ())
            )
            for position in self._calendar.candidate(candidate).starts
        }
        best: dict[int, int] = {}
        for number in reversed(chain):
            reached = sorted(best)
            here: dict[int, int] = {}
            for position in number:
                cost = costs[position]
                if best:
                    cost += min(
                        best[after] for after in reached if low[position] <= after < high[position]
                    )
                here[position] = cost
            best = here
        return min(best.values(), default=0)
