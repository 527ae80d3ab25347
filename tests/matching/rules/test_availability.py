"""The `availability` rule: evaluation in parts, for large rosters, gives the same points."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from coach.availability import WeeklyWindow
from matching.instance.availability_grid import build_availability_grid
from matching.rules import RuleInputs, availability
from matching.rules.availability import AvailabilityRule
from tests.matching.instances import random_cycle, random_roster
from tests.matching.rules.single_pair import pair_inputs


@pytest.mark.parametrize("seed", range(5))
def test_points_counted_in_small_parts_are_those_counted_at_once(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    random = Random(seed)
    roster = random_roster(random, 11, 7)
    cycle = random_cycle(random, roster)
    inputs = RuleInputs(roster, cycle, build_availability_grid(roster, cycle))
    rows, columns = np.ogrid[: len(roster.coachees), : len(roster.coaches)]
    at_once = AvailabilityRule(inputs).evaluate(rows, columns)
    monkeypatch.setattr(availability, "_CELLS_AT_ONCE", 15)
    monkeypatch.setattr(availability, "_ROWS_AT_ONCE", 3)
    in_parts = AvailabilityRule(inputs)
    assert in_parts.evaluate(rows, columns).tolist() == at_once.tolist()
    assert in_parts.evaluate(rows[:1], columns).tolist() == at_once[:1].tolist()
    assert at_once.any()


@pytest.mark.parametrize("count", range(1, 5))
def test_pairs_given_one_by_one_and_in_small_parts_have_the_points_of_the_block(
    monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    random = Random(1)
    roster = random_roster(random, 4, 4)
    cycle = random_cycle(random, roster)
    rule = AvailabilityRule(RuleInputs(roster, cycle, build_availability_grid(roster, cycle)))
    block = rule.evaluate(*np.ogrid[:4, :4])
    assert block.any()
    monkeypatch.setattr(availability, "_CELLS_AT_ONCE", 1)
    coachees, coaches = np.arange(count), np.arange(count)[::-1]
    assert rule.evaluate(coachees, coaches).tolist() == block[coachees, coaches].tolist()
    one = np.array([2])
    assert rule.evaluate(one, coaches).tolist() == block[2, coaches].tolist()
    assert rule.evaluate(coachees, one).tolist() == block[coachees, 2].tolist()


def test_all_start_times_of_sessions_count_if_there_is_a_contracting_session() -> None:
    week = {"availability": (WeeklyWindow(0, 0, 90),)}  # from the first start of the cycle
    points = []
    for contracting in (0, 45):
        sessions = {"count": 2, "contracting_minutes": contracting}
        inputs = pair_inputs(week, week, {"sessions": sessions})
        points.append(AvailabilityRule(inputs).evaluate(np.array([[0]]), np.array([[0]])).item())
    assert points == [62, 62], "25 Mondays of the 40 for full points"
