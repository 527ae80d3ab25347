"""Negotiated congestion, compared with enumeration where coachees compete for days and weeks."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest

from matching.coach_timetable.feasibility_and_pricing import CoachOracle
from matching.coach_timetable.negotiated_congestion import LONG_EFFORT, SeriesPlanner, negotiate
from tests.matching.crowded import crowded
from tests.matching.one_coach import assert_holds, calendars, chains
from tests.matching.plans import never


@pytest.mark.parametrize("seed", range(20))
def test_planned_series_has_the_least_cost_of_all(seed: int) -> None:
    random = Random(seed)
    for calendar in calendars(*crowded(random)):
        cost = [random.random() for _ in range(calendar.positions)]
        for one in range(len(calendar.coachees)):
            series = SeriesPlanner(calendar, one).cheapest(cost)
            least = min(
                sum(cost[position] for position in chain) for chain in chains(calendar, one)
            )
            assert sum(cost[position] for position in series) == pytest.approx(least)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, 400, 100))
def test_timetable_is_found_exactly_where_one_exists(first: int) -> None:
    found_under_weekly_cap = 0
    for seed in range(first, first + 100):
        for calendar in calendars(*crowded(Random(seed))):
            if not calendar.by_day:
                continue
            oracle = CoachOracle(calendar, 0)
            everybody = range(len(calendar.coachees))
            for size in range(2, 1 + min(len(everybody), calendar.max_coachees)):
                for wanted in combinations(everybody, size):
                    found = negotiate(calendar, {}, wanted, LONG_EFFORT)
                    possible = oracle.can_hold(sum(1 << one for one in wanted), never)
                    assert (found is not None) == possible, (seed, calendar.coach, wanted)
                    if found is not None:
                        assert_holds(calendar, found)
                        found_under_weekly_cap += calendar.week_can_bind
    assert found_under_weekly_cap > 0
