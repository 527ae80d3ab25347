"""The oracle of a single coach: decides whether sets are feasible, and prices sets.

A set of candidates is *feasible* if the coach has a timetable with all their sessions. Sets are bit
sets of local indices. Results are stored, since every subset of a feasible set is feasible and
every superset of an infeasible set is infeasible. Infeasible sets are shrunk to minimal ones
(no-goods), each of which excludes as many sets as possible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import islice
from math import inf

from matching.coach_timetable.calendar import CoachCalendar, Timetable
from matching.coach_timetable.cut_pool import CutPool
from matching.coach_timetable.heuristics import TimetableHeuristics, similar_series
from matching.coach_timetable.known_maxima import KnownMaxima
from matching.coach_timetable.lagrangian_cut import UNIT, LagrangianCut
from matching.coach_timetable.lp_relaxation import LpRelaxation
from matching.coach_timetable.model import Placed, starts_of_positions
from matching.coach_timetable.negotiated_congestion import QUICK_EFFORT, NegotiationEffort
from matching.coach_timetable.positions import members
from matching.coach_timetable.pricing_search import PricingSearch
from matching.coach_timetable.series_relaxation import SeriesRelaxation
from matching.coach_timetable.set_feasibility import SetFeasibility
from matching.coach_timetable.set_pricing import improving_sets, price_by_cp_sat, total
from matching.deadline import Deadline, EffortExceededError, SolverError

_BRANCHING_EFFORT = 0.3  # for branch and bound, before CP-SAT solves a pricing problem
_LONG_BRANCHING_EFFORT = 3.0  # the same, with contracting sessions


class CoachOracle:
    """Exact feasibility and pricing for a coach."""

    def __init__(self, calendar: CoachCalendar, seed: int = 0) -> None:
        self.calendar = calendar
        self._seed = seed
        self._held: dict[int, Placed] = {}
        self._maximal: list[int] = []
        self._infeasible_sets: list[int] = []
        self._cuts = CutPool()
        self._maxima = KnownMaxima(calendar.max_coachees)
        self._relaxation = (SeriesRelaxation if calendar.by_day else LpRelaxation)(calendar)
        self._heuristics = TimetableHeuristics(calendar)
        self._feasibility = SetFeasibility(calendar, self._relaxation, self._heuristics, seed)
        self._not_inserted: set[int] = set()
        self._not_improved: tuple[dict[int, float], float] | None = None
        self._undecided: dict[int, float] = {}

    def can_hold(self, wanted: int, deadline: Deadline) -> bool:
        """Return whether `wanted` is feasible.

        Raises:
            CancelledError, DeadlineExceededError: see `Deadline.check`.
        """
        decided = self._decide(wanted, deadline, inf)
        if decided is None:
            raise SolverError("an exact search ended without an answer")
        return decided

    def can_hold_within(self, wanted: int, deadline: Deadline) -> bool | None:
        """Return whether `wanted` is feasible, or `None` if limited effort cannot decide this."""
        return self._decide(wanted, deadline, self._feasibility.limited_effort)

    def can_hold_quickly(self, wanted: int, deadline: Deadline) -> bool:
        """Return whether stored results or quick heuristics show that `wanted` is feasible."""
        known = self._lookup(wanted)
        if known is not None or wanted in self._not_inserted:
            return bool(known)
        placed = self._find(wanted, deadline, QUICK_EFFORT)
        if placed is None:
            self._not_inserted.add(wanted)
            return False
        self.add_timetable(placed)
        return True

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
        """Return a feasible subset of `wanted`, built greedily in order of local index.

        The subset is maximal unless checking a larger subset would have taken too much effort.
        """
        held = 0
        for one in members(wanted):
            if self.can_hold_within(held | 1 << one, deadline):
                held |= 1 << one
        return held

    def improving_sets(
        self, profit: Mapping[int, float], threshold: float, deadline: Deadline
    ) -> list[int]:
        """Return feasible sets, found by heuristics, whose profit exceeds `threshold`.

        If there are contracting sessions, there is no search if known maxima rule out such a set,
        or if the latest search had the same arguments and found no set.
        """
        if self.cannot_exceed(profit, threshold):
            return []
        latest, opens = (dict(profit), threshold), self.calendar.contracting
        if opens and (latest == self._not_improved or self._maxima.rule_out(*latest)):
            return []
        found = improving_sets(self, profit, threshold, deadline)
        self._not_improved = None if found else latest
        return found

    @property
    def maximal_sets(self) -> Sequence[int]:
        """The known feasible sets that are not subsets of other known feasible sets."""
        return self._maximal

    def best(self, profit: Mapping[int, float], threshold: float, deadline: Deadline) -> list[int]:
        """Return feasible sets whose profit exceeds `threshold`, in order of increasing profit.

        All values of `profit` must be positive. The list is empty only if no such set exists. Its
        last set is optimal unless the search was cut short.
        """
        if self.cannot_exceed(profit, threshold) or self._maxima.rule_out(profit, threshold):
            return []
        found = self._search_best(profit, threshold, deadline)
        if not found:
            self._maxima.add(profit, threshold)
        return found

    def _search_best(
        self, profit: Mapping[int, float], threshold: float, deadline: Deadline
    ) -> list[int]:
        """Search for the result of `best`."""
        effort = _LONG_BRANCHING_EFFORT if self.calendar.contracting else _BRANCHING_EFFORT
        search = PricingSearch(self, profit, threshold, deadline.with_effort(effort))
        with suppress(EffortExceededError):
            search.run()
            if search.found and search.is_complete:
                self._maxima.add(profit, total(search.found[-1], profit))
            return search.found or self._feasible(search.undecided, deadline)
        deadline.check()
        if search.found:
            return search.found
        placed = price_by_cp_sat(self.calendar, profit, threshold, deadline, seed=self._seed)
        if placed is None:
            return []
        self.add_timetable(placed)
        found = sum(1 << one for one in placed)
        if total(found, profit) > threshold:
            return [found]
        search = PricingSearch(self, profit, threshold, deadline)  # the excess was a rounding error
        search.run()
        return search.found or self._feasible(search.undecided, deadline)

    def _feasible(self, sets: Sequence[int], deadline: Deadline) -> list[int]:
        """Return a list with the first feasible set among `sets`, or an empty list if none is."""
        return list(islice((one for one in sets if self.can_hold(one, deadline)), 1))

    def cannot_exceed(self, profit: Mapping[int, float], threshold: float) -> bool:
        """Return whether the `max_coachees` highest profits add up to at most `threshold`."""
        highest = sorted(profit.values(), reverse=True)[: self.calendar.max_coachees]
        return sum(highest) <= threshold

    def profit_bound(
        self, profit: Mapping[int, float], deadline: Deadline, threshold: float = -inf
    ) -> float:
        """Return an upper bound on the profit of a feasible set.

        The bound may be weaker if it is at most `threshold`.
        """
        highest = sum(sorted(profit.values(), reverse=True)[: self.calendar.max_coachees])
        if self._maxima.rule_out(profit, threshold):
            return min(highest, threshold)
        if not self.calendar.contracting:
            threshold = -inf
        if threshold > -inf:
            bound = min(highest, self._cuts.bound(profit))
            if bound <= threshold:
                return bound
        cut_for_profit = self._cut_for(profit, deadline, threshold)
        if cut_for_profit is None:
            return min(highest, sum(profit.values()))
        return min(highest, cut_for_profit.bound(profit))

    def lagrangian_weights(
        self, profit: Mapping[int, float], deadline: Deadline
    ) -> tuple[float, dict[int, float]]:
        """Return an upper bound on the profit of sets: a constant, and a weight per candidate.

        The profit of a feasible set is at most the constant plus the sum of `profit - weight` over
        its members. If there are too many candidates for the relaxation, the constant is the sum of
        all profits and the weights are 0.
        """
        cut = self._cut_for(profit, deadline)
        if cut is None:
            return sum(profit.values()), dict.fromkeys(profit, 0.0)
        return cut.total / UNIT, {one: cut.weight(one) / UNIT for one in profit}

    def _cut_for(
        self, profit: Mapping[int, float], deadline: Deadline, threshold: float = -inf
    ) -> LagrangianCut | None:
        """Return a cut that bounds the profit of sets, or `None`; a useful cut is also stored."""
        cut = self._relaxation.cut_for(profit, deadline, threshold)
        if cut is None:
            return None
        highest = sorted(profit, key=lambda one: -profit[one])[: self.calendar.max_coachees]
        if cut.excludes(highest):
            self._cuts.add(cut)
        return cut

    def is_excluded(self, wanted: int) -> bool:
        """Return whether stored results show that `wanted` is infeasible."""
        return self._lookup(wanted) is False

    def not_excluded(self, held: int, others: Sequence[int]) -> list[int]:
        """Return the members of `others` that stored results do not exclude from joining `held`."""
        excluded = 0
        for core in self._infeasible_sets:
            missing = core & ~held
            if not missing & (missing - 1):
                excluded |= missing
        rest = [one for one in others if not excluded >> one & 1]
        return self._cuts.not_excluded(members(held), rest)

    def _lookup(self, wanted: int) -> bool | None:
        if wanted.bit_count() > self.calendar.max_coachees:
            return False
        if not wanted:
            return True
        for held in self._maximal:  # plain loops, since this is called very often
            if held & wanted == wanted:
                return True
        for core in self._infeasible_sets:
            if core & wanted == core:
                return False
        return False if self._cuts.excludes(members(wanted)) else None

    def _decide(self, wanted: int, deadline: Deadline, effort: float) -> bool | None:
        """Return whether `wanted` is feasible, or `None` if `effort` does not suffice."""
        known = self._lookup(wanted)
        if known is not None:
            return known
        if self._undecided.get(wanted, 0.0) >= effort:
            return None
        decided = self._search(wanted, deadline, effort)
        if decided is None:
            self._undecided[wanted] = effort
        elif not decided:
            self._shrink(wanted, deadline)
        return decided

    def _search(self, wanted: int, deadline: Deadline, effort: float) -> bool | None:
        deadline.check()
        placed = self._find(wanted, deadline, self._heuristics.first_effort)
        answer = placed or self._feasibility.decide(members(wanted), deadline, effort)
        if isinstance(answer, LagrangianCut):
            self._cuts.add(answer)
            return False
        if isinstance(answer, dict):
            self.add_timetable(answer)
            return True
        return answer

    def _find(self, wanted: int, deadline: Deadline, effort: NegotiationEffort) -> Placed | None:
        """Return a timetable found by the quick heuristics, or `None`."""
        known = similar_series(self.calendar, self._held, self._maximal, wanted)
        return self._heuristics.find(members(wanted), known, effort, deadline)

    def _shrink(self, infeasible_set: int, deadline: Deadline) -> None:
        """Store an infeasible subset, minimal unless that takes too much effort."""
        core = infeasible_set
        for one in members(infeasible_set):
            rest = core & ~(1 << one)
            known = self._lookup(rest)
            if known is None:
                known = self._search(rest, deadline, self._feasibility.limited_effort)
            if known is False:
                core = rest
        self._infeasible_sets = [other for other in self._infeasible_sets if other & core != core]
        self._infeasible_sets.append(core)
