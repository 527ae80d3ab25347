"""Sets found by greedy insertion and by CP-SAT, compared with all sets of tiny calendars."""

from __future__ import annotations

from random import Random

import pytest

from matching.coach_timetable.feasibility_and_pricing import CoachOracle
from matching.coach_timetable.positions import members
from matching.coach_timetable.set_pricing import price_by_cp_sat, total
from tests.matching.one_coach import calendars
from tests.matching.plans import never
from tests.matching.roomy import sociable


@pytest.mark.parametrize("seed", range(12))
def test_pricing_by_cp_sat_finds_a_set_above_the_threshold_if_one_exists(seed: int) -> None:
    random = Random(seed)
    for calendar in calendars(*sociable(random)):
        oracle = CoachOracle(calendar, 0)
        profit = {one: random.uniform(0.1, 3.0) for one in range(len(calendar.coachees))}
        sets = [some for some in range(1 << len(profit)) if oracle.can_hold(some, never)]
        best = max(total(some, profit) for some in sets)
        placed = price_by_cp_sat(calendar, profit, 0.9 * best, never, seed=0)
        assert placed is not None
        found = sum(1 << one for one in placed)
        assert found in sets
        assert total(found, profit) > 0.89 * best
        assert price_by_cp_sat(calendar, profit, best + 0.01, never, seed=0) is None


def test_sets_found_by_heuristics_are_feasible_and_exceed_the_threshold() -> None:
    some_found = 0
    for random in map(Random, range(12)):
        for calendar in calendars(*sociable(random)):
            exact, oracle = CoachOracle(calendar, 0), CoachOracle(calendar, 0)
            profit = {one: random.uniform(0.1, 3.0) for one in range(len(calendar.coachees))}
            threshold = 0.9 * max(profit.values())
            for _ in range(2):  # from an empty oracle, then from the sets it knows
                for found in oracle.improving_sets(profit, threshold, never):
                    some_found += 1
                    assert exact.can_hold(found, never)
                    assert total(found, profit) > threshold
                    assert {*members(found)} <= {*profit}
    assert some_found > 20


def test_answer_within_limited_effort_agrees_with_the_exact_answer() -> None:
    for seed in range(12):
        for calendar in calendars(*sociable(Random(seed))):
            limited, exact = CoachOracle(calendar, 0), CoachOracle(calendar, 0)
            for wanted in range(1 << len(calendar.coachees)):
                assert limited.can_hold_within(wanted, never) == exact.can_hold(wanted, never)
