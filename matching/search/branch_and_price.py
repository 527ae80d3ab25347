"""Assignment and timetables together: branch and price, with coaches expanded on demand.

The master relaxes every coach to a capacity until a coach is given a set it cannot hold; from then
on that coach is *expanded*: it chooses among sets it can hold, and its oracle prices new ones in.
The linear bound is valid throughout, since capacity is a relaxation of what can be held. Where the
programme ends fractional, some pair is branched on; pairs stay in the programme as variables, so
branching leaves pricing as it is (Barnhart et al. 1998, section 5).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import floor

import numpy as np
from numpy.typing import NDArray

from matching.assignment.restricted_master import (
    FloorConstraint,
    LpSolution,
    PairWeights,
    RestrictedMaster,
)
from matching.coach_timetable.calendar import CoachCalendar, Timetable, members
from matching.coach_timetable.feasibility_and_pricing import CoachOracle
from matching.deadline import Deadline, DeadlineExceededError
from matching.instance.problem import MatchingProblem
from matching.search.worker_pool import OracleTask, WorkerPool

_EPSILON = 1e-6
_DUAL_TOLERANCE = 1e-7  # by which HiGHS may overlook what a pair would gain

Choice = NDArray[np.int64]
"""Chosen pairs, ascending."""


class PricingOracles:
    """The oracles of all coaches of a problem, made when first asked; they only ever learn.

    `known_sets` holds, for each coach that was ever expanded, the sets (of pairs) known to be held.
    """

    def __init__(
        self, problem: MatchingProblem, seed: int, worker_pool: WorkerPool | None = None
    ) -> None:
        """Pricing is left to the `worker_pool`, once there is much of it."""
        self.problem = problem
        self.seed = seed
        self.worker_pool = worker_pool or WorkerPool(1, problem, seed)
        self._oracles: dict[int, CoachOracle] = {}
        self.known_sets: dict[int, set[tuple[int, ...]]] = {}

    def oracle(self, coach: int) -> CoachOracle:
        """The oracle of a coach; its local indices follow `problem.by_coach[coach]`."""
        if coach not in self._oracles:
            pairs = self.problem.by_coach[coach]
            calendar = CoachCalendar(self.problem, coach, self.problem.coachee[pairs].tolist())
            self._oracles[coach] = CoachOracle(calendar, self.seed)
        return self._oracles[coach]

    def local(self, coach: int, pairs: Sequence[int]) -> int:
        """Pairs of a coach as a bit set of local indices."""
        places = np.searchsorted(self.problem.by_coach[coach], np.asarray(pairs, dtype=np.int64))
        return sum(1 << place for place in places.tolist())

    def pairs(self, coach: int, local: int) -> tuple[int, ...]:
        """The pairs of a coach that a bit set of local indices stands for."""
        own = self.problem.by_coach[coach]
        return tuple(int(own[place]) for place in members(local))

    def best(
        self, worths: Mapping[int, tuple[dict[int, float], float]], deadline: Deadline
    ) -> dict[int, list[int]]:
        """For coaches the sets that are worth more than given, as `CoachOracle.best`.

        `worths` holds the worth of each candidate and what has to be surpassed.
        """
        open_to_more = {
            coach: one
            for coach, one in worths.items()
            if not self.oracle(coach).cannot_exceed(*one)
        }
        if not self.worker_pool.is_worthwhile(len(open_to_more)):
            return {
                coach: self.oracle(coach).best(*one, deadline)
                for coach, one in open_to_more.items()
            }
        oracle_tasks = [OracleTask(coach, price_sets, one) for coach, one in open_to_more.items()]
        answers = self.worker_pool.run_oracle_tasks(oracle_tasks, self._oracles, deadline)
        return dict(zip(open_to_more, answers, strict=True))

    def infeasible_coaches(self, choice: Choice, deadline: Deadline) -> list[int]:
        """Coaches that cannot hold what `choice` gives them."""
        return [
            coach
            for coach, pairs in self.pairs_by_coach(choice).items()
            if not self.oracle(coach).can_hold(self.local(coach, pairs), deadline)
        ]

    def pairs_by_coach(self, choice: Choice) -> dict[int, list[int]]:
        """The chosen pairs of each coach that has any."""
        pairs_by_coach: dict[int, list[int]] = {}
        for pair, coach in zip(choice.tolist(), self.problem.coach[choice].tolist(), strict=True):
            pairs_by_coach.setdefault(coach, []).append(pair)
        return pairs_by_coach

    def timetables(self, choice: Choice, deadline: Deadline) -> dict[int, Timetable]:
        """Sessions by coach and local index."""
        return {
            coach: self.oracle(coach).timetable(self.local(coach, pairs), deadline)
            for coach, pairs in self.pairs_by_coach(choice).items()
        }


def price_sets(
    oracle: CoachOracle, argument: tuple[dict[int, float], float], deadline: Deadline
) -> list[int]:
    """As `CoachOracle.best`, asked of a crew."""
    return oracle.best(*argument, deadline)


@dataclass(frozen=True, eq=False)
class SearchResult:
    """The best choice known (`None`: there is none) and a bound no choice exceeds."""

    choice: Choice | None
    value: int
    bound: int

    @property
    def proven(self) -> bool:
        """Whether nothing better can exist."""
        return self.choice is not None and self.value >= self.bound


ReportBounds = Callable[[int | None, int], None]
"""Told the best value so far (`None`: none yet) and the bound."""


class ColumnGeneration:
    """Maximises linear objectives over the joint problem, under floors.

    `allowed: bool[P]` are the pairs that may be chosen, `must_place: bool[n]` the coachees who have
    to be placed.
    """

    def __init__(
        self,
        oracles: PricingOracles,
        floors: Sequence[FloorConstraint],
        allowed: NDArray[np.bool_],
        must_place: NDArray[np.bool_],
        deadline: Deadline,
    ) -> None:
        self.oracles = oracles
        self.problem = problem = oracles.problem
        self.deadline = deadline
        self.must_place = must_place
        self.allowed = allowed
        self._master = RestrictedMaster(problem, np.flatnonzero(self.allowed), floors)
        for coach, sets in oracles.known_sets.items():
            self._master.expand(coach)
            for pairs in sets:
                self._master.add_set(coach, pairs)

    def maximise(
        self,
        objective: PairWeights,
        start: Choice | None,
        report_bounds: ReportBounds,
        *,
        bound: int | None = None,
        target: int | None = None,
    ) -> SearchResult:
        """The best choice for an integral `objective: float64[P]`, from a known choice or none.

        `bound` is one already known. Stops as soon as a value of `target` is reached, or the
        bound falls below it.
        """
        self.set_objective(objective)
        limit = int(np.abs(objective).sum()) if bound is None else bound
        return _Search(self, objective, start, report_bounds, (limit, target)).run()

    def set_objective(self, objective: PairWeights) -> None:
        """Let `solve_relaxation` maximise `objective: float64[P]`."""
        self._master.set_objective(objective)

    def solve_relaxation(
        self, must_place: NDArray[np.bool_], allowed: NDArray[np.bool_] | NDArray[np.float64]
    ) -> LpSolution | None:
        """The linear optimum with sets priced in; `None` where nothing fits.

        `allowed: [P]` may say how much of each pair may be chosen at most, between 0 and 1.
        """
        self._master.set_bounds(must_place, allowed)
        while True:
            lp_solution = self._master.solve_relaxation(self.deadline)
            if lp_solution is None:
                if not self._restore_feasibility():
                    return None
            elif not self._price_columns(lp_solution):
                return lp_solution

    def _restore_feasibility(self) -> bool:
        """Price sets in until nothing lacks; false where something always will."""
        while True:
            lp_solution = self._master.minimise_infeasibility(self.deadline)
            if lp_solution.value > -_EPSILON:
                return True
            if not self._price_columns(lp_solution):
                return False

    def _price_columns(self, lp_solution: LpSolution) -> bool:
        """Add the best set of each expanded coach that would raise the value; whether any did."""
        worths = {}
        for coach in sorted(lp_solution.pair_dual):
            prices = lp_solution.pair_dual[coach]
            own = self.problem.by_coach[coach].tolist()
            worth = {place: prices[pair] for place, pair in enumerate(own) if prices.get(pair)}
            worths[coach] = worth, lp_solution.convexity_dual[coach] + _EPSILON
        added = False
        for coach, sets in self.oracles.best(worths, self.deadline).items():
            for found in sets:
                added |= self._add_column(coach, found)
        return added

    def expand(self, coaches: Sequence[int], choice: Choice) -> None:
        """Describe coaches by sets, beginning with a part of what `choice` gave them."""
        pairs_by_coach = self.oracles.pairs_by_coach(choice)
        for coach in coaches:
            local = self.oracles.local(coach, pairs_by_coach[coach])
            self._master.expand(coach)
            self._add_column(coach, self.oracles.oracle(coach).maximal_subset(local, self.deadline))

    def solve_integer(self) -> Choice | None:
        """The best integral choice over known sets."""
        chosen = self._master.solve_integer(self.deadline)
        return None if chosen is None else np.flatnonzero(chosen)

    def _add_column(self, coach: int, local: int) -> bool:
        pairs = self.oracles.pairs(coach, local)
        self.oracles.known_sets.setdefault(coach, set()).add(pairs)
        return self._master.add_set(coach, pairs)


@dataclass(frozen=True, eq=False)
class _Node:
    bound: int
    serial: int
    must_place: NDArray[np.bool_]
    allowed: NDArray[np.bool_]


class _Search:
    """One branch-and-price search."""

    def __init__(
        self,
        column_generation: ColumnGeneration,
        objective: PairWeights,
        start: Choice | None,
        report_bounds: ReportBounds,
        limits: tuple[int, int | None],
    ) -> None:
        self._generation = column_generation
        self._objective = objective
        self._best = start
        self._value = None if start is None else self._worth(start)
        self._report_bounds = report_bounds
        self._bound, self._target = limits
        self._serial = 0
        self._open_nodes: list[_Node] = []
        self._push(self._bound, column_generation.must_place, column_generation.allowed)

    def run(self) -> SearchResult:
        try:
            while self._open_nodes and not self._is_finished():
                self._open_nodes.sort(key=lambda node: (node.bound, node.serial))
                node = self._open_nodes.pop()
                self._tighten_bound(node.bound)
                if not self._is_finished():
                    self._branch(node)
            if not self._is_finished():
                self._tighten_bound(-1 if self._value is None else self._value)
        except DeadlineExceededError:
            if self._best is None:
                raise
        value = -1 if self._value is None else self._value
        return SearchResult(self._best, value, max(value, self._bound))

    def _is_finished(self) -> bool:
        value = -1 if self._value is None else self._value
        if self._target is not None and (value >= self._target or self._bound < self._target):
            return True
        return self._value is not None and self._value >= self._bound

    def _branch(self, node: _Node) -> None:
        bound = node.bound
        while True:
            lp_solution = self._generation.solve_relaxation(node.must_place, node.allowed)
            if lp_solution is None:
                return
            bound = min(bound, self._integer_bound(lp_solution))
            if not self._open_nodes:
                self._tighten_bound(bound)
            if self._is_pruned(bound):
                return
            fraction = np.abs(lp_solution.chosen - np.round(lp_solution.chosen))
            if fraction.max(initial=0.0) < _EPSILON:
                choice: Choice | None = np.flatnonzero(np.round(lp_solution.chosen))
            else:
                choice = self._generation.solve_integer()
            infeasible_coaches = (
                []
                if choice is None
                else self._generation.oracles.infeasible_coaches(choice, self._generation.deadline)
            )
            if choice is not None and not infeasible_coaches:
                self._accept(choice)
            if self._is_pruned(bound):
                return
            if choice is None or not infeasible_coaches:
                self._split(node, bound, fraction)
                return
            self._generation.expand(infeasible_coaches, choice)

    def _integer_bound(self, lp_solution: LpSolution) -> int:
        """The whole number no choice exceeds, allowing for what pricing and solver let pass."""
        slack = _EPSILON * (2 + len(lp_solution.convexity_dual)) + 1e-9 * abs(lp_solution.value)
        slack += _DUAL_TOLERANCE * len(
            self._generation.must_place
        )  # of every pair chosen, one a coachee
        return floor(lp_solution.value + slack)

    def _is_pruned(self, bound: int) -> bool:
        """Whether nothing within `bound` is worth looking for any more."""
        if self._target is not None and bound < self._target:
            return True
        return self._is_finished() or (self._value is not None and bound <= self._value)

    def _split(self, node: _Node, bound: int, fraction: NDArray[np.float64]) -> None:
        """Branch on the most fractional pair: chosen, or not."""
        coachee = self._generation.problem.coachee
        pair = int(np.argmax(fraction))
        without = node.allowed.copy()
        without[pair] = False
        self._push(bound, node.must_place, without)
        must_place = node.must_place.copy()
        must_place[coachee[pair]] = True
        alone = node.allowed & (coachee != coachee[pair])
        alone[pair] = True
        self._push(bound, must_place, alone)

    def _accept(self, choice: Choice) -> None:
        value = self._worth(choice)
        if self._value is None or value > self._value:
            self._best, self._value = choice, value
            self._report_bounds(value, max(self._bound, value))

    def _worth(self, choice: Choice) -> int:
        return round(float(self._objective[choice].sum()))

    def _push(self, bound: int, must_place: NDArray[np.bool_], allowed: NDArray[np.bool_]) -> None:
        self._serial += 1
        self._open_nodes.append(_Node(bound, self._serial, must_place, allowed))

    def _tighten_bound(self, bound: int) -> None:
        if bound < self._bound:
            self._bound = bound
            self._report_bounds(self._value, bound)
