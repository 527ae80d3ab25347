"""The initial timetable of a subproblem, and the starts of a timetable."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from random import Random

import pytest

from coach.availability import WeeklyWindow
from coach.cycle import Cycle
from coach.people import Roster
from matching.coach_timetable.best_timetable import independent_costs
from matching.coach_timetable.feasibility_and_pricing import CoachOracle
from matching.coach_timetable.quality import Quality
from matching.coach_timetable.subproblem import build_subproblem, starts_of_options
from matching.deadline import SolverError
from tests.bench.instances import REGION, instance
from tests.matching.coach_timetable.test_best_timetable import with_quality
from tests.matching.crowded import crowded
from tests.matching.one_coach import calendars, chains, tuesdays, with_contracting
from tests.matching.plans import never
from tests.matching.roomy import sociable


@pytest.mark.parametrize("kind", [crowded, sociable])
def test_initial_timetable_fits_although_some_starts_cost_less(
    kind: Callable[[Random], tuple[Roster, Cycle]],
) -> None:
    shared_days = 0
    for seed in range(40):
        roster, cycle = kind(Random(seed))
        windows = tuple(WeeklyWindow(day, 540, 660) for day in range(5))
        policy = cycle.timetable.model_copy(update={"rhythm": 0, "preferred": windows, "hours": 40})
        quality = Quality(roster, cycle.model_copy(update={"timetable": policy}))
        for calendar in calendars(roster, cycle):
            oracle = CoachOracle(calendar, 0)
            everybody = (1 << len(calendar.coachees)) - 1
            placed = oracle.positions(oracle.maximal_subset(everybody, never), never)
            subproblem = build_subproblem(calendar, quality, placed, {})
            series = starts_of_options(subproblem, subproblem.initial)
            starts = sorted(start for one in series for start in one)
            spacing = calendar.spacing_minutes
            assert all(later - start >= spacing for start, later in pairwise(starts)), seed
            days = [calendar.day_of[start] for start in starts]
            shared_days += len(set(days)) < len(days)
    assert shared_days > 0


@pytest.mark.parametrize("seed", range(12))
def test_contracting_session_and_the_gap_after_it_cost_nothing(seed: int) -> None:
    roster, cycle = with_contracting(*with_quality(Random(seed)), seed % 3)
    quality = Quality(roster, cycle)
    for calendar in calendars(roster, cycle):
        row, coach, day = calendar.coachees[0], calendar.coach, calendar.position_day
        time = {
            position: min(
                ((day[position], start) for start in starts),
                key=lambda one: quality.session_cost(row, coach, one),
            )
            for position, starts in calendar.candidate(0).starts.items()
        }
        subproblem = build_subproblem(calendar, quality, {0: chains(calendar, 0)[0]}, {})
        assert independent_costs(subproblem) == [
            min(
                quality.fault_cost(row, coach, [time[position] for position in chain[1:]])
                for chain in chains(calendar, 0)
            )
        ]


def test_starts_of_sessions_that_do_not_fit_are_an_error() -> None:
    calendar = tuesdays([(540, 630), (540, 630)], 1, 1)
    quality = Quality(*instance(REGION, 1))
    subproblem = build_subproblem(calendar, quality, {0: [0], 1: [0]}, {})
    with pytest.raises(SolverError, match="do not fit"):
        starts_of_options(subproblem, subproblem.initial)
