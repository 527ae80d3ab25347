"""The engine's values compared with brute force over assignments and timetables.

`python -m tests.bench.brute_force` runs the same comparison for any number of seeds.
"""

from __future__ import annotations

import pytest

from tests.matching.comparison import (
    Instance,
    contracting,
    differences,
    earlier_result,
    every_rule,
    large_sets,
    many_places,
    one_human,
    repeated_pairs,
    scarce_time,
)
from tests.seeds import seeds


def assert_optimal(instance: Instance) -> None:
    assert list(differences(*instance)) == []


@pytest.mark.parametrize("seed", seeds(range(80)))
def test_engine_is_optimal_if_time_is_scarce(seed: int) -> None:
    assert_optimal(scarce_time(seed))


@pytest.mark.parametrize("seed", seeds(range(60)))
def test_engine_is_optimal_with_few_coaches_of_large_capacity(seed: int) -> None:
    assert_optimal(many_places(seed))


@pytest.mark.parametrize("seed", seeds(range(60)))
def test_engine_is_optimal_under_every_rule(seed: int) -> None:
    assert_optimal(every_rule(seed))


@pytest.mark.parametrize("seed", seeds(range(40)))
def test_engine_keeps_as_many_earlier_pairs_as_possible(seed: int) -> None:
    assert_optimal(earlier_result(seed))


@pytest.mark.parametrize("seed", seeds(range(40)))
def test_engine_is_optimal_with_large_sets_of_coachees(seed: int) -> None:
    assert_optimal(large_sets(seed))


@pytest.mark.parametrize("seed", seeds(range(100)))
def test_engine_is_optimal_if_people_are_coachee_and_coach_at_once(seed: int) -> None:
    assert_optimal(one_human(seed))


@pytest.mark.parametrize("seed", seeds(range(80)))
def test_engine_avoids_and_forbids_pairs_of_earlier_cycles(seed: int) -> None:
    assert_optimal(repeated_pairs(seed))


# Seeds that place somebody, and are quick.
@pytest.mark.parametrize("seed", seeds([1, 2, 4, 7, 9, 10, 13, 18, 21, 24, 30, 31, 32, 33, 36]))
def test_engine_is_optimal_with_contracting_sessions(seed: int) -> None:
    assert_optimal(contracting(seed))
