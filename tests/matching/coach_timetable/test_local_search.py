"""Local search respects the coach's daily and weekly limits."""

from __future__ import annotations

from random import Random

from matching.coach_timetable.best_timetable import improve_by_local_search
from matching.coach_timetable.feasibility_and_pricing import CoachOracle
from matching.coach_timetable.quality import Quality
from matching.coach_timetable.subproblem import build_subproblem
from tests.matching.crowded import crowded
from tests.matching.one_coach import assert_holds, calendars
from tests.matching.plans import never


def test_improved_timetables_respect_all_limits() -> None:
    improved: list[tuple[bool, bool]] = []  # positions are days, a week can bind
    for seed in range(150):
        roster, cycle = crowded(Random(seed))
        quality = Quality(roster, cycle)
        for calendar in calendars(roster, cycle):
            oracle = CoachOracle(calendar, 0)
            everybody = (1 << len(calendar.coachees)) - 1
            placed = oracle.positions(oracle.maximal_subset(everybody, never), never)
            subproblem = build_subproblem(calendar, quality, placed, {})
            better = improve_by_local_search(subproblem, never)
            positions = [[option.position for option in options] for options in better.timetable]
            assert_holds(calendar, dict(zip(placed, positions, strict=True)))
            if better.cost < subproblem.total_cost(subproblem.initial):
                improved.append((calendar.by_day, calendar.week_can_bind))
    assert len(set(improved)) == 4
