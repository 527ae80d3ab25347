"""The assignment relaxation: its optimum and dual values, with and without sifting."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from matching.assignment.min_cost_flow import solve_flow
from matching.instance.problem import MatchingProblem
from tests.bench.instances import REGION, instance
from tests.matching.problem import problem_of


def region(coachees: int, coaches: int, seed: int) -> MatchingProblem:
    return problem_of(*instance(replace(REGION, coachees=coachees, coaches=coaches), seed))


@pytest.mark.parametrize("seed", range(12))
def test_sifting_reaches_the_optimum_over_all_pairs(seed: int) -> None:
    problem = region(120, 70, seed)
    draw = np.random.default_rng(seed)
    pairs = np.flatnonzero(draw.random(problem.size) < 0.9)
    # Few distinct values, so that there are many ties, and coaches whom all coachees prefer.
    profit = draw.integers(0, 5, problem.size)[pairs] + 3 * (problem.coach[pairs] % 7)
    rounds: list[int] = []
    whole = solve_flow(problem, pairs, profit)
    sifted = solve_flow(problem, pairs, profit, lambda: rounds.append(1), sifting_threshold=0)
    assert rounds
    assert sifted.value == whole.value == int(profit[np.isin(pairs, sifted.choice)].sum())
    assert sifted.loss.min() >= 0
    coachee_dual, place_dual = sifted.duals
    assert coachee_dual.sum() + place_dual @ problem.capacity == whole.value
    assert (np.bincount(problem.coach[sifted.choice], minlength=70) <= problem.capacity).all()
    assert len(np.unique(problem.coachee[sifted.choice])) == len(sifted.choice)


def test_duals_are_optimal_if_a_chain_connects_all_coaches() -> None:
    """Each coach is eligible for two consecutive coachees, and one coachee is left over."""
    coaches = 1_200
    coachee = np.repeat(np.arange(coaches + 1), 2)[1:-1]
    coach = np.repeat(np.arange(coaches), 2)
    chain = replace(
        region(4, 3, 1),
        priority=np.ones(coaches + 1, dtype=np.int64),
        capacity=np.ones(coaches, dtype=np.int64),
        coachee=coachee,
        coach=coach,
    )
    flow = solve_flow(chain, np.arange(len(coach)), np.full(len(coach), 7, dtype=np.int64))
    coachee_dual, place_dual = flow.duals
    assert coachee_dual.sum() + place_dual.sum() == flow.value == 7 * coaches


def test_flow_without_pairs_is_empty() -> None:
    problem = region(4, 3, 1)
    nothing = np.zeros(0, dtype=np.int64)
    assert solve_flow(problem, nothing, nothing, sifting_threshold=-1).value == 0
