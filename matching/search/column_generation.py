"""Column generation for the joint assignment and timetabling problem.

The restricted master relaxes every coach to a capacity until a coach is given a set it cannot hold;
from then on the coach is *expanded*: it chooses among sets it can hold, and its pricing oracle
generates new ones. The linear bound is valid throughout, since capacity is a relaxation of what can
be held.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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
from matching.deadline import Deadline
from matching.instance.problem import MatchingProblem
from matching.search.worker_pool import OracleTask, WorkerPool

EPSILON = 1e-6
"""Reduced costs up to this count as zero when sets are priced."""

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
            if lp_solution.value > -EPSILON:
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
            worths[coach] = worth, lp_solution.convexity_dual[coach] + EPSILON
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
