"""Bounds that identify most runners-up, with proof, without solving again.

A single Lagrangian relaxation (`search.lagrangian_bound`) bounds all plans that place as many
coachees as the current one and do not lower its `worst`. If a coachee's match is removed, the
cheapest residual path leads to a candidate plan. If every coach can schedule that plan and its
value equals the bound, it is proven to be the runner-up.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from coach.objective import ObjectiveLevel
from matching.assignment.min_cost_flow import fits_integer_range
from matching.assignment.residual_paths import NO_PATH, ResidualPaths
from matching.deadline import Deadline
from matching.result import Result
from matching.search.column_generation import Choice, PricingOracles
from matching.search.lagrangian_bound import DUAL_SCALE, compute_lagrangian_bound

_PLACEMENT_FACTOR = 8  # value of a placement, as a multiple of the maximum points
_PRICING_TIME_SHARE = 0.8  # share of the remaining time; few proofs succeed without good prices
_MAX_COACHES = 1000  # beyond this, all-pairs shortest paths take too long

_COMPARABLE_ORDER = (ObjectiveLevel.PLACED, ObjectiveLevel.WORST, ObjectiveLevel.TOTAL)


def is_comparable(result: Result, levels: Collection[ObjectiveLevel]) -> bool:
    """Return whether enough is proven about `result` to bound the plans without a given match.

    `placed` must be proven optimal. If `levels` contains `worst`, that must be proven optimal too,
    and keeping pairs of an earlier result must not have taken precedence over it. `levels` must be
    in the default order and contain no levels other than `placed`, `worst` and `total`.
    """
    outcomes = {level.name: level for level in result.levels}
    before = [level.name for level in result.levels]
    if tuple(levels) != tuple(one for one in _COMPARABLE_ORDER if one in levels):
        return False
    if not outcomes[ObjectiveLevel.PLACED].proven:
        return False
    if ObjectiveLevel.WORST not in levels:
        return True
    # Keeping pairs of an earlier result may have taken precedence over a better `worst`.
    kept_first = before[: before.index(ObjectiveLevel.WORST)]
    free = ObjectiveLevel.KEPT not in kept_first or outcomes[ObjectiveLevel.KEPT].value == 0
    return free and outcomes[ObjectiveLevel.WORST].proven


class RunnerUpBounds:
    """For each match, bounds on the best plan without it that preserves `placed` and `worst`."""

    def __init__(
        self,
        oracles: PricingOracles,
        chosen: Choice,
        allowed: NDArray[np.bool_],
        levels: Collection[ObjectiveLevel],
        deadline: Deadline,
    ) -> None:
        """Compute the bounds from the current plan `chosen` and the `allowed: bool[P]` pairs.

        Raises:
            CancelledError, DeadlineExceededError: see `Deadline.check`.
        """
        self._oracles = oracles
        self._chosen = chosen
        self._deadline = deadline
        problem = oracles.problem
        self._placed = int(problem.priority[problem.coachee[chosen]].sum())
        points = problem.points if ObjectiveLevel.TOTAL in levels else np.zeros_like(problem.points)
        unit = 1 + len(chosen)
        placement_value = _PLACEMENT_FACTOR * (1 + int(points.max(initial=0)))
        priority = problem.priority[problem.coachee]
        kept = np.zeros(problem.size, dtype=np.int64)
        kept[chosen] = 1
        self._profit = (placement_value * priority + points) * unit + kept
        if ObjectiveLevel.WORST in levels:
            allowed = allowed & (problem.points >= problem.points[chosen].min())
        pairs = np.flatnonzero(allowed)
        pricing_deadline = deadline.sub_deadline(_PRICING_TIME_SHARE)
        self._lagrangian = compute_lagrangian_bound(
            oracles, pairs, self._profit, chosen, unit=unit, deadline=pricing_deadline
        )
        self._residual_paths = ResidualPaths(self._lagrangian.flow, chosen)

    def by_residual_path(
        self, coachee: int, is_acceptable: Callable[[Choice], bool]
    ) -> Choice | None:
        """Return the plan that the coachee's residual path leads to, or `None`.

        The result is `None` if there is no such path, or if the plan is not proven optimal, not
        acceptable to `is_acceptable`, or impossible to schedule.
        """
        loss = self._residual_paths.loss(coachee)
        if loss >= NO_PATH:
            return None
        self._deadline.check()
        path = self._residual_paths.shortest_path(coachee)
        choice = path.apply(self._chosen)
        best = int(self._profit[choice].sum()) >= (self._lagrangian.bound - loss) // DUAL_SCALE
        if (
            best
            and self._is_acceptable(choice, is_acceptable)
            and not self._infeasible_coaches(choice, [*path.removed, *path.added])
            and not self._oracles.infeasible_linked_set(choice, self._deadline)
        ):
            return choice
        return None

    def _is_acceptable(self, choice: Choice, is_acceptable: Callable[[Choice], bool]) -> bool:
        """Return whether `choice` keeps the current value of `placed` and is acceptable."""
        problem = self._oracles.problem
        placed = int(problem.priority[problem.coachee[choice]].sum())
        return placed == self._placed and is_acceptable(choice)

    def _infeasible_coaches(self, choice: Choice, changed: Sequence[int]) -> list[int]:
        """Return the coaches who cannot schedule their pairs in `choice`.

        Only the coaches of `changed` pairs are checked.
        """
        coach = self._oracles.problem.coach
        return self._oracles.infeasible_coaches(
            choice[np.isin(coach[choice], coach[changed])], self._deadline
        )


def is_tractable(oracles: PricingOracles) -> bool:
    """Return whether all residual paths can be computed quickly and without overflow."""
    problem = oracles.problem
    placement_value = (
        (_PLACEMENT_FACTOR + 1)
        * (1 + int(problem.points.max(initial=0)))
        * int(problem.priority.max(initial=1))
    )
    most = DUAL_SCALE * placement_value * (1 + len(problem.priority))
    return len(problem.capacity) <= _MAX_COACHES and fits_integer_range(
        problem, most * (2 + len(problem.priority))
    )
