"""The assignment relaxation, solved as a min-cost flow; its optimum bounds every plan.

The relaxation replaces each coach's timetable with a capacity. The flow yields dual values `u_i >=
0` for each coachee and `v_j >= 0` for a unit of each coach's capacity, with `u_i + v_j >= c_ij`. By
weak duality, the profit of a choice is at most `sum u + sum capacity v`, and the profit of a choice
that contains pair `ij` is at most this bound minus `loss_ij = u_i + v_j - c_ij` (the negated
reduced cost). All values are integers, so the bounds are exact.

Large instances are solved by sifting: the first flow contains only the most profitable pairs of
each coachee, and pairs with positive reduced profit are added until none are left. The duals are
then feasible for all pairs, so the optimum over the subset is optimal over all pairs. A single flow
takes a fraction of a second and cannot be interrupted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from matching.deadline import SolverError
from matching.instance.problem import MatchingProblem

PairValues = NDArray[np.int64]
_MAX_SCALED_COST = 1 << 61  # the solver scales costs by the number of nodes
_SIFTING_THRESHOLD = 500_000  # number of pairs above which sifting is used
_INITIAL_PAIRS_PER_COACHEE = 40  # in the first flow when sifting
_ADDED_PAIRS_PER_COACHEE = 10  # in each later flow when sifting

Duals = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Dual values of coachees, `int64[n]`, and of coaches' capacities, `int64[m]`."""


@dataclass(frozen=True, eq=False)
class FlowSolution:
    """A maximum-profit assignment.

    Attributes:
        problem: the problem to which the pairs belong.
        pairs: `int64[Q]`, the allowed pairs, ascending.
        profit: `int64[Q]`, the profit of each allowed pair.
        choice: `int64[K]`, the chosen pairs, ascending.
        value: the total profit of `choice`, which is the maximum over all choices of allowed pairs.
        known_duals: optimal dual values, if sifting has already computed them.
    """

    problem: MatchingProblem
    pairs: NDArray[np.int64]
    profit: PairValues
    choice: NDArray[np.int64]
    value: int
    known_duals: Duals | None = None

    @cached_property
    def duals(self) -> Duals:
        """Optimal dual values of coachees and capacities."""
        if self.known_duals is not None:
            return self.known_duals
        chosen = np.searchsorted(self.pairs, self.choice)
        return _compute_duals(self.problem, self.pairs, self.profit, chosen)

    @cached_property
    def loss(self) -> NDArray[np.int64]:
        """`int64[Q]`: a lower bound on how far below `value` any choice with this pair is."""
        coachee_dual, place_dual = self.duals
        problem, pairs = self.problem, self.pairs
        return coachee_dual[problem.coachee[pairs]] + place_dual[problem.coach[pairs]] - self.profit


def fits_integer_range(problem: MatchingProblem, max_profit: int) -> bool:
    """Return whether profits of up to `max_profit` fit into the solver's integers."""
    return max_profit * (len(problem.priority) + len(problem.capacity) + 2) < _MAX_SCALED_COST


def solve_flow(
    problem: MatchingProblem,
    pairs: NDArray[np.int64],
    profit: PairValues,
    on_round: Callable[[], object] = lambda: None,
    sifting_threshold: int = _SIFTING_THRESHOLD,
) -> FlowSolution:
    """Return an assignment of maximum total profit.

    Args:
        problem: the problem; only its capacities are considered.
        pairs: the allowed pairs, ascending.
        profit: the nonnegative profit of each allowed pair.
        on_round: called between the flows of sifting; may raise an exception to stop.
        sifting_threshold: the number of pairs above which sifting is used.
    """
    if len(pairs) <= sifting_threshold:
        return _solve_flow(problem, pairs, profit)
    part = _best_of_each(problem.coachee[pairs], profit, _INITIAL_PAIRS_PER_COACHEE)
    while True:
        on_round()
        flow = _solve_flow(problem, pairs[part], profit[part])
        on_round()
        coachee_dual, place_dual = flow.duals
        gain = profit - place_dual[problem.coach[pairs]]
        gain -= coachee_dual[problem.coachee[pairs]]
        better = np.flatnonzero(gain > 0)
        if not len(better):
            break
        more = better[
            _best_of_each(problem.coachee[pairs[better]], gain[better], _ADDED_PAIRS_PER_COACHEE)
        ]
        part = np.union1d(part, more)
    return FlowSolution(problem, pairs, profit, flow.choice, flow.value, flow.duals)


