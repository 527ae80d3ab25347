"""Branch and price under floors, compared with all feasible choices."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from random import Random
from typing import NamedTuple

import numpy as np
import pytest

from matching.assignment.restricted_master import FloorConstraint, LpSolution, PairWeights
from matching.deadline import Deadline, DeadlineExceededError
from matching.search.branch_and_price import integer_bound, maximise
from matching.search.column_generation import Choice, ColumnGeneration, PricingOracles
from tests.matching.problem import problem_of
from tests.matching.roomy import sociable

_SEEDS = 30  # per test

never = Deadline(lambda: 0.0, None, lambda: False)
passed = Deadline(lambda: 0.0, 0.0, lambda: False)


class Case(NamedTuple):
    """An objective to maximise under floors, and the oracles of the instance."""

    oracles: PricingOracles
    objective: PairWeights
    floors: list[FloorConstraint]

    def generation(self, deadline: Deadline = never) -> ColumnGeneration:
        """Return a column generation over all pairs, without must-place coachees."""
        problem = self.oracles.problem
        everything = np.ones(problem.size, dtype=np.bool_)
        nobody = np.zeros(len(problem.priority), dtype=np.bool_)
        return ColumnGeneration(self.oracles, self.floors, everything, nobody, deadline)


def random_case(seed: int) -> Case:
    """Return a small instance whose floors usually make the LP optimum fractional."""
    random = Random(seed)
    roster, cycle = sociable(random)
    problem = problem_of(roster, cycle)

    def weights(low: int, high: int) -> PairWeights:
        return np.array([random.randrange(low, high) for _ in range(problem.size)], dtype=float)

    objective = weights(1, 30)
    floors = [FloorConstraint(weights(-20, 21), random.randrange(20)) for _ in range(3)]
    return Case(PricingOracles(problem, 0), objective, floors)


def best_value(case: Case) -> int | None:
    """Return the value of the best choice by enumeration, or `None` if none is feasible."""
    coachee = case.oracles.problem.coachee
    options = [
        [-1, *np.flatnonzero(coachee == row)] for row in range(len(case.oracles.problem.priority))
    ]
    choices: list[Choice] = [
        np.array([pair for pair in pairs if pair >= 0], dtype=np.int64)
        for pairs in product(*options)
    ]
    choices.sort(key=lambda choice: -float(case.objective[choice].sum()))
    return next((int(case.objective[one].sum()) for one in choices if is_feasible(case, one)), None)


def is_feasible(case: Case, choice: Choice) -> bool:
    """Return whether a choice satisfies all floors and every coach's set is feasible."""
    above = all(floor.weights[choice].sum() >= floor.minimum for floor in case.floors)
    return above and not case.oracles.infeasible_coaches(choice, never)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 180, _SEEDS))
def test_best_choice_under_floors_is_found_and_proven(first: int) -> None:
    assert_proven(range(first, first + _SEEDS))


def test_best_choice_that_only_a_branch_with_a_required_pair_contains_is_found() -> None:
    assert_proven((5518, 5579, 6818))


def assert_proven(seeds: Iterable[int]) -> None:
    for seed in seeds:
        case = random_case(seed)
        best = best_value(case)
        bounds: list[int] = []
        found = maximise(
            case.generation(),
            case.objective,
            None,
            lambda _value, bound, to=bounds: to.append(bound),
        )
        if best is None:
            assert (found.choice, found.value, found.bound) == (None, -1, -1), seed
            continue
        assert found.choice is not None, seed
        assert is_feasible(case, found.choice), seed
        assert found.value == case.objective[found.choice].sum(), seed
        assert (found.value, found.bound, found.proven) == (best, best, True), seed
        assert min(bounds, default=best) >= best, seed


def test_target_is_reached_or_proven_unreachable() -> None:
    for seed in range(_SEEDS):
        case = random_case(seed)
        best = best_value(case)
        if best is None:
            continue
        for target in (best, best + 1):
            found = maximise(
                case.generation(), case.objective, None, lambda _v, _b: None, target=target
            )
            assert (found.value >= target) == (target == best), seed
            assert found.bound >= best or found.bound < target, seed


def test_reported_values_increase_and_bounds_decrease() -> None:
    for seed in range(_SEEDS):
        case = random_case(seed)
        reports: list[tuple[int, int]] = []
        found = maximise(
            case.generation(),
            case.objective,
            None,
            lambda value, bound, to=reports: to.append((-1 if value is None else value, bound)),
        )
        values, bounds = [value for value, _ in reports], [bound for _, bound in reports]
        assert values == sorted(values), seed
        assert bounds == sorted(bounds, reverse=True), seed
        assert reports[-1] == (found.value, found.bound), seed


def test_search_out_of_time_keeps_its_start_with_a_known_bound() -> None:
    case = random_case(5)
    start = maximise(case.generation(), case.objective, None, lambda _value, _bound: None).choice
    assert start is not None
    value = int(case.objective[start].sum())
    for bound in (value, value + 1):
        found = maximise(
            case.generation(passed), case.objective, start, lambda _value, _bound: None, bound=bound
        )
        assert (found.value, found.bound, found.proven) == (value, bound, bound == value)
        assert found.choice is start


def test_search_out_of_time_without_a_choice_is_stopped() -> None:
    case = random_case(5)
    with pytest.raises(DeadlineExceededError):
        maximise(case.generation(passed), case.objective, None, lambda _value, _bound: None)


@pytest.mark.parametrize(
    ("value", "expanded", "coachees", "expected"),
    [
        (9.9, 0, 0, 9),
        (10 - 5e-5, 100, 0, 10),  # the sets of a hundred coaches, each priced within tolerance
        (10 - 5e-5, 0, 1000, 10),  # a thousand pairs, each within the solver's tolerance
        (1e6 - 5e-4, 0, 0, 1_000_000),  # the relative precision of a large sum
        (1e6 - 2e-3, 0, 0, 999_999),
    ],
)
def test_linear_optimum_just_below_an_integer_is_bounded_by_it(
    value: float, expanded: int, coachees: int, expected: int
) -> None:
    solution = LpSolution(value, np.zeros(0), {}, dict.fromkeys(range(expanded), 0.0))
    assert integer_bound(solution, coachees) == expected
