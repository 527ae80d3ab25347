"""Lexicographic objectives combined into one integer weight for each pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.assignment.min_cost_flow import Worth
from matching.instance.problem import MatchingProblem

_MAX_WEIGHT = 1 << 62


@dataclass(frozen=True, eq=False)
class Objective:
    """A sum over the chosen pairs, with nonnegative `weights: int64[P]` and a `minimum`.

    `minimum` is 0 for a sum that has not been decided yet.
    """

    weights: NDArray[np.int64]
    minimum: int = 0


class LexicographicObjective:
    """Objectives, most important first; each unit is worth more than all later sums together.

    Attributes:
        worth: `int64[P]`; empty if the weights do not fit 64-bit integers.
        required: the worth of a choice that exactly reaches every `minimum`.
        most_worth: the largest worth of a pair.
    """

    def __init__(self, problem: MatchingProblem, objectives: Sequence[Objective]) -> None:
        self.required = 0
        self.most_worth = 0  # first an upper bound, in arbitrary-precision integers
        factor, factors = 1, []
        for objective in reversed(objectives):
            factors.append((factor, objective))
            self.required += factor * objective.minimum
            self.most_worth += factor * int(objective.weights.max(initial=0))
            factor *= 1 + objective_bound(problem, objective.weights)
        self.worth: Worth = np.zeros(0, dtype=np.int64)
        if self.most_worth < _MAX_WEIGHT:
            self.worth = np.zeros(problem.size, dtype=np.int64)
            for factor, objective in factors:
                if objective.weights.any():  # the factor of an empty sum may overflow
                    self.worth += factor * objective.weights
            self.most_worth = int(self.worth.max(initial=0))


def objective_bound(problem: MatchingProblem, weights: NDArray[np.int64]) -> int:
    """Return an upper bound on a sum: each coachee's best pair, within the number of places."""
    best = np.zeros(len(problem.priority), dtype=np.int64)
    np.maximum.at(best, problem.coachee, weights)
    return int(np.sort(best)[::-1][: int(problem.capacity.sum())].sum())


def meets_minimums(choice: NDArray[np.int64], objectives: Sequence[Objective]) -> bool:
    """Whether a choice reaches the minimum of every objective."""
    return all(
        int(objective.weights[choice].sum()) >= objective.minimum for objective in objectives
    )
