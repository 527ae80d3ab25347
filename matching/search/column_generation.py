"""Column generation for the joint assignment and timetabling problem.

The restricted master problem initially relaxes every coach to a capacity. A coach who is assigned
an infeasible set is *expanded*: from then on, the coach chooses among feasible sets, and the
pricing oracle generates more of them. Since a capacity is a relaxation of the feasible sets, the LP
bound is valid at every stage.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import inf

import numpy as np
from numpy.typing import NDArray

from matching.assignment.restricted_master import (
    ALL_NODES,
    FloorConstraint,
    LpSolution,
    PairWeights,
    RestrictedMaster,
)
from matching.coach_timetable.calendar import CoachCalendar
from matching.coach_timetable.feasibility_and_pricing import CoachOracle
from matching.coach_timetable.positions import members
from matching.deadline import Deadline
from matching.instance.problem import MatchingProblem
from matching.search.linked_coaches import LinkedCoaches, PairSet

EPSILON = 1e-6
"""Tolerance on the reduced costs of sets."""
_MARGIN = EPSILON / 2  # so that a later threshold that differs by rounding errors is not below


def _needs_slack(lp_solution: LpSolution) -> bool:
    """Return whether phase one needs slack in every solution, whichever sets are added."""
    return lp_solution.value + lp_solution.excess <= -EPSILON


Choice = NDArray[np.int64]
"""The chosen pairs, ascending."""


class PricingOracles:
    """The pricing oracles of all coaches, created on first use.

    `known_sets` contains, for each coach who was ever expanded, all generated feasible sets of
    pairs. `linked` decides the feasibility of several coaches at once; it is `None` if no human has
    several rows.
    """

    def __init__(self, problem: MatchingProblem, seed: int) -> None:
        self.problem = problem
        self.seed = seed
        self._oracles: dict[int, CoachOracle] = {}
        self.known_sets: dict[int, set[tuple[int, ...]]] = {}
        self.linked = (
            None
            if problem.humans is None
            else LinkedCoaches(problem, problem.humans, self.oracle, seed)
        )

    def oracle(self, coach: int) -> CoachOracle:
        """Return a coach's oracle, whose local indices match `problem.by_coach[coach]`."""
        if coach not in self._oracles:
            pairs = self.problem.by_coach[coach]
            calendar = CoachCalendar(self.problem, coach, self.problem.coachee[pairs].tolist())
            self._oracles[coach] = CoachOracle(calendar, self.seed)
        return self._oracles[coach]

    def tighten_capacities(self) -> None:
        """Limit each capacity to the number of series for which the coach can have time.

        The assignment relaxation then does not count places that nobody can use.
        """
        capacity = [
            self.oracle(coach).calendar.max_coachees if len(pairs) else 0
            for coach, pairs in enumerate(self.problem.by_coach)
        ]
        self.problem = replace(self.problem, capacity=np.array(capacity, dtype=np.int64))

    def local(self, coach: int, pairs: Sequence[int]) -> int:
        """Encode a coach's pairs as a bit set of local indices."""
        places = self.problem.by_coach[coach].searchsorted(pairs)
        return sum(1 << place for place in places.tolist())

    def pairs(self, coach: int, local: int) -> tuple[int, ...]:
        """Decode a bit set of local indices into a coach's pairs."""
        own = self.problem.by_coach[coach]
        return tuple(int(own[place]) for place in members(local))

    def infeasible_coaches(self, choice: Choice, deadline: Deadline) -> list[int]:
        """Return the coaches to whom `choice` assigns an infeasible set."""
        return [
            coach
            for coach, pairs in self.pairs_by_coach(choice).items()
            if not self.oracle(coach).can_hold(self.local(coach, pairs), deadline)
        ]

    def infeasible_linked_set(self, choice: Choice, deadline: Deadline) -> PairSet | None:
        """Return pairs of linked coaches that cannot all be scheduled, or `None` if all pairs can.

        Each coach must have time for the sessions of their own pairs in `choice`.
        """
        return self.linked.infeasible_set(choice.tolist(), deadline) if self.linked else None

    def pairs_by_coach(self, choice: Choice) -> dict[int, list[int]]:
        """Return the chosen pairs of each coach who has any."""
        pairs_by_coach: dict[int, list[int]] = {}
        for pair, coach in zip(choice.tolist(), self.problem.coach[choice].tolist(), strict=True):
            pairs_by_coach.setdefault(coach, []).append(pair)
        return pairs_by_coach


