"""Lagrangian bound on joint plans: coaches' hours are priced, then the assignment is solved alone.

With prices `w_ij >= 0` and, for each coach, `r_j >= max sum of w_ij over a set that coach j can
hold`, every plan is worth at most

    r + best assignment by max(0, c_ij - w_ij) ,    r = sum of r_j

(Lagrangian relaxation of the linking rows of expanded coaches). Prices are the duals of these rows
in the LP with sets generated, rounded to integers; `r_j` is then computed for the rounded prices by
the pricing oracles, so the bound is exact whatever the solver's tolerance.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.assignment.min_cost_flow import FlowSolution, Worth, solve_flow
from matching.assignment.restricted_master import LpSolution
from matching.deadline import Deadline, SolverError
from matching.search.column_generation import Choice, ColumnGeneration, PricingOracles

DUAL_SCALE = 64  # parts of one unit of worth in which prices are rounded
_GAP_DIVISOR = 4  # the first LP has the pairs whose loss is within this part of the gap
_ROUNDS = 6
_ROUNDING_THRESHOLD = 0.5
_PERTURBATION = 1e-4


class CoachBounds:
    """The bounds `r_j` of coaches for fixed prices, with or without some of their pairs."""

    def __init__(
        self, oracles: PricingOracles, pair_dual: Worth, coaches: Iterable[int], scale: int
    ) -> None:
        """`pair_dual: int64[P]` are prices of pairs of `coaches`, in parts of `1 / scale` unit."""
        self._oracles = oracles
        self.pair_dual = pair_dual
        self.coaches = tuple(coaches)
        self._scale = scale
        self._known: dict[tuple[int, frozenset[int]], tuple[int, tuple[int, ...]]] = {}

    def max_dual_sum(
        self, coach: int, excluded: frozenset[int], deadline: Deadline
    ) -> tuple[int, tuple[int, ...]]:
        """Return the greatest total price of a set the coach can hold, and the pairs of the set.

        Pairs in `excluded` are left out.

        Raises:
            CancelledError, DeadlineExceededError: as `Deadline.check`.
        """
        if (coach, excluded) not in self._known:
            self._known[coach, excluded] = self._count(coach, excluded, deadline)
        return self._known[coach, excluded]

    def _count(
        self, coach: int, excluded: frozenset[int], deadline: Deadline
    ) -> tuple[int, tuple[int, ...]]:
        oracle = self._oracles.oracle(coach)
        integer_duals = {
            place: int(self.pair_dual[pair])
            for place, pair in enumerate(self._oracles.problem.by_coach[coach].tolist())
            if self.pair_dual[pair] and pair not in excluded
        }
        worth = {place: pair_dual / self._scale for place, pair_dual in integer_duals.items()}
        most, held = 0, 0
        while worth and (
            found := oracle.best(worth, (most + _ROUNDING_THRESHOLD) / self._scale, deadline)
        ):
            held = found[-1]
            most = sum(pair_dual for place, pair_dual in integer_duals.items() if held >> place & 1)
        return most, self._oracles.pairs(coach, held)


@dataclass(frozen=True, eq=False)
class LagrangianBound:
    """The assignment relaxation by worth less price, and the bound it gives, in parts of a unit.

    Attributes:
        worth: `int64[P]`, worth of pairs, in units.
        flow: the best assignment by worth less price, in parts.
        coach_bound: sum of `r_j` over all coaches, in parts.
        coach_bounds: the bounds of the single coaches.
    """

    worth: Worth
    flow: FlowSolution
    coach_bound: int
    coach_bounds: CoachBounds

    @property
    def bound(self) -> int:
        """Upper bound on every plan, in parts."""
        return self.flow.value + self.coach_bound


def compute_lagrangian_bound(
    oracles: PricingOracles,
    pairs: NDArray[np.int64],
    worth: Worth,
    best: Choice,
    *,
    unit: int,
    deadline: Deadline,
) -> LagrangianBound:
    """Find prices that bring the bound on plans of `pairs` close to the worth of the `best` plan.

    `unit` divides the worth to the range in which the LP solver is accurate.

    Raises:
        CancelledError, DeadlineExceededError: as `Deadline.check`.
    """
    problem = oracles.problem
    value = DUAL_SCALE * int(worth[best].sum())
    free = CoachBounds(oracles, np.zeros(problem.size, dtype=np.int64), (), 1)
    lagrangian = LagrangianBound(
        worth, solve_flow(problem, pairs, DUAL_SCALE * worth[pairs], deadline.check), 0, free
    )
    near = np.zeros(problem.size, dtype=np.bool_)
    near[best] = True
    near[pairs[lagrangian.flow.loss <= (lagrangian.bound - value) // _GAP_DIVISOR]] = True
    no_must_place = np.zeros(len(problem.priority), dtype=np.bool_)
    for _ in range(_ROUNDS):
        if lagrangian.bound - value < DUAL_SCALE:
            break
        search = ColumnGeneration(oracles, [], near, no_must_place, deadline)
        search.set_objective(worth / unit)
        lp_solution = _solve_perturbed(search, near, no_must_place, best)
        coach_bounds = _coach_bounds(oracles, lp_solution, unit)
        coach_bound = sum(
            coach_bounds.max_dual_sum(coach, frozenset(), deadline)[0]
            for coach in coach_bounds.coaches
        )
        left = np.maximum(0, DUAL_SCALE * worth[pairs] - coach_bounds.pair_dual[pairs])
        found = LagrangianBound(
            worth, solve_flow(problem, pairs, left, deadline.check), coach_bound, coach_bounds
        )
        lagrangian = min(lagrangian, found, key=lambda one: one.bound)
        missed = found.flow.choice[~near[found.flow.choice]]
        if not len(missed):
            break
        near[missed] = True
        near[pairs[found.flow.loss <= 0]] = True
    return lagrangian


def _solve_perturbed(
    search: ColumnGeneration,
    near: NDArray[np.bool_],
    no_must_place: NDArray[np.bool_],
    best: Choice,
) -> LpSolution:
    """The LP optimum near the best plan, with coaches expanded where it requires them.

    The upper bounds of the pairs of the best plan are perturbed: among the optimal duals of a
    degenerate LP that selects those which show most of the loss of leaving the plan.
    """
    upper = near.astype(np.float64)
    upper[best] = 1 - _PERTURBATION
    while True:
        lp_solution = search.solve_relaxation(no_must_place, upper)
        if lp_solution is None:
            raise SolverError("an LP without requirements has no solution")
        choice = np.flatnonzero(lp_solution.chosen > _ROUNDING_THRESHOLD)
        infeasible_coaches = search.oracles.infeasible_coaches(choice, search.deadline)
        more = [coach for coach in infeasible_coaches if coach not in lp_solution.convexity_dual]
        if not more:
            return lp_solution
        search.expand(more, choice)


def _coach_bounds(oracles: PricingOracles, lp_solution: LpSolution, unit: int) -> CoachBounds:
    """Coach bounds for the duals of an LP solution, rounded."""
    pair_dual = np.zeros(oracles.problem.size, dtype=np.int64)
    for duals in lp_solution.pair_dual.values():
        for pair, dual in duals.items():
            pair_dual[pair] = round(dual * unit * DUAL_SCALE)
    return CoachBounds(oracles, pair_dual, lp_solution.pair_dual, unit * DUAL_SCALE)
