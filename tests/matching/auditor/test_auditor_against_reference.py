from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings

from coach.cycle import Cycle
from coach.people import Roster
from coach.texts.renderer import english
from matching.auditor import audit
from matching.result import Result
from tests.matching.instances import random_cycle, random_roster, randoms
from tests.matching.planner import ends, plan
from tests.matching.reference import common_starts, series_holds

pytestmark = pytest.mark.slow


def instance(random: Random) -> tuple[Roster, Cycle]:
    roster = random_roster(random, 5, 3)
    return roster, random_cycle(random, roster)


@given(randoms)
@settings(max_examples=60, deadline=None)
def test_audit_of_sound_result_finds_nothing(random: Random) -> None:
    roster, cycle = instance(random)
    assert audit(roster, cycle, plan(roster, cycle)) == ()


@given(randoms)
@settings(max_examples=80, deadline=None)
def test_audit_reports_moved_session_if_and_only_if_it_breaks_a_limit(random: Random) -> None:
    roster, cycle = instance(random)
    result = plan(roster, cycle)
    if not result.matches:
        return
    number = random.randrange(len(result.matches))
    place = random.randrange(cycle.sessions.count)
    match = result.matches[number]
    old = match.sessions[place]
    minutes = random.choice([-1440, -120, -30, -15, 30, 60, 90, 1440, 7 * 1440])
    start = (old.start + timedelta(minutes=minutes)).astimezone(cycle.cycle.zone)
    moved = old.model_copy(update={"start": start, "end": ends(start, cycle)})
    sessions = (*match.sessions[:place], moved, *match.sessions[place + 1 :])
    changed = match.model_copy(update={"sessions": sessions})
    matches = (*result.matches[:number], changed, *result.matches[number + 1 :])
    result = result.model_copy(update={"matches": matches})
    found = [one for one in audit(roster, cycle, result) if english(one.about) != "level schedule"]
    assert (found == []) == is_valid(roster, cycle, result, number)


def is_valid(roster: Roster, cycle: Cycle, result: Result, number: int) -> bool:
    """Return whether the match's sessions are valid, given the coach's other sessions."""
    match = result.matches[number]
    coachee = next(one for one in roster.coachees if one.id == match.coachee)
    coach = next(one for one in roster.coaches if one.id == match.coach)
    series = [session.start for session in match.sessions]
    others: list[list[datetime]] = [
        [session.start for session in other.sessions]
        for other in result.matches
        if other.coach == match.coach and other.coachee != match.coachee
    ]
    allowed = common_starts(coachee, coach, cycle)
    return set(series) <= set(allowed) and series_holds(series, others, coach, cycle)
