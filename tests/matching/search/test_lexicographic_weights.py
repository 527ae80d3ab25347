"""Combined weights order plans like a lexicographic comparison of the objectives."""

from __future__ import annotations

from random import Random

import numpy as np

from matching.search.lexicographic_weights import LexicographicObjective, Objective
from tests.matching.plans import every_plan, oracles_of
from tests.matching.roomy import sociable


def test_combined_weights_order_plans_by_one_objective_after_another() -> None:
    for seed in range(1, 6):
        random = Random(seed)
        oracles = oracles_of(*sociable(random))
        problem = oracles.problem
        first, second = (np.array(random.choices(range(4), k=problem.size)) for _ in range(2))
        combined = LexicographicObjective(problem, [Objective(first), Objective(second)])
        plans = list(every_plan(oracles))
        ranked = sorted(plans, key=lambda plan: (first[plan].sum(), second[plan].sum()))
        profits = [int(combined.profit[plan].sum()) for plan in ranked]
        assert profits == sorted(profits), seed
        assert combined.max_profit == combined.profit.max(), seed


def test_weights_that_exceed_64_bits_are_not_combined() -> None:
    problem = oracles_of(*sociable(Random(1))).problem
    huge = np.full(problem.size, 1 << 40)
    combined = LexicographicObjective(problem, [Objective(huge), Objective(huge)])
    assert not len(combined.profit)
    assert combined.max_profit > 1 << 80
