"""The oracle of a single coach: decides whether sets are feasible, and prices sets.

A set of candidates is *feasible* if the coach has a timetable with all their sessions. Sets are bit
sets of local indices. Results are stored, since every subset of a feasible set is feasible and
every superset of an infeasible set is infeasible. Infeasible sets are shrunk to minimal ones
(no-goods), each of which excludes as many sets as possible.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from matching.coach_timetable.calendar import CoachCalendar, Timetable, members
from matching.coach_timetable.insertion_heuristic import insert_all_series
from matching.coach_timetable.lagrangian_cut import UNIT, LagrangianCut
from matching.coach_timetable.lp_relaxation import LpRelaxation
from matching.coach_timetable.model import Placed, TimetableModel, starts_of_positions
from matching.coach_timetable.negotiated_congestion import (
    LONG_EFFORT,
    SHORT_EFFORT,
    SeriesPlanner,
    negotiate,
)
from matching.deadline import Deadline, SolverError

_TIE = 1e-9
_MAX_VISITS = 150  # search nodes before a pricing problem may end early
_MAX_CUTS = 64  # the most recent cuts are stored
_ATTEMPTS = 2
_ATTEMPTS_BY_START = 12  # more, since negotiation is not available


class CoachOracle:
    """Exact feasibility and pricing for a coach."""

    def __init__(self, calendar: CoachCalendar, seed: int = 0) -> None:
        self.calendar = calendar
        self._seed = seed
        self._held: dict[int, Placed] = {}
        self._maximal: list[int] = []
        self._infeasible_sets: list[int] = []
        self._cuts: deque[LagrangianCut] = deque(maxlen=_MAX_CUTS)
        self._relaxation = LpRelaxation(calendar)
        self._planners: dict[int, SeriesPlanner] = {}

    def can_hold(self, wanted: int, deadline: Deadline) -> bool:
        """Return whether `wanted` is feasible.

        Raises:
            CancelledError, DeadlineExceededError: see `Deadline.check`.
        """
        known = self._lookup(wanted)
        if known is not None:
            return known
        if self._search(wanted, deadline):
            return True
        self._shrink(wanted, deadline)
        return False

    def can_hold_quickly(self, wanted: int) -> bool:
        """Return whether stored results or a quick heuristic show that `wanted` is feasible."""
        known = self._lookup(wanted)
        if known is None:
            placed = insert_all_series(self.calendar, members(wanted), _ATTEMPTS)
            if placed is not None:
                self.add_timetable(placed)
            return placed is not None
        return known

    def positions(self, wanted: int, deadline: Deadline) -> Placed:
        """Return the session positions of each candidate in `wanted`, which must be feasible.

        Raises:
            SolverError: `wanted` is infeasible.
        """
        if not self.can_hold(wanted, deadline):
            raise SolverError("no timetable exists for an infeasible set of coachees")
        holding = next((held for held in self._held if held & wanted == wanted), 0)
        return {one: self._held[holding][one] for one in members(wanted)}

    def timetable(self, wanted: int, deadline: Deadline) -> Timetable:
        """Return the session starts of each candidate in `wanted`, which must be feasible."""
        return starts_of_positions(self.calendar, self.positions(wanted, deadline))

    def add_timetable(self, placed: Placed) -> None:
        """Store a timetable, which proves that its set of candidates is feasible."""
        held = sum(1 << one for one in placed)
        self._held[held] = placed
        if not any(other & held == held for other in self._maximal):
            self._maximal = [other for other in self._maximal if other & held != other]
            self._maximal.append(held)

    def maximal_subset(self, wanted: int, deadline: Deadline) -> int:
        """Return a maximal feasible subset of `wanted`, built greedily in order of local index."""
        held = 0
        for one in members(wanted):
            if self.can_hold(held | 1 << one, deadline):
                held |= 1 << one
        return held

    def best(self, profit: Mapping[int, float], threshold: float, deadline: Deadline) -> list[int]:
        """Return feasible sets whose profit exceeds `threshold`, by increasing profit.

        All values of `profit` must be positive. The list is empty only if no such set exists. Its
        last set is optimal unless the search was cut short.
        """
        if self.cannot_exceed(profit, threshold):
            return []
        search = _PricingSearch(self, profit, threshold, deadline)
        search.run()
        return search.found

    def cannot_exceed(self, profit: Mapping[int, float], threshold: float) -> bool:
        """Return whether the `max_coachees` highest profits add up to at most `threshold`."""
        highest = sorted(profit.values(), reverse=True)[: self.calendar.max_coachees]
        return sum(highest) <= threshold

    def lagrangian_weights(
        self, profit: Mapping[int, float], deadline: Deadline
    ) -> tuple[float, dict[int, float]]:
        """Return an upper bound on the profit of sets: a constant, and a weight per candidate.

        The profit of a feasible set is at most the constant plus the sum of `profit - weight` over
        its members. If there are too many candidates for the relaxation, the constant is the sum of
        all profits and the weights are 0.
        """
        cut = self._relaxation.cut_for(profit, deadline)
        if cut is None:
            return sum(profit.values()), dict.fromkeys(profit, 0.0)
        highest = sorted(profit, key=lambda one: -profit[one])[: self.calendar.max_coachees]
        if cut.excludes(sum(1 << one for one in highest)):
            self._cuts.append(cut)
        return cut.total / UNIT, {one: cut.weight(one) / UNIT for one in profit}

    def _lookup(self, wanted: int) -> bool | None:
        if wanted.bit_count() > self.calendar.max_coachees:
            return False
        if any(held & wanted == wanted for held in self._maximal) or not wanted:
            return True
        if any(core & wanted == core for core in self._infeasible_sets):
            return False
        if any(cut.excludes(wanted) for cut in self._cuts):
            return False
        return None

    def _search(self, wanted: int, deadline: Deadline) -> bool:
        deadline.check()
        candidates = members(wanted)
        by_day = self.calendar.by_day
        placed = insert_all_series(
            self.calendar, candidates, _ATTEMPTS if by_day else _ATTEMPTS_BY_START
        )
        if placed is None and by_day:
            placed = negotiate(
                self.calendar, self._planners, candidates, SHORT_EFFORT, deadline.check
            )
        if placed is None:
            answer = self._relaxation.decide(candidates, deadline)
            if isinstance(answer, LagrangianCut):
                self._cuts.append(answer)
                return False
            placed = answer
            if placed is None and by_day:
                placed = negotiate(
                    self.calendar, self._planners, candidates, LONG_EFFORT, deadline.check
                )
        if placed is None:
            model = TimetableModel(self.calendar, candidates, required=True)
            placed = model.solve(deadline, seed=self._seed)
        if placed is not None:
            self.add_timetable(placed)
        return placed is not None

    def _shrink(self, infeasible_sets: int, deadline: Deadline) -> int:
        core = infeasible_sets
        for one in members(infeasible_sets):
            rest = core & ~(1 << one)
            known = self._lookup(rest)
            if known is None:
                known = self._search(rest, deadline)
            if not known:
                core = rest
        self._add_infeasible_set(core)
        return core

    def _add_infeasible_set(self, core: int) -> None:
        self._infeasible_sets = [other for other in self._infeasible_sets if other & core != core]
        self._infeasible_sets.append(core)


class _PricingSearch:
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
        self._visit(0, 0, 0.0, total)

    def _visit(self, place: int, held: int, value: float, bound: float) -> None:
        if value > self._best:
            self._best = value
            self.found.append(held)
        left = self._max_coachees - held.bit_count()
        while place < len(self._order) and left:
            if bound + self._suffix_gains[place] <= self._best + _TIE:
                return
            rest = sorted((self._profit[one] for one in self._order[place:]), reverse=True)
            if value + sum(rest[:left]) <= self._best + _TIE:
                return
            one = self._order[place]
            self._visits += 1
            if self.found and self._visits > _MAX_VISITS:
                return  # a heuristic solution suffices while the duals are not stable
            if self._oracle.can_hold(held | 1 << one, self._deadline):
                gain = self._gains[place]
                self._visit(place + 1, held | 1 << one, value + self._profit[one], bound + gain)
            place += 1
