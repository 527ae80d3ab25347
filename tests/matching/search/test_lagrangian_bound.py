"""The Lagrangian bound and the losses of residual paths, compared with brute force."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import numpy as np
import pytest

from matching.assignment.residual_paths import NO_PATH, ResidualPaths
from matching.search.column_generation import Choice, PricingOracles
from matching.search.lagrangian_bound import (
    DUAL_SCALE,
    LagrangianBound,
    bound_by_prices,
    compute_lagrangian_bound,
)
from tests.matching.plans import every_plan, never, oracles_of
from tests.matching.roomy import sociable

_PLACEMENT_FACTOR = 1000  # points for placing a coachee
_SEEDS = 15  # per test


@dataclass(frozen=True)
class Case:
    """A small instance with all feasible plans and their profit; `chosen` is an optimal plan."""

    oracles: PricingOracles
    profit: Choice
    plans: list[tuple[int, Choice]]
    chosen: Choice

    @property
    def best(self) -> int:
        return int(self.profit[self.chosen].sum())

    @property
    def pairs(self) -> Choice:
        return np.arange(self.oracles.problem.size)

    def best_alternative(self, pair: int) -> int | None:
        """Return the profit of the best plan that assigns a pair's coachee to another coach."""
        coachee = self.oracles.problem.coachee
        return max(
            (
                value
                for value, choice in self.plans
                if coachee[pair] in coachee[choice] and pair not in choice
            ),
            default=None,
        )


def random_case(random: Random) -> Case:
    roster, cycle = sociable(random)
    oracles = oracles_of(roster, cycle)
    problem = oracles.problem
    profit = problem.points + _PLACEMENT_FACTOR * problem.priority[problem.coachee]
    plans = [(int(profit[choice].sum()), choice) for choice in every_plan(oracles)]
    return Case(oracles, profit, plans, max(plans, key=lambda one: one[0])[1])


def at_random_prices(random: Random, case: Case) -> LagrangianBound:
    """Return the bound at random prices, which are usually far from optimal."""
    highest = random.choice([1, 20, 300, 2000]) * DUAL_SCALE
    prices = np.array(
        [random.choice([0, 0, random.randrange(highest)]) for _ in case.pairs], dtype=np.int64
    )
    return bound_by_prices(case.oracles, case.pairs, case.profit, prices, unit=1, deadline=never)


@pytest.mark.parametrize("first", range(0, 60, _SEEDS))
def test_bound_at_random_prices_is_valid_for_every_plan(first: int) -> None:
    bounded = 0
    for seed in range(first, first + _SEEDS):
        random = Random(seed)
        case = random_case(random)
        coachee = case.oracles.problem.coachee
        lagrangian = at_random_prices(random, case)
        assert lagrangian.bound >= DUAL_SCALE * case.best, seed
        residual_paths = ResidualPaths(lagrangian.flow, case.chosen)
        for pair in case.chosen.tolist():
            alternative = case.best_alternative(pair)
            loss = residual_paths.loss(int(coachee[pair]))
            if loss >= NO_PATH:
                assert alternative is None, seed
                continue
            assert alternative is None or DUAL_SCALE * alternative <= lagrangian.bound - loss, seed
            bounded += alternative is not None
            choice = residual_paths.shortest_path(int(coachee[pair])).apply(case.chosen)
            assert pair not in choice, seed
            assert coachee[pair] in coachee[choice], seed
            assert len(set(coachee[choice])) == len(choice), seed
    assert bounded > 0


def test_computed_prices_prove_most_best_alternatives() -> None:
    proven = searched = 0
    for seed in range(4 * _SEEDS):
        case = random_case(Random(seed))
        coachee = case.oracles.problem.coachee
        lagrangian = compute_lagrangian_bound(
            case.oracles, case.pairs, case.profit, case.chosen, unit=1, deadline=never
        )
        assert lagrangian.bound >= DUAL_SCALE * case.best, seed
        residual_paths = ResidualPaths(lagrangian.flow, case.chosen)
        for pair in case.chosen.tolist():
            alternative = case.best_alternative(pair)
            loss = residual_paths.loss(int(coachee[pair]))
            if alternative is None:
                continue
            searched += 1
            assert DUAL_SCALE * alternative <= lagrangian.bound - loss, seed
            choice = residual_paths.shortest_path(int(coachee[pair])).apply(case.chosen)
            value = int(case.profit[choice].sum())
            feasible = not case.oracles.infeasible_coaches(choice, never)
            if feasible and DUAL_SCALE * (value + 1) > lagrangian.bound - loss:
                assert value == alternative, seed
                proven += 1
    assert proven > searched / 2 > 0
