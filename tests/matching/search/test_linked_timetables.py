"""The `schedule` level of linked coaches compared with every joint timetable."""

from __future__ import annotations

from itertools import pairwise, product
from random import Random

import numpy as np
import pytest

from coach.availability import WeeklyWindow
from coach.cycle import Cycle
from coach.people import Roster
from matching.auditor import audit
from matching.auditor.context import AuditContext
from matching.auditor.series_quality import series_points
from matching.result import Result
from tests.matching.both_roles import both_roles
from tests.matching.coach_timetable.test_best_timetable import all_series, as_match, solved
from tests.matching.reference import same_person, series_holds
from tests.seeds import seeds

MOST = 30_000  # joint timetables enumerated


def with_quality(random: Random) -> tuple[Roster, Cycle]:
    roster, cycle = both_roles(random)
    hours = {"hours": 20, "preferred": tuple(WeeklyWindow(day, 540, 630) for day in range(5))}
    data = cycle.model_dump() | {"timetable": {"rhythm": 40, "finish": 20, **hours}, "pins": {}}
    return roster, Cycle.model_validate(data)


def best_points(roster: Roster, cycle: Cycle, result: Result) -> int | None:
    """Return the best `schedule` value of the matches, or `None` for too many timetables."""
    context = AuditContext(roster, cycle, result, None)
    options = [
        [
            (as_match(match.coachee, match.coach, series, cycle), series)
            for series in all_series(
                context.coachees[match.coachee], context.coaches[match.coach], cycle
            )
        ]
        for match in result.matches
    ]
    if np.prod([len(some) for some in options], dtype=float) > MOST:
        return None
    return max(
        sum(series_points(context, match) for match, _ in picked)
        for picked in product(*options)
        if possible(context, picked)
    )


def possible(context: AuditContext, picked: tuple) -> bool:
    for coach in context.roster.coaches:
        own = [list(series) for match, series in picked if match.coach == coach.id]
        if own and not series_holds(own[0], own[1:], coach, context.cycle):
            return False
    for person in (*context.roster.coachees, *context.roster.coaches):
        sessions = {
            (session.start, session.end, match.coachee, match.coach)
            for match, _ in picked
            for session in match.sessions
            if same_person(person, context.coachees[match.coachee])
            or same_person(person, context.coaches[match.coach])
        }
        if any(later[0] < earlier[1] for earlier, later in pairwise(sorted(sessions))):
            return False
    return True


@pytest.mark.parametrize("seed", seeds(range(60)))
def test_schedule_of_linked_coaches_is_within_its_bounds(seed: int) -> None:
    roster, cycle = with_quality(Random(seed))
    result = solved(roster, cycle)
    assert audit(roster, cycle, result) == ()
    best = best_points(roster, cycle, result)
    if best is not None:
        level = result.levels[-1]
        assert level.value <= best <= level.bound


@pytest.mark.parametrize(("seed", "points"), [(282, 257), (304, 224), (372, 300)])
def test_coaches_are_improved_in_turn(seed: int, points: int) -> None:
    """The joint timetables that the search starts from have 179, 204 and 295 points."""
    assert solved(*with_quality(Random(seed))).levels[-1].value >= points
