"""Branch and price for the joint assignment and timetabling problem.

Nodes are bounded by column generation. If a node's LP optimum is fractional, the search branches on
a pair. Pairs remain variables of the restricted master problem, so branching does not change the
pricing problem (Barnhart et al. 1998, section 5).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import floor, inf, isinf

import numpy as np
from numpy.typing import NDArray

from matching.assignment.restricted_master import LpSolution, PairWeights
from matching.deadline import DeadlineExceededError
from matching.search.column_generation import EPSILON, Choice, ColumnGeneration

NO_BOUND = 1 << 62
_MAX_HEURISTIC_NODES = 100  # limit for a choice over the known sets during a proof
_MAX_PAIRS_TO_CHOOSE = 2_000
_FIRST_ROUNDS = 16  # first rounds of exact pricing; the known sets are tried in all of them
_DUAL_TOLERANCE = 1e-7  # HiGHS may treat reduced costs up to this as zero


@dataclass(frozen=True, eq=False)
class SearchResult:
    """The incumbent with its value, and a bound.

    Attributes:
        choice: the incumbent, or `None` if none was found.
        value: the value of the incumbent, or -1.
        bound: an upper bound on the value of any choice.
    """

    choice: Choice | None
    value: int
    bound: int

    @property
    def proven(self) -> bool:
        """Whether the incumbent is proven optimal."""
        return self.choice is not None and self.value >= self.bound


ReportBounds = Callable[[int | None, int], None]
"""Called with the incumbent's value, or `None` if there is no incumbent, and the bound."""


def maximise(
    generation: ColumnGeneration,
    objective: PairWeights,
    start: Choice | None,
    report_bounds: ReportBounds,
    *,
    bound: int | None = None,
    target: int | None = None,
) -> SearchResult:
    """Return the choice that maximises `objective` or, failing that, the best one and a bound.

    Args:
        generation: the LP relaxation, with the allowed pairs and the coachees who must be placed.
        objective: `float64[P]`, the integral value of each pair.
        start: a feasible choice, if one is known.
        report_bounds: called whenever the value or the bound improves.
        bound: an upper bound, if one is known.
        target: the search stops once the value reaches it or the bound is below it.

    Raises:
        CancelledError: the run was cancelled.
        DeadlineExceededError: the limit passed before a feasible choice was found.
    """
    generation.set_objective(objective)
    limit = int(np.abs(objective).sum()) if bound is None else bound
    return _BranchAndPrice(generation, objective, start, report_bounds, (limit, target)).run()


def integer_bound(lp_solution: LpSolution, coachees: int) -> int:
    """Round the LP's upper bound down to an integer, allowing for numerical tolerances."""
    slack = EPSILON * (2 + len(lp_solution.convexity_dual)) + 1e-9 * abs(lp_solution.value)
    if isinf(lp_solution.excess):
        return NO_BOUND
    # Each coachee has at most one chosen pair, whose reduced cost is within the tolerance.
    slack += _DUAL_TOLERANCE * coachees
    return floor(lp_solution.value + lp_solution.excess + slack)


@dataclass(frozen=True, eq=False)
class _SearchNode:
    """An open node of the search tree.

    Attributes:
        bound: an upper bound on the value of choices in this node.
        serial: a sequence number that breaks ties between nodes.
        must_place: `bool[n]`, the coachees who must be placed.
        allowed: `bool[P]`, the pairs that may be chosen.
    """

    bound: int
    serial: int
    must_place: NDArray[np.bool_]
    allowed: NDArray[np.bool_]


