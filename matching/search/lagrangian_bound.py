"""Lagrangian bound on joint plans: an assignment in which prices replace the coaches' timetables.

Let `w_ij >= 0` be prices and, for each coach, `r_j` at least the maximum of `sum w_ij` over the
coach's feasible sets. Then the profit of every plan is at most

    r + best assignment by max(0, c_ij - w_ij) ,    r = sum of r_j

This is a Lagrangian relaxation of the linking rows of expanded coaches. The prices are the dual
values of these rows after column generation, rounded to integers. The pricing oracles then compute
`r_j` for the rounded prices, so the bound is exact regardless of the LP solver's tolerance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.assignment.min_cost_flow import FlowSolution, PairValues, solve_flow
from matching.assignment.restricted_master import LpSolution
from matching.deadline import Deadline, SolverError
from matching.search.column_generation import Choice, ColumnGeneration, PricingOracles

DUAL_SCALE = 64  # prices are multiples of 1 / DUAL_SCALE of a unit of profit
_GAP_DIVISOR = 4  # the first LP contains pairs whose loss is at most 1/4 of the gap
_ROUNDS = 6
_ROUNDING_THRESHOLD = 0.5
_PERTURBATION = 1e-4


@dataclass(frozen=True, eq=False)
class LagrangianBound:
    """A Lagrangian bound and the assignment that attains it, in units of `1 / DUAL_SCALE`.

    Attributes:
        flow: the best assignment by profit minus price.
        coach_bound: the sum of `r_j` over all coaches.
    """

    flow: FlowSolution
    coach_bound: int

    @property
    def bound(self) -> int:
        """An upper bound on the profit of any plan."""
        return self.flow.value + self.coach_bound


def bound_by_prices(
    oracles: PricingOracles,
    pairs: NDArray[np.int64],
    profit: PairValues,
    prices: PairValues,
    *,
    unit: int,
    deadline: Deadline,
) -> LagrangianBound:
    """Bound the plans over `pairs` for fixed, nonnegative `prices: int64[P]`.

    Prices are in units of `1 / DUAL_SCALE`. For the other arguments, see
    `compute_lagrangian_bound`.

    Raises:
        CancelledError, DeadlineExceededError: see `Deadline.check`.
    """
    problem = oracles.problem
    coaches = np.unique(problem.coach[prices > 0]).tolist()
    coach_bound = sum(
        _max_total_price(oracles, coach, prices, unit * DUAL_SCALE, deadline) for coach in coaches
    )
    left = np.maximum(0, DUAL_SCALE * profit[pairs] - prices[pairs])
    return LagrangianBound(solve_flow(problem, pairs, left, deadline.check), coach_bound)


def compute_lagrangian_bound(
    oracles: PricingOracles,
    pairs: NDArray[np.int64],
    profit: PairValues,
    best: Choice,
    *,
    unit: int,
    deadline: Deadline,
) -> LagrangianBound:
    """Return a bound on the plans over `pairs`, close to the profit of `best` if possible.

    Args:
        oracles: the pricing oracles.
        pairs: the allowed pairs, ascending.
        profit: `int64[P]`, the profit of each pair.
        best: the pairs of the best known plan.
        unit: a divisor of `profit` that scales it to a range in which the LP solver is accurate.
        deadline: limits the time and the effort.

    Raises:
        CancelledError, DeadlineExceededError: see `Deadline.check`.
    """
    problem = oracles.problem
    value = DUAL_SCALE * int(profit[best].sum())
    no_prices = np.zeros(problem.size, dtype=np.int64)
    lagrangian = bound_by_prices(oracles, pairs, profit, no_prices, unit=unit, deadline=deadline)
    near = np.zeros(problem.size, dtype=np.bool_)
    near[best] = True
    near[pairs[lagrangian.flow.loss <= (lagrangian.bound - value) // _GAP_DIVISOR]] = True
    no_must_place = np.zeros(len(problem.priority), dtype=np.bool_)
    for _ in range(_ROUNDS):
        if lagrangian.bound - value < DUAL_SCALE:
            break
        search = ColumnGeneration(oracles, [], near, no_must_place, deadline)
        search.set_objective(profit / unit)
        lp_solution = _solve_perturbed(search, near, no_must_place, best)
        prices = _rounded_prices(lp_solution, problem.size, unit)
        found = bound_by_prices(oracles, pairs, profit, prices, unit=unit, deadline=deadline)
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
    """Return the LP optimum near the best plan, expanding coaches as necessary.

    The upper bounds of the best plan's pairs are slightly reduced. This perturbation selects, among
    the optimal duals of a degenerate LP, those that attribute the greatest loss to deviations from
    the plan.
    """
    upper = near.astype(np.float64)
    upper[best] = 1 - _PERTURBATION
    while True:
        lp_solution = search.solve_relaxation(no_must_place, upper)
        if lp_solution is None:
            raise SolverError("an LP that should always be feasible has no solution")
        choice = np.flatnonzero(lp_solution.chosen > _ROUNDING_THRESHOLD)
        infeasible_coaches = search.oracles.infeasible_coaches(choice, search.deadline)
        more = [coach for coach in infeasible_coaches if coach not in lp_solution.convexity_dual]
        if not more:
            return lp_solution
        search.expand(more, choice)


def _rounded_prices(lp_solution: LpSolution, size: int, unit: int) -> PairValues:
    """Return the rounded duals of all linking rows as `int64[size]`; other pairs have price 0."""
    prices = np.zeros(size, dtype=np.int64)
    for duals in lp_solution.pair_dual.values():
        for pair, dual in duals.items():
            prices[pair] = round(dual * unit * DUAL_SCALE)
    return prices


def _max_total_price(
    oracles: PricingOracles, coach: int, prices: PairValues, scale: int, deadline: Deadline
) -> int:
    """Return the exact maximum of the total price over a coach's feasible sets.

    The pricing oracle is called with prices divided by `scale` until it finds no better set.
    """
    oracle = oracles.oracle(coach)
    own = enumerate(oracles.problem.by_coach[coach].tolist())
    integer_prices = {place: int(prices[pair]) for place, pair in own if prices[pair]}
    profit = {place: price / scale for place, price in integer_prices.items()}
    most = 0
    while profit and (found := oracle.best(profit, (most + _ROUNDING_THRESHOLD) / scale, deadline)):
        most = sum(price for place, price in integer_prices.items() if found[-1] >> place & 1)
    return most
