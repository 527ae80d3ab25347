"""Several sums in the order of their importance, as one whole number for each pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.assignment.min_cost_flow import Worth
from matching.instance.problem import Problem

_INTEGERS = 1 << 62


@dataclass(frozen=True, eq=False)
class Aim:
    """One sum over the chosen pairs: `weights: int64[P]`, not negative, and what it has to reach.

    `least` is 0 for a sum that is not decided yet.
    """

    weights: NDArray[np.int64]
    least: int = 0


class Stack:
    """Aims from the most to the least important, each worth more than all after it together.

    Attributes:
        worth: `int64[P]`.
        required: what a choice that reaches every `least` is worth at least.
        most_worth: the largest worth of a pair.
    """

    def __init__(self, problem: Problem, aims: Sequence[Aim]) -> None:
        self.required = 0
        self.most_worth = 0  # an upper bound, while sums might not fit the integers below
        factor, factors = 1, []
        for aim in reversed(aims):
            factors.append((factor, aim))
            self.required += factor * aim.least
            self.most_worth += factor * int(aim.weights.max(initial=0))
            factor *= 1 + most(problem, aim.weights)
        self.worth: Worth = np.zeros(0, dtype=np.int64)
        if self.most_worth < _INTEGERS:
            self.worth = np.zeros(problem.size, dtype=np.int64)
            for factor, aim in factors:
                if aim.weights.any():  # a factor before nothing may be beyond all integers
                    self.worth += factor * aim.weights
            self.most_worth = int(self.worth.max(initial=0))


def most(problem: Problem, weights: NDArray[np.int64]) -> int:
    """What no choice exceeds: everybody's best pair, within the places there are."""
    best = np.zeros(len(problem.priority), dtype=np.int64)
    np.maximum.at(best, problem.coachee, weights)
    return int(np.sort(best)[::-1][: int(problem.capacity.sum())].sum())


def reaches(choice: NDArray[np.int64], aims: Sequence[Aim]) -> bool:
    """Whether a choice reaches the least of every aim."""
    return all(int(aim.weights[choice].sum()) >= aim.least for aim in aims)
