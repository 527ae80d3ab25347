"""Negotiation finds the timetables that exist where several coachees compete for days and weeks."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest

from matching.coach_timetable.feasibility_and_pricing import CoachOracle
from matching.coach_timetable.negotiated_congestion import LONG_EFFORT, negotiate
from tests.matching.crowded import crowded
from tests.matching.one_coach import assert_holds, calendars
from tests.matching.plans import never


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
