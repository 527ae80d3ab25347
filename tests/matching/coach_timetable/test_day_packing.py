"""Packing the sessions of a day and conflict cliques, compared with enumeration."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise, product
from random import Random

import pytest

from matching.coach_timetable.day_packing import conflict_cliques, pack_starts
from tests.seeds import seeds


@pytest.mark.parametrize("seed", seeds(range(80)))
def test_day_packing_succeeds_if_and_only_if_sessions_fit(seed: int) -> None:
    random = Random(seed)
    options = tuple(
        tuple(sorted(random.sample(range(0, 300, 30), random.randint(1, 4))))
        for _ in range(random.randint(1, 4))
    )
    spacing_minutes = random.choice([60, 90])
    found = pack_starts(options, spacing_minutes)
    possible = any(are_apart(starts, spacing_minutes) for starts in product(*options))
    assert (found is not None) == possible
    if found is not None:
        assert are_apart(found, spacing_minutes)
        assert all(start in own for start, own in zip(found, options, strict=True))
    conflicts = {
        pair
        for pair in combinations(range(len(options)), 2)
        if pack_starts((options[pair[0]], options[pair[1]]), spacing_minutes) is None
    }
    cliques = conflict_cliques(options, spacing_minutes)
    assert {pair for clique in cliques for pair in combinations(clique, 2)} == conflicts


@pytest.mark.parametrize("seed", seeds(range(60)))
def test_day_packing_places_contracting_sessions_before_first_sessions(seed: int) -> None:
    random = Random(seed)
    options = tuple(
        tuple(sorted(random.sample(range(0, 240, 30), random.randint(1, 4)))) for _ in range(4)
    )
    order = random.choice(((1, -1, 0, 0), (2, 0, -2, 1), (-1, 2, 1, -2)))
    spacing = tuple(45 if label > 0 else 90 for label in order)

    def fit(starts: tuple[int, ...]) -> bool:
        ends = [start + own for start, own in zip(starts, spacing, strict=True)]
        return all(
            (ends[one] <= starts[other] and not order[one] == -order[other] < 0)
            or (ends[other] <= starts[one] and not order[other] == -order[one] < 0)
            for one, other in combinations(range(4), 2)
        )

    found = pack_starts(options, spacing, order)
    assert (found is not None) == any(map(fit, product(*options)))
    if found is not None:
        assert fit(found)
    cliques = conflict_cliques(options, spacing, order)
    conflicts = {pair for clique in cliques for pair in combinations(clique, 2)}
    for one, other in combinations(range(4), 2):
        own = (order[one], order[other]) if order[one] == -order[other] else ()
        starts = options[one], options[other]
        fits = pack_starts(starts, (spacing[one], spacing[other]), own) is not None
        assert ((one, other) in conflicts) == (not fits)


@pytest.mark.parametrize("seed", seeds(range(40)))
def test_conflict_cliques_are_the_maximal_ones(seed: int) -> None:
    random = Random(seed)
    options = tuple(
        tuple(sorted(random.sample(range(0, 300, 30), random.randint(1, 4)))) for _ in range(7)
    )

    def is_clique(group: tuple[int, ...]) -> bool:
        pairs = combinations((options[one] for one in group), 2)
        return all(pack_starts(pair, 90) is None for pair in pairs)

    groups = (group for size in range(2, 8) for group in combinations(range(7), size))
    cliques = set(filter(is_clique, groups))
    maximal = {one for one in cliques if not any(set(one) < set(other) for other in cliques)}
    assert sorted(conflict_cliques(options, 90)) == sorted(maximal)


def are_apart(starts: Sequence[int], spacing_minutes: int) -> bool:
    ordered = sorted(starts)
    return all(later - earlier >= spacing_minutes for earlier, later in pairwise(ordered))