class ColumnGeneration:
    """The LP relaxation of the joint problem, solved by column generation.

    The pairs that may be chosen are `allowed: bool[P]`, and the coachees who must be placed are
    `must_place: bool[n]`.
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
        for infeasible in oracles.linked.infeasible_sets if oracles.linked else ():
            self._master.forbid(infeasible)

    def set_objective(self, objective: PairWeights) -> None:
        """Set the objective to maximise, `float64[P]`."""
        self._master.set_objective(objective)

    def solve_relaxation(
        self,
        must_place: NDArray[np.bool_],
        allowed: NDArray[np.bool_] | NDArray[np.float64],
        suffices: Callable[[LpSolution], bool] = lambda _lp_solution: False,
    ) -> LpSolution | None:
        """Return the LP optimum over all sets, or `None` if the LP is infeasible.

        `allowed: [P]` may also contain an upper bound between 0 and 1 for each pair. Column
        generation ends early once `suffices` is true for a solution and its `excess`.

        Raises:
            CancelledError, DeadlineExceededError: see `Deadline.check`.
        """
        self._master.set_bounds(must_place, allowed)
        while True:
            lp_solution = self._master.solve_relaxation(self.deadline)
            if lp_solution is None:
                if not self._restore_feasibility():
                    return None
                continue
            excess = self._price_columns(lp_solution, suffices)
            if excess is not None:
                return replace(lp_solution, excess=excess)

    def _restore_feasibility(self) -> bool:
        """Generate sets until phase one needs no slack; return false if the LP is infeasible."""
        while True:
            lp_solution = self._master.minimise_infeasibility(self.deadline)
            if lp_solution.value > -EPSILON:
                return True
            if self._price_columns(lp_solution, _needs_slack) is not None:
                return False

    def _price_columns(
        self, lp_solution: LpSolution, suffices: Callable[[LpSolution], bool]
    ) -> float | None:
        """Add improving sets and return `None`, or return the excess if there is nothing to add.

        Sets are first generated by heuristics. If these find none, Lagrangian bounds limit how much
        each coach could still contribute, and exact pricing removes this excess coach by coach.
        All coaches are priced before the LP is solved again, because far fewer rounds are then
        needed.
        """
        profits = self._profits(lp_solution)
        if suffices(replace(lp_solution, excess=inf)):
            return inf
        added = False
        for coach, (profit, threshold) in profits.items():
            sets = self.oracles.oracle(coach).improving_sets(profit, threshold, self.deadline)
            for found in sets:
                added |= self._add_column(coach, found)
        if added:
            return None
        excess = {
            coach: self.oracles.oracle(coach).profit_bound(profit, self.deadline, threshold)
            - threshold
            for coach, (profit, threshold) in profits.items()
        }
        open_coaches = [
            coach for coach in sorted(excess, key=lambda one: -excess[one]) if excess[coach] > 0
        ]
        for coach in open_coaches:
            left = sum(max(0.0, one) for one in excess.values())
            if suffices(replace(lp_solution, excess=left)):
                return left
            profit, threshold = profits[coach]
            sets = self.oracles.oracle(coach).best(profit, threshold - _MARGIN, self.deadline)
            is_improved = sum(self._add_column(coach, found) for found in sets) > 0
            added |= is_improved
            if not is_improved:  # otherwise the excess remains until the LP is solved again
                excess[coach] = 0.0
        return None if added else 0.0

    def _profits(self, lp_solution: LpSolution) -> dict[int, tuple[dict[int, float], float]]:
        """Return the candidates' profits and the threshold for new sets, keyed by expanded coach.

        Coaches whose sets cannot exceed their threshold are left out.
        """
        profits = {}
        for coach in sorted(lp_solution.pair_dual):
            prices = lp_solution.pair_dual[coach]
            own = self.problem.by_coach[coach].tolist()
            profit = {place: prices[pair] for place, pair in enumerate(own) if prices.get(pair)}
            threshold = lp_solution.convexity_dual[coach] + EPSILON
            if not self.oracles.oracle(coach).cannot_exceed(profit, threshold):
                profits[coach] = profit, threshold
        return profits

    def expand(self, coaches: Sequence[int], choice: Choice) -> None:
        """Expand coaches, each starting from a feasible subset of their pairs in `choice`."""
        pairs_by_coach = self.oracles.pairs_by_coach(choice)
        for coach in coaches:
            local = self.oracles.local(coach, pairs_by_coach[coach])
            self._master.expand(coach)
            self._add_column(coach, self.oracles.oracle(coach).maximal_subset(local, self.deadline))

    def forbid(self, infeasible: PairSet) -> None:
        """Forbid choosing all pairs of a set together."""
        self._master.forbid(infeasible)

    def solve_integer(self, max_nodes: int = ALL_NODES) -> Choice | None:
        """Return the best integral choice, or `None` if the search does not finish in time.

        After `max_nodes` nodes, the best one so far is returned.
        """
        chosen = self._master.solve_integer(self.deadline, max_nodes)
        return None if chosen is None else np.flatnonzero(chosen)

    def _add_column(self, coach: int, local: int) -> bool:
        pairs = self.oracles.pairs(coach, local)
        self.oracles.known_sets.setdefault(coach, set()).add(pairs)
        return self._master.add_set(coach, pairs)
