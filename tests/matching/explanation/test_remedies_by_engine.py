"""What the engine says when a remedy is verified, held against trying every plan there is."""

from __future__ import annotations

from collections.abc import Collection
from random import Random

from hypothesis import given, settings

from matching.deadline import Watch
from matching.engine import SolveOptions, place_all, solve
from matching.explanation import explain_unmatched
from matching.instance.availability_grid import free_time
from matching.rules import Facts
from matching.rules.evaluation import Judges
from tests.matching.instances import random_cycle, random_roster, randoms
from tests.matching.placing import place_all as place_all_by_trying


def clock() -> float:
    return 0.0


@given(randoms)
@settings(max_examples=15, deadline=None)
def test_a_remedy_is_told_exactly_where_some_plan_places_everybody(random: Random) -> None:
    roster = random_roster(random, 3, 2)
    cycle = random_cycle(random, roster)
    sessions = cycle.sessions.model_copy(update={"count": 2, "grid_minutes": 60})
    cycle = cycle.model_copy(update={"sessions": sessions})
    options = SolveOptions(explain=False)
    result = solve(roster, cycle, options=options, input_sha256="", clock=clock)

    def verified(facts: Facts, coachees: Collection[str]) -> bool:
        watch = Watch(clock, None, lambda: False)
        answer = place_all(facts, coachees, options=options, watch=watch)
        assert answer == place_all_by_trying(facts, coachees)
        anew = free_time(facts.roster, facts.cycle)
        assert (anew.coachees == facts.free_time.coachees).all()
        assert (anew.coaches == facts.free_time.coaches).all()
        return answer

    judges = Judges(Facts(roster, cycle, free_time(roster, cycle)))
    told = list(explain_unmatched(judges, result.matches, verified))
    assert [one.coachee for one in told] == [one.coachee for one in result.unmatched]
    assert [one.funnel for one in told] == [one.funnel for one in result.unmatched]
