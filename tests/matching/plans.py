"""Enumeration of every plan for a tiny instance."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from coach.cycle import Cycle
from coach.people import Roster
from matching.deadline import Deadline
from matching.search.column_generation import Choice, PricingOracles
from tests.matching.problem import problem_of

never = Deadline(lambda: 0.0, None, lambda: False)


def oracles_of(roster: Roster, cycle: Cycle) -> PricingOracles:
    """Return the oracles of all coaches."""
    return PricingOracles(problem_of(roster, cycle), 0)


def every_plan(oracles: PricingOracles) -> Iterator[Choice]:
    """Yield every choice whose sessions all coaches can schedule."""
    coachee = oracles.problem.coachee
    options = [
        [-1, *np.flatnonzero(coachee == row)] for row in range(len(oracles.problem.priority))
    ]
    for pairs in product(*options):
        choice = np.array([pair for pair in pairs if pair >= 0], dtype=np.int64)
        if not oracles.infeasible_coaches(choice, never):
            yield choice
