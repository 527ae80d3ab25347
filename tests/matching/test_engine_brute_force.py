"""The engine's values against every assignment and every timetable of tiny programmes.

`python -m tests.bench.brute_force` does the same with as many seeds as wanted.
"""

from __future__ import annotations

import pytest

from tests.matching.comparison import (
    SeriesLp,
    differences,
    earlier_result,
    every_rule,
    large_sets,
    many_places,
    scarce_time,
)


def assert_best(instance: SeriesLp) -> None:
    assert list(differences(*instance)) == []


@pytest.mark.parametrize("seed", range(160))
def test_scarce_time(seed: int) -> None:
    assert_best(scarce_time(seed))


@pytest.mark.parametrize("seed", range(60))
def test_many_places_with_few_coaches(seed: int) -> None:
    assert_best(many_places(seed))


@pytest.mark.parametrize("seed", range(60))
def test_every_rule(seed: int) -> None:
    assert_best(every_rule(seed))


@pytest.mark.parametrize("seed", range(40))
def test_an_earlier_result_is_kept_where_it_can_be(seed: int) -> None:
    assert_best(earlier_result(seed))


@pytest.mark.parametrize("seed", range(40))
def test_large_sets(seed: int) -> None:
    assert_best(large_sets(seed))