class _BranchAndPrice:
    """A best-first branch and price search."""

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
        self._value = None if start is None else self._objective_value(start)
        self._report_bounds = report_bounds
        self._bound, self._target = limits
        self._serial = 0
        self._exact_rounds = 0
        self._node_bound = self._bound
        self._open_nodes: list[_SearchNode] = []
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

    def _branch(self, node: _SearchNode) -> None:
        self._node_bound = node.bound
        while True:
            lp_solution = self._generation.solve_relaxation(
                node.must_place, node.allowed, self._suffices
            )
            if lp_solution is None:
                return
            bound = self._tighten_node_bound(lp_solution)
            if self._is_pruned(bound):
                return
            fraction = np.abs(lp_solution.chosen - np.round(lp_solution.chosen))
            if fraction.max(initial=0.0) < EPSILON:
                choice: Choice | None = np.flatnonzero(np.round(lp_solution.chosen))
            else:
                choice = self._generation.solve_integer()
            infeasible_coaches = (
                []
                if choice is None
                else self._generation.oracles.infeasible_coaches(choice, self._generation.deadline)
            )
            if choice is not None and not infeasible_coaches:
                infeasible_set = self._generation.oracles.infeasible_linked_set(
                    choice, self._generation.deadline
                )
                if infeasible_set is not None:
                    self._generation.forbid(infeasible_set)
                    continue
                self._accept(choice)
            if self._is_pruned(bound):
                return
            if choice is None or not infeasible_coaches:
                self._split(node, bound, fraction)
                return
            self._generation.expand(infeasible_coaches, choice)

    def _tighten_node_bound(self, lp_solution: LpSolution) -> int:
        """Lower the node's bound to an LP solution's bound, if lower; return the node's bound.

        If no other node is open, the node's bound applies to the whole search, even if that ends
        here.
        """
        bound = integer_bound(lp_solution, len(self._generation.must_place))
        self._node_bound = min(self._node_bound, bound)
        if not self._open_nodes:
            self._tighten_bound(self._node_bound)
        return self._node_bound

    def _suffices(self, lp_solution: LpSolution) -> bool:
        """Return whether to stop pricing: the node is pruned, or its bound cannot fall further."""
        coachees = len(self._generation.must_place)
        least = integer_bound(replace(lp_solution, excess=0.0), coachees)
        bound = self._tighten_node_bound(lp_solution)
        if self._is_pruned(bound) or least >= bound:
            return True
        if lp_solution.excess < inf:
            self._exact_rounds += 1
            if self._tries_known_sets() and least > (self._value or 0):
                self._choose_known_sets()
        return self._is_pruned(bound)

    def _tries_known_sets(self) -> bool:
        """Return whether to look for a choice over the known sets in this round.

        This is done in the first rounds, and then whenever the number of rounds has doubled. With
        many pairs or contracting sessions, it would take more effort than it saves.
        """
        pairs = np.count_nonzero(self._generation.allowed)
        opens = self._generation.problem.limits.contracting is not None
        if opens or pairs > _MAX_PAIRS_TO_CHOOSE:
            return False
        return self._exact_rounds <= _FIRST_ROUNDS or self._exact_rounds.bit_count() == 1

    def _choose_known_sets(self) -> None:
        """Try the best choice over the known sets before the more expensive exact pricing.

        Coaches to whom this choice assigns infeasible sets are expanded at once.
        """
        generation = self._generation
        choice = generation.solve_integer(_MAX_HEURISTIC_NODES)
        if choice is None:
            return
        infeasible = generation.oracles.infeasible_coaches(choice, generation.deadline)
        if infeasible:
            generation.expand(infeasible, choice)
        elif generation.oracles.infeasible_linked_set(choice, generation.deadline) is None:
            self._accept(choice)

    def _is_pruned(self, bound: int) -> bool:
        """Return whether a node with this bound can be discarded."""
        if self._target is not None and bound < self._target:
            return True
        return self._is_finished() or (self._value is not None and bound <= self._value)

    def _split(self, node: _SearchNode, bound: int, fraction: NDArray[np.float64]) -> None:
        """Branch on the most fractional pair: exclude it in one child, require it in the other."""
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
        value = self._objective_value(choice)
        if self._value is None or value > self._value:
            self._best, self._value = choice, value
            self._report_bounds(value, max(self._bound, value))

    def _objective_value(self, choice: Choice) -> int:
        return round(float(self._objective[choice].sum()))

    def _push(self, bound: int, must_place: NDArray[np.bool_], allowed: NDArray[np.bool_]) -> None:
        self._serial += 1
        self._open_nodes.append(_SearchNode(bound, self._serial, must_place, allowed))

    def _tighten_bound(self, bound: int) -> None:
        if self._value is not None:
            bound = max(bound, self._value)
        if bound < self._bound:
            self._bound = bound
            self._report_bounds(self._value, bound)
