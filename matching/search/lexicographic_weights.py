"""Combines lexicographic objectives into a single integer weight for each pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.assignment.min_cost_flow import PairValues
from matching.instance.problem import MatchingProblem

_MAX_WEIGHT = 1 << 62


@dataclass(frozen=True, eq=False)
class Objective:
    """The sum of nonnegative weights over the chosen pairs, with a lower limit.

    Attributes:
        weights: `int64[P]`, the weight of each pair.
        minimum: the limit, 0 if the level has not been decided yet.
    """

    weights: NDArray[np.int64]
    minimum: int = 0


class LexicographicObjective:
    """A weighted sum of objectives that orders choices lexicographically.

    The first objective is the most important. One unit of an objective outweighs all later
    objectives together.

    Attributes:
        profit: `int64[P]`, the combined weights; empty if they do not fit into 64-bit integers.
        required: the profit of a choice that attains every `minimum` exactly.
        max_profit: the largest profit of a pair, or an upper bound if `profit` is empty.
    """

    def __init__(self, problem: MatchingProblem, objectives: Sequence[Objective]) -> None:
        self.required = 0
        self.max_profit = 0  # initially an upper bound, as an arbitrary-precision integer
        factor, factors = 1, []
        for objective in reversed(objectives):
            factors.append((factor, objective))
            self.required += factor * objective.minimum
            self.max_profit += factor * int(objective.weights.max(initial=0))
            factor *= 1 + objective_bound(problem, objective.weights)
        self.profit: PairValues = np.zeros(0, dtype=np.int64)
        if self.max_profit < _MAX_WEIGHT:
            self.profit = np.zeros(problem.size, dtype=np.int64)
            for factor, objective in factors:
                if objective.weights.any():  # otherwise the factor may overflow, and is not needed
                    self.profit += factor * objective.weights
            self.max_profit = int(self.profit.max(initial=0))


def objective_bound(problem: MatchingProblem, weights: NDArray[np.int64]) -> int:
    """Return an upper bound on the total weight of any choice.

    The bound is the sum of the coachees' largest weights, limited to as many coachees as the
    coaches' total capacity.
    """
    best = np.zeros(len(problem.priority), dtype=np.int64)
    np.maximum.at(best, problem.coachee, weights)
    return int(np.sort(best)[::-1][: int(problem.capacity.sum())].sum())


def meets_minimums(choice: NDArray[np.int64], objectives: Sequence[Objective]) -> bool:
    """Return whether a choice satisfies the minimum of every objective."""
    return all(
        int(objective.weights[choice].sum()) >= objective.minimum for objective in objectives
    )
