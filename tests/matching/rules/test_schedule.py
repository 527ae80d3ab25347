"""Whether pairs can place their sessions, against the plain reference."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import numpy as np
from hypothesis import given, settings

from matching.instance.availability_grid import build_availability_grid
from matching.instance.partial_cycle import FixedHistory, UnderWay
from matching.rules import RuleInputs
from matching.rules.schedule import can_meet
from tests.matching import reference
from tests.matching.instances import START, random_cycle, random_roster, randoms

_PAIRS = ((3, 1), (0, 1), (3, 0), (1, 3))
"""Rows of some of the people, not in order."""


@given(randoms)
@settings(max_examples=25, deadline=None)
def test_some_pairs_can_meet_exactly_where_all_their_sessions_fit(random: Random) -> None:
    roster = random_roster(random, 4, 5)
    cycle = random_cycle(random, roster)
    inputs = RuleInputs(roster, cycle, build_availability_grid(roster, cycle))
    found = can_meet(inputs, *np.array(_PAIRS, dtype=np.int32).T)
    assert found.tolist() == [
        reference.can_meet(roster.coachees[row], roster.coaches[column], cycle)
        for row, column in _PAIRS
    ]


@given(randoms)
@settings(max_examples=25, deadline=None)
def test_some_pairs_of_a_cycle_under_way_can_meet_exactly_where_what_remains_fits(
    random: Random,
) -> None:
    roster = random_roster(random, 4, 5)
    cycle = random_cycle(random, roster)
    day = START + timedelta(random.choice([0, 3, 8]))
    reached = {one.id: random.choice(range(cycle.sessions.count)) for one in roster.coachees}
    history = FixedHistory(cycle, UnderWay(not_before=day, reached=reached), None)
    inputs = RuleInputs(roster, cycle, build_availability_grid(roster, cycle), history)
    found = can_meet(inputs, *np.array(_PAIRS, dtype=np.int32).T)
    dates = type(cycle.cycle).model_validate({**cycle.cycle.model_dump(), "start": day})
    for able, (row, column) in zip(found.tolist(), _PAIRS, strict=True):
        coachee, coach = roster.coachees[row], roster.coaches[column]
        count = cycle.sessions.count - reached[coachee.id]
        sessions = cycle.sessions.model_copy(update={"count": count})
        plain = cycle.model_copy(update={"cycle": dates, "sessions": sessions})
        assert able == reference.can_meet(coachee, coach, plain)
