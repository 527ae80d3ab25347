"""Shortest paths of a series, compared with an enumeration of all series."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

from matching.coach_timetable.quality import Quality
from matching.coach_timetable.shortest_path import (
    INFINITE_COST,
    cheapest_series,
    least_cost,
    path_costs,
)
from matching.coach_timetable.subproblem import CoachSubproblem, build_subproblem
from tests.matching.coach_timetable.test_best_timetable import with_quality
from tests.matching.one_coach import calendars, chains


def cost_of(subproblem: CoachSubproblem, cost: list[dict[int, int]], chain: list[int]) -> int:
    day = [subproblem.day[position] for position in chain]
    gaps = [subproblem.gaps[later - earlier] for earlier, later in pairwise(day)]
    own = [here[position] for here, position in zip(cost, chain, strict=True)]
    return sum(own) + 10 * sum(gaps)


@pytest.mark.parametrize("seed", range(30))
def test_costs_to_come_and_to_go_are_least_over_all_series(seed: int) -> None:
    random = Random(seed)
    roster, cycle = with_quality(random)
    for calendar in calendars(roster, cycle):
        subproblem = build_subproblem(calendar, Quality(roster, cycle), {}, {})
        series = chains(calendar, 0)
        cost = [
            {position: random.randrange(100) for position in number}
            for number in calendar.candidate(0).chain
        ]
        least = path_costs(subproblem, cost, 10)
        assert least.best == min(cost_of(subproblem, cost, chain) for chain in series)
        assert least_cost(subproblem, cost, 10) == least.best
        for place, here in enumerate(cost):
            for position in here:
                through = min(
                    cost_of(subproblem, cost, chain) for chain in series if chain[place] == position
                )
                come = least.cost_to_come[place][position]
                assert come + least.cost_to_go[place][position] == through


def test_series_without_sessions_costs_nothing() -> None:
    roster, cycle = with_quality(Random(1))
    subproblem = build_subproblem(calendars(roster, cycle)[0], Quality(roster, cycle), {}, {})
    assert cheapest_series(subproblem, ()) == ([], 0)
    assert path_costs(subproblem, ()).best == least_cost(subproblem, ()) == 0
    assert path_costs(subproblem, ({},)).best == least_cost(subproblem, ({},)) == INFINITE_COST