def _best_of_each(coachee: NDArray[np.int64], profit: PairValues, most: int) -> NDArray[np.int64]:
    """Return, in ascending order, the indices of each coachee's `most` most profitable entries."""
    edges = np.flatnonzero(np.diff(coachee, prepend=-1, append=-1))
    found = [np.zeros(0, dtype=np.int64)]
    for first, last in pairwise(edges.tolist()):
        few = last - first <= most
        best = np.arange(last - first) if few else np.argpartition(-profit[first:last], most)[:most]
        found.append(first + np.sort(best))
    return np.concatenate(found)


def _solve_flow(
    problem: MatchingProblem, pairs: NDArray[np.int64], profit: PairValues
) -> FlowSolution:
    """Solve a single min-cost flow over all `pairs`."""
    coachees, coaches = len(problem.priority), len(problem.capacity)
    sink = coachees + coaches
    solver = min_cost_flow.SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(
        np.concatenate([problem.coachee[pairs], np.arange(sink)]),
        np.concatenate([coachees + problem.coach[pairs], np.full(sink, sink)]),
        np.concatenate(
            [np.ones(len(pairs) + coachees, dtype=np.int64), problem.capacity],
        ),
        np.concatenate([-profit, np.zeros(sink, dtype=np.int64)]),
    )
    supplies = np.zeros(sink + 1, dtype=np.int64)
    supplies[:coachees], supplies[sink] = 1, -coachees
    solver.set_nodes_supplies(np.arange(sink + 1), supplies)
    if solver.solve() != solver.OPTIMAL:
        raise SolverError("the min-cost flow has no optimum")
    chosen = np.flatnonzero(solver.flows(np.arange(len(pairs))))
    return FlowSolution(problem, pairs, profit, pairs[chosen], int(profit[chosen].sum()))


def _compute_duals(
    problem: MatchingProblem,
    pairs: NDArray[np.int64],
    profit: PairValues,
    chosen: NDArray[np.int64],
) -> Duals:
    """Return optimal dual values for the choice, with the smallest possible capacity duals.

    The duals are computed by Bellman-Ford on the residual network: the duals of capacities are
    raised until no coachee gains by changing coaches. The number of rounds is at most one more than
    the number of coaches.
    """
    coachee, coach = problem.coachee[pairs], problem.coach[pairs]
    order = np.argsort(coach, kind="stable")
    by_coach, edges = coach[order], np.flatnonzero(np.diff(coach[order], prepend=-1))
    priced_coaches = by_coach[edges]
    bidders, offers = coachee[order], profit[order]
    has = np.full(len(problem.priority), -1, dtype=np.int64)
    gains = np.zeros(len(problem.priority), dtype=np.int64)
    has[coachee[chosen]] = coach[chosen]
    gains[coachee[chosen]] = profit[chosen]
    place_dual = np.zeros(len(problem.capacity), dtype=np.int64)
    for _ in range(1 + len(problem.capacity) if len(pairs) else 0):
        surplus = np.where(has >= 0, gains - place_dual[has], 0)
        bids = np.maximum(0, np.maximum.reduceat(offers - surplus[bidders], edges))
        if (bids <= place_dual[priced_coaches]).all():
            break
        place_dual[priced_coaches] = np.maximum(place_dual[priced_coaches], bids)
    coachee_dual = np.zeros(len(problem.priority), dtype=np.int64)
    if len(pairs):
        first = np.flatnonzero(np.diff(coachee, prepend=-1))
        best = np.maximum.reduceat(profit - place_dual[coach], first)
        coachee_dual[coachee[first]] = np.maximum(0, best)
    return coachee_dual, place_dual
