"""The judgement of a single pair, compared with that of the whole cycle."""

from __future__ import annotations

from random import Random

import numpy as np
from hypothesis import given, settings

from coach.texts.renderer import english
from matching.facts.rules import BANNED
from matching.instance.availability_grid import build_availability_grid
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator
from matching.rules.objections import PairJudgement, all_reasons, objections
from matching.rules.schedule import can_meet
from tests.matching.instances import random_cycle, random_roster, randoms


@settings(max_examples=10, deadline=None)
@given(randoms)
def test_single_pair_is_judged_as_in_the_whole_cycle(random: Random) -> None:
    roster = random_roster(random, 3, 3)
    cycle = random_cycle(random, roster)
    inputs = RuleInputs(roster, cycle, build_availability_grid(roster, cycle))
    evaluator = RuleEvaluator(inputs)
    for row, coachee in enumerate(roster.coachees):
        for column, coach in enumerate(roster.coaches):
            pair = PairJudgement(roster, cycle, coachee.id, coach.id)
            assert pair.objections() == evaluator.objections(row, column)
            assert objections(roster, cycle, coachee.id, coach.id) == pair.objections()
            at = np.array([row], dtype=np.int32), np.array([column], dtype=np.int32)
            assert pair.can_place_sessions() is bool(can_meet(inputs, *at)[0])


def test_reasons_of_several_rules_are_one_text_with_their_names() -> None:
    found = {"ban": BANNED(), "rank": BANNED()}
    text = "ban: ruled out by the programme office; rank: ruled out by the programme office"
    assert english(all_reasons(found)) == text
