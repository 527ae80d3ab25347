"""Best plan in which one coachee has another coach: branching on conflicts of assignments.

Best-first search over assignments of a Lagrangian relaxation. Where an assignment gives a coach a
set that they cannot hold, at least one member of a minimal infeasible subset (a no-good; as a row,
a combinatorial Benders cut, Codato and Fischetti 2006) has to go to somebody else: one branch for
each member, which excludes its pair and fixes those of the members before it. The first assignment
that all coaches can hold and whose worth equals its bound is optimal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from matching.assignment.min_cost_flow import solve_flow_with_fixed
from matching.assignment.residual_paths import ResidualPaths
from matching.deadline import Deadline
from matching.search.column_generation import Choice, PricingOracles
from matching.search.lagrangian_bound import DUAL_SCALE, LagrangianBound

_WIDENING_FACTOR = 4


@dataclass(frozen=True, eq=False)
class AlternativePlan:
    """The best plan found (`None`: none), and an upper bound on such plans, in units of worth."""

    choice: Choice | None
    worth: int
    bound: int

    @property
    def proven(self) -> bool:
        """Whether the plan is proven optimal."""
        return self.choice is not None and self.worth >= self.bound


@dataclass(frozen=True, eq=False)
class ReferencePlan:
    """The plan that was chosen, and the relaxation that bounds all others."""

    oracles: PricingOracles
    lagrangian: LagrangianBound
    chosen: Choice

    def infeasible_coaches(self, choice: Choice, deadline: Deadline) -> list[int]:
        """Coaches that cannot hold what `choice` gives them; unchanged ones are skipped."""
        coach = self.oracles.problem.coach
        touched = coach[np.setxor1d(choice, self.chosen, assume_unique=True)]
        return self.oracles.infeasible_coaches(choice[np.isin(coach[choice], touched)], deadline)


class ConflictBranching:
    """Searches over the pairs of one Lagrangian relaxation."""

    def __init__(
        self,
        reference: ReferencePlan,
        residual_paths: ResidualPaths,
        extra_loss: int,
        deadline: Deadline,
    ) -> None:
        """At first, plans may lose `extra_loss` parts more than the cheapest residual path."""
        self._reference = reference
        self._residual_paths = residual_paths
        self._extra_loss = extra_loss
        self._deadline = deadline

    def best(
        self,
        coachee: int,
        allowed: NDArray[np.bool_],
        is_acceptable: Callable[[Choice], bool],
        max_nodes: int,
    ) -> AlternativePlan:
        """Return the best acceptable plan of `allowed: bool[P]` pairs that places the coachee.

        The search starts with the pairs of plans of little loss, and takes in more where these are
        too few. It is undecided where the best plan is not acceptable, or after `max_nodes`
        assignments.

        Raises:
            CancelledError, DeadlineExceededError: as `Deadline.check`.
        """
        flow = self._reference.lagrangian.flow
        usable = allowed[flow.pairs]
        left, extra_loss = max_nodes, self._extra_loss
        while True:
            reach = self._residual_paths.loss(coachee) + extra_loss
            pairs_within = usable & self._residual_paths.pairs_within(coachee, reach)
            floor = self._reference.lagrangian.bound - reach
            fixed = self._residual_paths.unaffected_pairs(coachee, reach)
            search_tree = _SearchTree(self._reference, flow.pairs[pairs_within], coachee, fixed)
            found = search_tree.search(is_acceptable, floor, left, self._deadline)
            if found is not None:
                return found
            left -= search_tree.nodes_examined
            if left <= 0 or floor < 0:
                return AlternativePlan(None, 0, self._reference.lagrangian.bound // DUAL_SCALE)
            extra_loss *= _WIDENING_FACTOR


@dataclass(frozen=True, eq=False)
class _AssignmentNode:
    """The best assignment without some pairs.

    Attributes:
        available: `bool[Q]`, the pairs that may be used.
        excluded: the pairs excluded by branching.
        coach_bounds: the bounds of coaches that the excluded pairs change.
        choice: the best assignment of the available pairs.
    """

    available: NDArray[np.bool_]
    excluded: frozenset[int]
    coach_bounds: Mapping[int, int]
    choice: Choice


class _SearchTree:
    """The open nodes of one search."""

    def __init__(
        self,
        reference: ReferencePlan,
        pairs: NDArray[np.int64],
        coachee: int,
        fixed: Choice,
    ) -> None:
        """Search over `pairs`; a coachee whose only pair is among `fixed` keeps it."""
        self._reference, self._oracles = reference, reference.oracles
        self._lagrangian = lagrangian = reference.lagrangian
        problem = self._oracles.problem
        moving = np.zeros(len(problem.priority), dtype=np.bool_)
        moving[problem.coachee[np.setdiff1d(pairs, fixed, assume_unique=True)]] = True
        free = moving[problem.coachee[pairs]]
        self._fixed_pairs, self._pairs = pairs[~free], pairs[free]
        known = lagrangian.flow.worth
        self._fixed_set = frozenset(self._fixed_pairs.tolist())
        self._fixed = int(known[np.searchsorted(lagrangian.flow.pairs, self._fixed_pairs)].sum())
        self._worths = known[np.searchsorted(lagrangian.flow.pairs, self._pairs)]
        # Big-M: placing the coachee is worth more than all other pairs together.
        self._big_m = 1 + len(np.unique(problem.coachee[self._pairs])) * int(
            self._worths.max(initial=0)
        )
        self._worths = self._worths + np.where(
            problem.coachee[self._pairs] == coachee, self._big_m, 0
        )
        self._open_nodes: list[tuple[int, int, _AssignmentNode]] = []
        self._best: Choice | None = None
        self._worth = 0
        self.nodes_examined = 0

    def search(
        self,
        is_acceptable: Callable[[Choice], bool],
        floor: int,
        max_nodes: int,
        deadline: Deadline,
    ) -> AlternativePlan | None:
        """Return the best plan, or the best found so far.

        `None` where plans with other pairs, which are worth less than `floor`, may be better.
        """
        self._add_node(np.ones(len(self._pairs), dtype=np.bool_), frozenset(), {}, deadline)
        bound = self._lagrangian.bound // DUAL_SCALE
        while self._open_nodes:
            deadline.check()
            minus, _, node = heappop(self._open_nodes)
            if -minus < floor:
                return None
            bound = -minus // DUAL_SCALE
            if self._best is not None and self._worth >= bound:
                return AlternativePlan(self._best, self._worth, bound)
            infeasible_coaches = self._reference.infeasible_coaches(node.choice, deadline)
            worth = int(self._lagrangian.worth[node.choice].sum())
            if not infeasible_coaches and (self._best is None or worth > self._worth):
                if not is_acceptable(node.choice):
                    break
                self._best, self._worth = node.choice, worth
                if worth >= bound:
                    return AlternativePlan(node.choice, worth, bound)
            if self.nodes_examined >= max_nodes or not self._branch(
                node, infeasible_coaches, deadline
            ):
                break
        else:
            return None
        return AlternativePlan(self._best, self._worth, bound)

    def _add_node(
        self,
        available: NDArray[np.bool_],
        excluded: frozenset[int],
        coach_bounds: Mapping[int, int],
        deadline: Deadline,
    ) -> None:
        """Add the best assignment of the `available` pairs, if it places the coachee."""
        self.nodes_examined += 1
        choice, value = solve_flow_with_fixed(
            self._oracles.problem,
            self._fixed_pairs,
            self._pairs[available],
            self._worths[available],
        )
        if value < self._big_m:
            return
        known = self._lagrangian.coach_bounds
        saved = sum(
            known.max_dual_sum(coach, frozenset(), deadline)[0] - coach_bound
            for coach, coach_bound in coach_bounds.items()
        )
        bound = value - self._big_m + self._fixed + self._lagrangian.coach_bound - saved
        node = _AssignmentNode(available, excluded, coach_bounds, choice)
        # Ties are broken in favour of the latest node, which is deepest.
        heappush(self._open_nodes, (-bound, -self.nodes_examined, node))

    def _branch(
        self, node: _AssignmentNode, infeasible_coaches: Sequence[int], deadline: Deadline
    ) -> bool:
        """Branch on pairs that no better plan chooses all at once; false if there is none.

        Where no coach is infeasible, the pairs are those of the set that attains a coach's bound,
        and one more branch keeps them all.
        """
        problem, oracles = self._oracles.problem, self._oracles
        pairs_by_coach = oracles.pairs_by_coach(node.choice)
        if infeasible_coaches:
            coach = infeasible_coaches[0]
            core = oracles.oracle(coach).minimal_infeasible_subset(
                oracles.local(coach, pairs_by_coach[coach]), deadline
            )
            branched: Sequence[int] = oracles.pairs(coach, core)
        else:
            coach, branched = self._most_violated_coach(node, pairs_by_coach, deadline)
        available = node.available
        for pair in branched:
            if pair in self._fixed_set:
                continue
            excluded = node.excluded | {pair}
            coach_bounds = dict(node.coach_bounds)
            if self._lagrangian.coach_bounds.pair_dual[pair]:
                coach_bounds[coach] = self._lagrangian.coach_bounds.max_dual_sum(
                    coach, self._priced_pairs(coach, excluded), deadline
                )[0]
            self._add_node(available & (self._pairs != pair), excluded, coach_bounds, deadline)
            theirs = problem.coachee[self._pairs] == problem.coachee[pair]
            if not (available & (self._pairs == pair)).any():
                return True  # the pair is not available here: excluding it covers all plans
            available = available & (~theirs | (self._pairs == pair))
        if not infeasible_coaches and branched:
            self._add_node(available, node.excluded, node.coach_bounds, deadline)
        return bool(branched)

    def _most_violated_coach(
        self, node: _AssignmentNode, pairs_by_coach: Mapping[int, list[int]], deadline: Deadline
    ) -> tuple[int, Sequence[int]]:
        """The coach whose bound most exceeds the prices of their pairs, and its set."""
        coach_bounds = self._lagrangian.coach_bounds
        worst: tuple[int, int, tuple[int, ...]] = (0, -1, ())
        for coach in coach_bounds.coaches:
            coach_bound, pairs = coach_bounds.max_dual_sum(
                coach, self._priced_pairs(coach, node.excluded), deadline
            )
            paid = int(coach_bounds.pair_dual[pairs_by_coach.get(coach, [])].sum())
            worst = max(worst, (coach_bound - paid, coach, pairs))
        return worst[1], worst[2]

    def _priced_pairs(self, coach: int, pairs: frozenset[int]) -> frozenset[int]:
        """The pairs of a coach among `pairs` that have a price."""
        problem, pair_dual = self._oracles.problem, self._lagrangian.coach_bounds.pair_dual
        return frozenset(one for one in pairs if problem.coach[one] == coach and pair_dual[one])
