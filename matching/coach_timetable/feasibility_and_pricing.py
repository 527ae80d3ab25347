"""The oracle of a single coach: decides whether sets are feasible, and prices sets.

A set of candidates is *feasible* if the coach has a timetable with all their sessions. Sets are bit
sets of local indices. Results are stored, since every subset of a feasible set is feasible and
every superset of an infeasible set is infeasible. Infeasible sets are shrunk to minimal ones
(no-goods), each of which excludes as many sets as possible.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from math import inf

from matching.coach_timetable.calendar import CoachCalendar, Timetable
from matching.coach_timetable.insertion_heuristic import insert_all_series
from matching.coach_timetable.lagrangian_cut import UNIT, LagrangianCut
from matching.coach_timetable.lp_relaxation import LpRelaxation
from matching.coach_timetable.model import Placed, TimetableModel, starts_of_positions
from matching.coach_timetable.negotiated_congestion import (
    LONG_EFFORT,
    QUICK_EFFORT,
    SHORT_EFFORT,
    NegotiationEffort,
    SeriesPlanner,
    negotiate,
)
from matching.coach_timetable.positions import members
from matching.coach_timetable.set_pricing import (
    PricingSearch,
    improving_sets,
    price_by_cp_sat,
    total,
)
from matching.deadline import Deadline, EffortExceededError, SolverError

_MAX_CUTS = 64  # the most recent cuts are stored
_ATTEMPTS = 2
_LIMITED_EFFORT = 0.2  # of CP-SAT, in heuristics, in its deterministic time
_BRANCHING_EFFORT = 0.3  # before CP-SAT solves a pricing problem
_EFFORT_PER_SERIES = 0.0005
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
        self._not_inserted: set[int] = set()
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

    def can_hold_within(self, wanted: int, deadline: Deadline) -> bool:
        """Return whether `wanted` can be shown to be feasible with little effort.

        Raises:
            CancelledError, DeadlineExceededError: see `Deadline.check`.
        """
        return bool(self._decide(wanted, deadline, _LIMITED_EFFORT))

    def can_hold_quickly(self, wanted: int, deadline: Deadline) -> bool:
        """Return whether stored results or quick heuristics show that `wanted` is feasible."""
        known = self._lookup(wanted)
        if known is not None or wanted in self._not_inserted:
            return bool(known)
        placed = self._insert(members(wanted), deadline, QUICK_EFFORT)
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
        """Return feasible sets, found by heuristics, whose profit exceeds `threshold`."""
        if self.cannot_exceed(profit, threshold):
            return []
        return improving_sets(self, profit, threshold, deadline)

    @property
    def maximal_sets(self) -> Sequence[int]:
        """The known feasible sets that are not subsets of other known feasible sets."""
        return self._maximal

    def best(self, profit: Mapping[int, float], threshold: float, deadline: Deadline) -> list[int]:
        """Return feasible sets whose profit exceeds `threshold`, by increasing profit.

        All values of `profit` must be positive. The list is empty only if no such set exists. Its
        last set is optimal unless the search was cut short.
        """
        if self.cannot_exceed(profit, threshold):
            return []
        search = PricingSearch(self, profit, threshold, deadline.with_effort(_BRANCHING_EFFORT))
        with suppress(EffortExceededError):
            search.run()
            return search.found
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
        search = PricingSearch(self, profit, threshold, deadline)  # within rounding errors
        search.run()
        return search.found

    def cannot_exceed(self, profit: Mapping[int, float], threshold: float) -> bool:
        """Return whether the `max_coachees` highest profits add up to at most `threshold`."""
        highest = sorted(profit.values(), reverse=True)[: self.calendar.max_coachees]
        return sum(highest) <= threshold

    def profit_bound(self, profit: Mapping[int, float], deadline: Deadline) -> float:
        """Return an upper bound on the profit of a feasible set."""
        highest = sorted(profit.values(), reverse=True)[: self.calendar.max_coachees]
        constant, weight = self.lagrangian_weights(profit, deadline)
        return min(
            sum(highest),
            constant + sum(max(0.0, value - weight[one]) for one, value in profit.items()),
        )

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
        if cut.excludes(highest):
            self._cuts.append(cut)
        return cut.total / UNIT, {one: cut.weight(one) / UNIT for one in profit}

    def _lookup(self, wanted: int) -> bool | None:
        if wanted.bit_count() > self.calendar.max_coachees:
            return False
        if not wanted:
            return True
        for held in self._maximal:  # loops, since this is called very often
            if held & wanted == wanted:
                return True
        for core in self._infeasible_sets:
            if core & wanted == core:
                return False
        if self._cuts:
            candidates = members(wanted)
            for cut in self._cuts:
                if cut.excludes(candidates):
                    return False
        return None

    def _decide(self, wanted: int, deadline: Deadline, effort: float) -> bool | None:
        """Return whether `wanted` is feasible, or `None` if deciding this takes too much effort."""
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
        candidates = members(wanted)
        placed = self._insert(candidates, deadline, SHORT_EFFORT)
        if placed is None:
            answer = self._relaxation.decide(candidates, deadline)
            if isinstance(answer, LagrangianCut):
                self._cuts.append(answer)
                return False
            placed = answer
        if placed is None and self.calendar.by_day:
            placed = negotiate(self.calendar, self._planners, candidates, LONG_EFFORT, deadline)
        if placed is None:
            model = TimetableModel(self.calendar, candidates, required=True)
            try:
                placed = model.solve(deadline, seed=self._seed, effort=effort)
            except EffortExceededError:
                deadline.check()
                return None
        if placed is not None:
            self.add_timetable(placed)
        return placed is not None

    def _insert(
        self, candidates: Sequence[int], deadline: Deadline, effort: NegotiationEffort
    ) -> Placed | None:
        """Return a timetable found by the quick heuristics, or `None`."""
        by_day = self.calendar.by_day
        attempts = _ATTEMPTS if by_day else _ATTEMPTS_BY_START
        deadline.spend(_EFFORT_PER_SERIES * len(candidates))
        placed = insert_all_series(self.calendar, candidates, attempts)
        if placed is None and by_day:
            placed = negotiate(self.calendar, self._planners, candidates, effort, deadline)
        return placed

    def _shrink(self, infeasible_set: int, deadline: Deadline) -> int:
        """Return a subset that is infeasible, minimal unless that takes too much effort."""
        core = infeasible_set
        for one in members(infeasible_set):
            rest = core & ~(1 << one)
            known = self._lookup(rest)
            if known is None:
                known = self._search(rest, deadline, _LIMITED_EFFORT)
            if known is False:
                core = rest
        self._add_infeasible_set(core)
        return core

    def _add_infeasible_set(self, core: int) -> None:
        self._infeasible_sets = [other for other in self._infeasible_sets if other & core != core]
        self._infeasible_sets.append(core)
