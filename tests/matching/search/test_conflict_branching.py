"""Bounds, residual paths and conflict branching against brute force, at random prices."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from random import Random

import numpy as np
import pytest

from matching.assignment.min_cost_flow import solve_flow
from matching.assignment.residual_paths import NO_PATH, ResidualPaths
from matching.deadline import Deadline
from matching.instance.availability_grid import build_availability_grid
from matching.instance.problem import build_problem
from matching.rules.evaluation import evaluate_pairs
from matching.search.column_generation import Choice, PricingOracles
from matching.search.conflict_branching import ConflictBranching, ReferencePlan
from matching.search.lagrangian_bound import DUAL_SCALE, CoachBounds, LagrangianBound
from tests.matching.roomy import sociable

_PLACEMENT_FACTOR = 1000  # a place, in points
_MOST = 300  # assignments

never = Deadline(lambda: 0.0, None, lambda: False)


def plans(oracles: PricingOracles) -> Iterator[Choice]:
    """Every choice that all coaches can hold."""
    coachee = oracles.problem.coachee
    options = [
        [-1, *np.flatnonzero(coachee == row)] for row in range(len(oracles.problem.priority))
    ]
    for pairs in product(*options):
        choice = np.array([pair for pair in pairs if pair >= 0], dtype=np.int64)
        if not oracles.infeasible_coaches(choice, never):
            yield choice


def at_any_price(random: Random, oracles: PricingOracles, worth: Choice) -> LagrangianBound:
    """The assignment relaxation at random prices of hours, usually too high or too low."""
    problem, scale = oracles.problem, DUAL_SCALE
    dearest = random.choice([1, 20, 300, 2000])
    pair_dual = np.array(
        [random.choice([0, 0, random.randrange(dearest * scale)]) for _ in range(problem.size)],
        dtype=np.int64,
    )
    coach_bounds = CoachBounds(oracles, pair_dual, range(len(problem.capacity)), scale)
    left = np.maximum(0, DUAL_SCALE * worth - pair_dual)
    flow = solve_flow(problem, np.arange(problem.size), left)
    coach_bound = sum(
        coach_bounds.max_dual_sum(coach, frozenset(), never)[0] for coach in coach_bounds.coaches
    )
    return LagrangianBound(worth, flow, coach_bound, coach_bounds)


@pytest.mark.parametrize("first", range(0, 60, 15))
def test_best_plan_without_a_pair_is_found_and_bounded_at_random_prices(first: int) -> None:
    proven = searched = 0
    for seed in range(first, first + 15):
        random = Random(seed)
        roster, cycle = sociable(random)
        free = build_availability_grid(roster, cycle)
        problem = build_problem(roster, cycle, free, evaluate_pairs(roster, cycle, free))
        oracles = PricingOracles(problem, 0)
        worth = problem.points + _PLACEMENT_FACTOR * problem.priority[problem.coachee]
        every = [(int(worth[choice].sum()), choice) for choice in plans(oracles)]
        best, chosen = max(every, key=lambda one: one[0])
        lagrangian = at_any_price(random, oracles, worth)
        assert lagrangian.bound >= DUAL_SCALE * best
        residual_paths = ResidualPaths(lagrangian.flow, chosen)
        more = random.choice([1, 30, 300]) * DUAL_SCALE
        search = ConflictBranching(
            ReferencePlan(oracles, lagrangian, chosen), residual_paths, more, never
        )
        for pair in chosen.tolist():
            coachee = int(problem.coachee[pair])
            others = [
                value
                for value, choice in every
                if coachee in problem.coachee[choice] and pair not in choice
            ]
            loss = residual_paths.loss(coachee)
            if loss >= NO_PATH:
                assert not others
                continue
            searched += bool(others)
            assert not others or DUAL_SCALE * max(others) <= lagrangian.bound - loss
            allowed = np.arange(problem.size) != pair
            found = search.best(coachee, allowed, lambda _choice: True, _MOST)
            assert found.bound >= max(others, default=0)
            if found.choice is not None:
                assert not oracles.infeasible_coaches(found.choice, never)
                assert pair not in found.choice
                assert coachee in problem.coachee[found.choice]
                assert found.worth == worth[found.choice].sum()
                assert found.worth <= max(others)
            if found.proven:
                proven += 1
                assert found.worth == max(others)
    assert proven > searched / 2 > 0
