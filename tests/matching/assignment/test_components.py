"""The connected components of the pairs, each of which is solved independently."""

from __future__ import annotations

import time
from random import Random

import numpy as np
import pytest

from coach.cycle import Cycle
from coach.languages import LanguageSkill
from coach.objective import ObjectiveLevel
from coach.people import Coach, Coachee, Roster
from matching.assignment.components import components
from matching.auditor import audit
from matching.engine import SolveOptions, solve
from matching.result import Result
from tests.matching.assignment.test_min_cost_flow import region
from tests.matching.crowded import crowded


@pytest.mark.parametrize("seed", range(20))
def test_components_are_connected_and_disjoint(seed: int) -> None:
    problem = region(40, 30, seed)
    draw = np.random.default_rng(seed)
    allowed = draw.random(problem.size) < 0.04
    parts = components(problem, allowed)
    assert (sum(part.astype(int) for part in parts) == allowed).all()
    sizes = [int(part.sum()) for part in parts]
    assert sizes == sorted(sizes)
    for people in (problem.coachee, problem.coach):
        seen = [set(people[part].tolist()) for part in parts]
        assert sum(map(len, seen)) == len(set().union(*seen))
    for part in parts:
        found = {int(problem.coachee[part][0])}
        while True:
            coaches = set(problem.coach[part & np.isin(problem.coachee, list(found))].tolist())
            wider = set(problem.coachee[part & np.isin(problem.coach, list(coaches))].tolist())
            if wider == found:
                break
            found = wider
        assert found == set(problem.coachee[part].tolist())


def solved(roster: Roster, cycle: Cycle) -> Result:
    result = solve(
        roster,
        cycle,
        options=SolveOptions(explain=False),
        input_sha256="0" * 64,
        clock=time.monotonic,
    )
    assert audit(roster, cycle, result) == ()
    assert result.status == "optimal"
    return result


def speaking(roster: Roster, language: str) -> Roster:
    """Return a roster of the same people with new ids and `language` as their only language."""

    def named(one: Coachee | Coach) -> dict[str, object]:
        own = f"{one.id}-{language}"
        return {"id": own, "name": own, "languages": (LanguageSkill(language),)}

    return Roster(
        coachees=tuple(
            one.model_copy(update={**named(one), "prefers": ()}) for one in roster.coachees
        ),
        coaches=tuple(one.model_copy(update=named(one)) for one in roster.coaches),
    )


@pytest.mark.parametrize("seed", range(30))
def test_union_of_disjoint_rosters_has_the_sum_of_their_values(seed: int) -> None:
    first, cycle = crowded(Random(seed))
    second, _ = crowded(Random(seed + 1000))
    third, _ = crowded(Random(seed + 2000))
    cycle = Cycle(
        cycle=cycle.cycle,
        sessions=cycle.sessions,
        objective=cycle.objective.model_copy(
            update={
                "levels": (ObjectiveLevel.PLACED, ObjectiveLevel.TOTAL, ObjectiveLevel.SCHEDULE)
            }
        ),
    )
    apart = [
        speaking(roster, language)
        for roster, language in ((first, "sq"), (second, "mk"), (third, "hr"))
    ]
    together = Roster(
        coachees=tuple(one for roster in apart for one in roster.coachees),
        coaches=tuple(one for roster in apart for one in roster.coaches),
    )
    each = [solved(roster, cycle) for roster in apart]
    whole = solved(together, cycle)
    for place in (0, 1):
        assert whole.levels[place].value == sum(one.levels[place].value for one in each)
