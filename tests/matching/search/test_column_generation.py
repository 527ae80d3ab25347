"""The bounds of the LP relaxation while sets are generated."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from coach.cycle import Cycle
from coach.people import Roster
from matching.assignment.restricted_master import LpSolution
from matching.coach_timetable.feasibility_and_pricing import CoachOracle
from matching.deadline import Deadline
from matching.search.column_generation import ColumnGeneration, PricingOracles
from tests.matching.comparison import contracting
from tests.matching.problem import problem_of
from tests.matching.roomy import sociable

_SEEDS = 40
_TOLERANCE = 1e-4  # a millionth for each coach

never = Deadline(lambda: 0.0, None, lambda: False)


def instance(seed: int, *, with_contracting: bool) -> tuple[Roster, Cycle]:
    return contracting(seed)[:2] if with_contracting else sociable(Random(seed))


@pytest.mark.parametrize("with_contracting", [False, True])
def test_value_and_excess_are_a_bound_while_sets_are_priced_exactly(
    monkeypatch: pytest.MonkeyPatch, *, with_contracting: bool
) -> None:
    monkeypatch.setattr(
        CoachOracle, "improving_sets", lambda *_arguments: []
    )  # turns the heuristics off
    bounds_found = 0
    for seed in range(_SEEDS):
        problem = problem_of(*instance(seed, with_contracting=with_contracting))
        if not problem.size:
            continue
        everything = np.ones(problem.size, dtype=np.bool_)
        nobody = np.zeros(len(problem.priority), dtype=np.bool_)
        generation = ColumnGeneration(PricingOracles(problem, 0), [], everything, nobody, never)
        generation.expand(sorted({*problem.coach.tolist()}), np.arange(problem.size))
        weights = Random(seed).choices(range(1, 30), k=problem.size)
        generation.set_objective(np.array(weights, dtype=float))
        bounds: list[float] = []

        def record(solution: LpSolution, to: list[float] = bounds) -> bool:
            to.append(solution.value + solution.excess)
            return False

        optimum = generation.solve_relaxation(nobody, everything, record)
        assert optimum is not None
        assert min(bounds, default=optimum.value) >= optimum.value - _TOLERANCE, seed
        bounds_found += sum(np.isfinite(bounds))
    assert bounds_found > 0
