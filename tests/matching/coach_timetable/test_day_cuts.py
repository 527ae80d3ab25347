"""Day cuts compared with every set of candidates that fits the day."""

from __future__ import annotations

from itertools import combinations
from random import Random

import pytest

from matching.coach_timetable.day_cuts import DayCut, most_violated_cut
from matching.coach_timetable.feasibility_and_pricing import CoachOracle
from matching.coach_timetable.lagrangian_cut import LagrangianCut
from matching.coach_timetable.series_relaxation import SeriesRelaxation
from matching.coach_timetable.shared_capacity import SharedCapacity
from tests.matching.one_coach import tuesdays
from tests.matching.plans import never

EVERY_HOUR = [
    (540 + 30 * first, 720 - 30 * last) for first in range(4) for last in range(4 - first)
]
ALONE, EARLY, LATE = (570, 690), (540, 630), (630, 720)  # within 540 to 720


@pytest.mark.parametrize("seed", range(60))
def test_day_cut_with_lifted_candidates_is_valid_for_every_feasible_set(seed: int) -> None:
    random = Random(seed)
    windows = [random.choice(EVERY_HOUR) for _ in range(8)]
    windows = [(first, last) for first, last in windows if last - first >= 90]
    calendar = tuesdays(windows, 3, 1)
    everybody = range(len(windows))
    present = random.sample(everybody, min(5, len(windows)))
    load = {one: random.uniform(0.1, 1.0) for one in present}
    row = most_violated_cut(calendar, 0, load)
    if row is None:
        return
    assert sum(row.coefficient(one) * part for one, part in load.items()) > row.limit
    lifted = {one: row.coefficient(one) for one in random.sample(everybody, len(windows))}
    assert all(coefficient >= 0 for coefficient in lifted.values())
    for size in (1, 2, 3):
        for group in combinations(everybody, size):
            if calendar.fits(0, group):
                assert sum(lifted[one] for one in group) <= row.limit


@pytest.mark.parametrize("seed", range(10))
def test_limit_and_lifted_coefficient_are_the_tightest_that_are_valid(seed: int) -> None:
    random = Random(seed)
    windows = [random.choice(EVERY_HOUR) for _ in range(7)]
    windows = [(first, last) for first, last in windows if last - first >= 60]
    calendar = tuesdays(windows, 1, 1, minutes=60, buffer_minutes=0, grid_minutes=30)
    *others, lifted = range(len(windows))
    weight = {one: random.randint(0, 3) for one in others}
    groups = [group for size in range(4) for group in combinations(others, size)]

    def heaviest(*beside: int) -> int:
        """Return the greatest weight of `others` that fit the day together with `beside`."""
        fitting = [group for group in groups[1:] if calendar.fits(0, (*group, *beside))]
        return max((sum(weight[one] for one in group) for group in fitting), default=0)

    cut = DayCut(calendar, 0, weight)
    assert cut.limit == heaviest()
    assert cut.coefficient(lifted) == cut.limit - heaviest(lifted)


@pytest.mark.parametrize("seed", range(10))
def test_cut_from_some_candidates_excludes_no_feasible_set_of_others(seed: int) -> None:
    random = Random(seed)
    windows = [ALONE, EARLY, *(random.choice((ALONE, EARLY, LATE, (540, 720))) for _ in range(4))]
    calendar = tuesdays(windows, 1, 1)
    cuts = 0
    for wanted in combinations(range(6), 2):
        cut = SeriesRelaxation(calendar).decide(wanted, never)
        if isinstance(cut, LagrangianCut):
            cuts += 1
            for group in combinations(range(6), 2):
                if calendar.fits(0, group):
                    assert not cut.excludes(group)
    assert cuts > 0


@pytest.mark.parametrize("seed", range(40))
def test_convex_combination_of_feasible_sets_violates_no_cut(seed: int) -> None:
    random = Random(seed)
    windows = [random.choice((ALONE, EARLY, LATE, (540, 720), (540, 660))) for _ in range(6)]
    calendar = tuesdays(windows, 3, 1)
    fitting = [
        group
        for size in (1, 2)
        for group in combinations(range(6), size)
        if calendar.fits(0, group)
    ]
    shares = [random.random() for _ in range(4)]
    load = dict.fromkeys(range(6), 0.0)
    for share in shares:
        for one in random.choice(fitting):
            load[one] += share / sum(shares)
    assert most_violated_cut(calendar, 0, load) is None


def test_candidate_who_cannot_share_a_day_counts_twice() -> None:
    calendar = tuesdays([ALONE, EARLY, LATE, (540, 720)], 3, 1)
    row = most_violated_cut(calendar, 0, {0: 0.5, 1: 0.5, 2: 0.5, 3: 0.5})
    assert row is not None
    assert [row.coefficient(one) / row.limit for one in range(4)] == [1, 0.5, 0.5, 0.5]
    assert row.limit > 0


def test_row_of_a_day_cut_weighs_the_sessions_of_its_day() -> None:
    calendar = tuesdays([ALONE, EARLY, LATE, (540, 720)], 3, 1)
    cut = most_violated_cut(calendar, 0, dict.fromkeys(range(4), 0.5))
    assert cut is not None
    everywhere = [(one, position) for position in range(3) for one in range(4)]
    row = SharedCapacity.of_cut(calendar, cut, everywhere)
    assert row.limit == cut.limit
    assert row.pairs == [(one, 0) for one in range(4)]
    weights = [row.coefficient(calendar, pair) for pair in row.pairs]
    assert weights == [cut.coefficient(one) for one in range(4)]


def test_relaxation_excludes_set_that_needs_too_many_days() -> None:
    # The coachee who cannot share a day needs three of six Tuesdays; the others need four.
    windows = [ALONE, EARLY, LATE, EARLY, LATE]
    calendar = tuesdays(windows, 6, 3)
    counted = 3 + (3 * 4) // 2
    assert counted > calendar.positions
    answer = SeriesRelaxation(calendar).decide(range(5), never)
    assert isinstance(answer, LagrangianCut)
    assert answer.excludes(range(5))
    oracle = CoachOracle(calendar)
    assert oracle.can_hold(0b00111, never)
    assert not answer.excludes(range(3))
