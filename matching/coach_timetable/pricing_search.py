"""Exact pricing by depth-first branch and bound over the candidates of a coach.

A node is pruned by the remaining capacity or by Lagrangian prices: under prices `u`, the profit of
a set is at most `total + sum of (profit - weight)` over its members. A set is checked only once its
profit exceeds the best one, because deciding all smaller sets takes more time than it saves. An
infeasible set is stored as a no-good or a Lagrangian cut, so that no other set that contains it is
visited. In every node, candidates whom stored results exclude are removed from those that can be
added. With contracting sessions, a set that limited effort does not decide is left for later,
because other sets of sufficient profit are mostly easier to decide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import heappush, heappushpop
from typing import TYPE_CHECKING

from matching.deadline import Deadline

if TYPE_CHECKING:
    from matching.coach_timetable.feasibility_and_pricing import CoachOracle

_TIE = 1e-9
_MAX_VISITS = 150  # search nodes before a pricing problem may end early
_EFFORT_PER_NODE = 5e-5
_EFFORT_TO_IMPROVE = 0.03  # limit for the search once a set has been found


class PricingSearch:
    """The search for sets whose profit exceeds a threshold.

    Attributes:
        found: the sets that were found, in order of increasing profit.
        undecided: sets of sufficient profit that might be feasible. If nothing was found, all other
            feasible sets whose profit exceeds the threshold contain one of these.
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
        self._failures = 0
        self.found: list[int] = []
        self.undecided: list[int] = []
        self._is_cut_short = False

    @property
    def is_complete(self) -> bool:
        """Whether, once the search has ended, no set can have more profit than the last one found.

        If none was found, no set's profit exceeds the threshold.
        """
        return not (self._is_cut_short or self.undecided)

    def run(self) -> None:
        """Run the search and store improving sets in `found`."""
        profit, oracle = self._profit, self._oracle
        highest = sorted(profit, key=lambda one: (-profit[one], one))[: self._max_coachees]
        if self._can_hold(sum(1 << one for one in highest)):
            self.found.append(sum(1 << one for one in highest))
            return
        bound, weight = oracle.lagrangian_weights(profit, self._deadline)
        self._gain = {one: profit[one] - weight[one] for one in profit}
        order = sorted(profit, key=lambda one: (-self._gain[one], -profit[one], one))
        self._visit(0, 0.0, bound, order)

    def _visit(self, held: int, value: float, bound: float, rest: Sequence[int]) -> None:
        """Visit the sets that consist of `held` and any part of `rest`.

        `value` is the profit of `held`, and `bound` its Lagrangian bound.
        """
        left = self._max_coachees - held.bit_count()
        failures = self._failures
        for place, (one, gain) in enumerate(self._gains(value, bound, rest, left)):
            if gain <= self._best + _TIE:
                return
            self._visits += 1
            if self.found and self._visits > _MAX_VISITS:
                self._is_cut_short = True
                return  # a heuristic solution suffices while the duals are not stable
            self._deadline.spend(_EFFORT_PER_NODE)
            more, worth = held | 1 << one, value + self._profit[one]
            if failures < self._failures and self._oracle.is_excluded(more):
                continue
            is_better = worth > self._best
            if is_better and not self._can_hold(more):
                continue
            if is_better:
                self._best = worth
                self._add(more)
            if left > 1:
                others = self._oracle.not_excluded(more, rest[place + 1 :])
                self._visit(more, worth, bound + self._gain[one], others)

    def _can_hold(self, wanted: int) -> bool:
        if not self._oracle.calendar.contracting:
            can_hold = self._oracle.can_hold(wanted, self._deadline)
        elif any(other & wanted == other for other in self.undecided):
            return False
        else:
            decided = self._oracle.can_hold_within(wanted, self._deadline)
            if decided is None:
                self.undecided.append(wanted)
            can_hold = bool(decided)
        self._failures += not can_hold
        return can_hold

    def _add(self, improving: int) -> None:
        """Store an improving set, and limit the effort spent on finding better ones."""
        if not self.found:
            self._deadline = self._deadline.with_effort(_EFFORT_TO_IMPROVE)
        self.found.append(improving)

    def _gains(
        self, value: float, bound: float, rest: Sequence[int], left: int
    ) -> list[tuple[int, float]]:
        """Return each candidate in `rest`, with a bound for sets that omit the preceding ones."""
        limits: list[tuple[int, float]] = []
        highest: list[float] = []
        gains: list[float] = []
        for one in reversed(rest):
            profit, gain = self._profit[one], max(0.0, self._gain[one])
            value += profit
            bound += gain
            gains.append(gain)
            if len(highest) < left:
                heappush(highest, profit)
            else:
                value -= heappushpop(highest, profit)
                bound -= gains[-left - 1]
            limits.append((one, min(value, bound)))
        limits.reverse()
        return limits
