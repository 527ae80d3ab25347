"""Enumeration of all plans of a tiny instance."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from coach.cycle import Cycle
from coach.people import Roster
from matching.deadline import Deadline
from matching.instance.availability_grid import build_availability_grid
from matching.instance.problem import build_problem
from matching.rules.evaluation import evaluate_pairs
from matching.search.column_generation import Choice, PricingOracles

never = Deadline(lambda: 0.0, None, lambda: False)


def oracles_of(roster: Roster, cycle: Cycle) -> PricingOracles:
    """Return the oracles of all coaches."""
    free = build_availability_grid(roster, cycle)
    problem = build_problem(roster, cycle, free, evaluate_pairs(roster, cycle, free))
    return PricingOracles(problem, 0)


def every_plan(oracles: PricingOracles) -> Iterator[Choice]:
    """Yield every choice that all coaches can hold."""
    coachee = oracles.problem.coachee
    options = [
        [-1, *np.flatnonzero(coachee == row)] for row in range(len(oracles.problem.priority))
    ]
    for pairs in product(*options):
        choice = np.array([pair for pair in pairs if pair >= 0], dtype=np.int64)
        if not oracles.infeasible_coaches(choice, never):
            yield choice
