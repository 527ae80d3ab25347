"""Pins that are possible individually, but not together."""

from __future__ import annotations

from random import Random

import pytest

from matching.errors import ImpossiblePin, ImpossiblePinsError
from matching.facts import runs as facts
from matching.instance.availability_grid import build_availability_grid
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator
from matching.search.pins import pinned_choice
from tests.matching.crowded import crowded
from tests.matching.plans import never, oracles_of


def test_pins_that_a_coach_cannot_schedule_together_are_all_reported() -> None:
    named = 0
    for seed in range(60):
        roster, cycle = crowded(Random(seed))
        coach = roster.coaches[-1].model_copy(update={"capacity": 5})
        roster = roster.model_copy(update={"coaches": (*roster.coaches[:-1], coach)})
        pins = {coachee.id: coach.id for coachee in roster.coachees}
        cycle = cycle.model_copy(update={"pins": pins, "bans": {}})
        oracles = oracles_of(roster, cycle)
        pinned = oracles.problem.pinned.nonzero()[0]
        if len(pinned) < len(pins) or not oracles.infeasible_coaches(pinned, never):
            continue
        inputs = RuleInputs(roster, cycle, build_availability_grid(roster, cycle))
        with pytest.raises(ImpossiblePinsError) as raised:
            pinned_choice(RuleEvaluator(inputs), oracles, never)
        assert {(one.coachee, one.coach) for one in raised.value.pins} == set(pins.items()), seed
        named += 1
    assert named > 0


def test_pins_of_unknown_people_name_who_is_unknown() -> None:
    roster, cycle = crowded(Random(0))
    coachee, coach = roster.coachees[0].id, roster.coaches[0].id
    cycle = cycle.model_copy(update={"pins": {"nobody": coach, coachee: "nobody"}})
    inputs = RuleInputs(roster, cycle, build_availability_grid(roster, cycle))
    with pytest.raises(ImpossiblePinsError) as raised:
        pinned_choice(RuleEvaluator(inputs), oracles_of(roster, cycle), never)
    assert raised.value.pins == (
        ImpossiblePin("nobody", coach, facts.NO_COACHEE(coachee="nobody")),
        ImpossiblePin(coachee, "nobody", facts.NO_COACH(coach="nobody")),
    )
