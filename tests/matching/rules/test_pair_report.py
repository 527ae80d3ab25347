from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings

from matching.instance.availability_grid import build_availability_grid
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator
from matching.rules.pair_report import pair_rows
from tests.matching.instances import random_cycle, random_roster, randoms
from tests.matching.reference import blocking_rules, can_meet


@pytest.mark.slow
@given(randoms)
@settings(max_examples=50, deadline=None)
def test_pair_report_lists_everything_that_blocks_each_pair(random: Random) -> None:
    roster = random_roster(random, 4, 3)
    cycle = random_cycle(random, roster)
    rows = list(pair_rows(roster, cycle))
    pairs = [(coachee, coach) for coachee in roster.coachees for coach in roster.coaches]
    for row, (coachee, coach) in zip(rows, pairs, strict=True):
        blocked = blocking_rules(coachee, coach, cycle)
        if not can_meet(coachee, coach, cycle):
            blocked.append("schedule")
        assert (row.coachee, row.coach) == (coachee.id, coach.id)
        assert list(row.blocked_by) == blocked
        assert row.eligible == (not blocked)
        assert (row.points is None) == bool(blocked)


def test_eligible_pair_is_reported_with_its_points() -> None:
    roster = random_roster(Random(1), 6, 5)
    cycle = random_cycle(Random(1), roster)
    inputs = RuleInputs(roster, cycle, build_availability_grid(roster, cycle))
    evaluator = RuleEvaluator(inputs)
    pairs = [(i, j) for i in range(6) for j in range(5)]
    points = [
        sum(one.points * one.weight for one in evaluator.verdicts(*pair)) if row.eligible else None
        for row, pair in zip(pair_rows(roster, cycle), pairs, strict=True)
    ]
    assert len(set(points)) > 4
    assert [row.points for row in pair_rows(roster, cycle)] == points


def test_pair_report_without_people_on_a_side_is_empty() -> None:
    roster = random_roster(Random(2), 3, 0)
    assert not list(pair_rows(roster, random_cycle(Random(2), roster)))
