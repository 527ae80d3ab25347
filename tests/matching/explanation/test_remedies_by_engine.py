"""Remedies found by the engine, verified against brute force over plans."""

from __future__ import annotations

from collections.abc import Collection
from random import Random

import pytest
from hypothesis import given, settings

from matching.deadline import Deadline
from matching.engine import SolveOptions, solve
from matching.explanation import explain_unmatched
from matching.instance.availability_grid import build_availability_grid
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator
from matching.search.placement_check import can_place_all
from tests.matching.instances import random_cycle, random_roster, randoms
from tests.matching.placing import can_place_all as place_all_by_trying


def clock() -> float:
    return 0.0


@pytest.mark.slow
@given(randoms)
@settings(max_examples=15, deadline=None)
def test_remedy_is_verified_if_and_only_if_some_plan_places_all(random: Random) -> None:
    roster = random_roster(random, 3, 2)
    cycle = random_cycle(random, roster)
    sessions = cycle.sessions.model_copy(update={"count": 2, "grid_minutes": 60})
    cycle = cycle.model_copy(update={"sessions": sessions})
    options = SolveOptions(explain=False)
    result = solve(roster, cycle, options=options, input_sha256="", clock=clock)

    def verified(inputs: RuleInputs, coachees: Collection[str]) -> bool:
        deadline = Deadline(clock, None, lambda: False)
        answer = can_place_all(inputs, coachees, seed=0, deadline=deadline)
        assert answer == place_all_by_trying(inputs, coachees)
        recomputed = build_availability_grid(inputs.roster, inputs.cycle)
        assert (recomputed.coachees == inputs.availability_grid.coachees).all()
        assert (recomputed.coaches == inputs.availability_grid.coaches).all()
        return answer

    evaluator = RuleEvaluator(RuleInputs(roster, cycle, build_availability_grid(roster, cycle)))
    entries = list(explain_unmatched(evaluator, result.matches, verified))
    assert [one.coachee for one in entries] == [one.coachee for one in result.unmatched]
    assert [one.funnel for one in entries] == [one.funnel for one in result.unmatched]
