"""Known maxima of pricing problems, compared with the maximum over all sets of a family."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest

from matching.coach_timetable.known_maxima import KnownMaxima

_CANDIDATES = 7


def _greatest(family: list[tuple[int, ...]], profit: dict[int, float]) -> float:
    return max(sum(profit.get(one, 0.0) for one in held) for held in family)


@pytest.mark.parametrize("seed", range(20))
def test_only_thresholds_that_no_set_exceeds_are_ruled_out(seed: int) -> None:
    random = Random(seed)
    most = random.randint(1, 4)
    family = [
        held
        for size in range(most + 1)
        for held in combinations(range(_CANDIDATES), size)
        if random.random() < 1 / 2 or not size
    ]
    maxima, ruled_out = KnownMaxima(most), 0
    for _ in range(40):
        profit = {
            one: float(random.randint(1, 9))
            for one in range(_CANDIDATES)
            if random.random() < 2 / 3
        }
        greatest = _greatest(family, profit)
        for threshold in (greatest - 1, greatest, greatest + random.randint(1, 9)):
            if maxima.rule_out(profit, threshold):
                assert greatest <= threshold
                ruled_out += 1
        maxima.add(profit, greatest)
        assert maxima.rule_out(profit, greatest)
        assert not maxima.rule_out(profit, greatest - 1)
    assert ruled_out > 0
