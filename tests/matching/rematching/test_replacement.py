from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings

from coach.cycle import Cycle
from coach.errors import NotFoundError
from coach.people import Roster
from coach.sessions import Session
from matching.auditor import audit
from matching.rematching.replacement import Replacement, replacements
from matching.result import Match, Result
from tests.matching.auditor.test_auditor_mutations import CYCLE, ROSTER, SOUND, coach, coachee
from tests.matching.instances import random_cycle, random_roster, randoms
from tests.matching.placing import all_series
from tests.matching.planner import plan
from tests.matching.reference import blocking_rules


def with_replacement(result: Result, coachee: str, instead: Replacement) -> Result:
    """Return the result after the coachee gets the new coach; other matches are unchanged."""
    match = Match(
        coachee=coachee,
        coach=instead.coach,
        points=instead.points,
        verdicts=instead.verdicts,
        sessions=tuple(
            Session(uid=f"new-{number}", number=number, start=start, end=end)
            for number, (start, end) in enumerate(instead.times, start=1)
        ),
    )
    others = [one for one in result.matches if one.coachee != coachee]
    leftover = tuple(one for one in result.unmatched if one.coachee != coachee)
    return result.model_copy(update={"matches": (*others, match), "unmatched": leftover})


def with_places(roster: Roster) -> Roster:
    coaches = [one.model_copy(update={"capacity": one.capacity + 1}) for one in roster.coaches]
    return roster.model_copy(update={"coaches": tuple(coaches)})


def faults(roster: Roster, cycle: Cycle, result: Result) -> list[str]:
    found = map(str, audit(roster, cycle, result))
    return [one for one in found if not one.startswith("level")]


@pytest.mark.slow
@given(randoms)
@settings(max_examples=100, deadline=None)
def test_replacements_are_all_feasible_coaches_and_affect_no_other_pair(
    random: Random,
) -> None:
    roster = with_places(random_roster(random, 4, 5))
    cycle = random_cycle(random, roster)
    result = plan(roster, cycle)
    coachee = random.choice(roster.coachees)
    found = replacements(roster, cycle, result, coachee.id, most=9)
    for instead in found:
        assert faults(roster, cycle, with_replacement(result, coachee.id, instead)) == []
    now = {match.coachee: match.coach for match in result.matches}
    booked = {
        one.id: [
            [session.start for session in match.sessions]
            for match in result.matches
            if match.coach == one.id and match.coachee != coachee.id
        ]
        for one in roster.coaches
    }
    possible = {
        one.id
        for one in roster.coaches
        if one.id != now.get(coachee.id)
        and len(booked[one.id]) < one.capacity
        and not blocking_rules(coachee, one, cycle)
        and next(all_series(coachee, one, cycle, booked[one.id]), None) is not None
    }
    assert {instead.coach for instead in found} == possible


def test_replacements_are_ordered_and_priced_by_points() -> None:
    coaches = (*ROSTER.coaches, coach("k3"), coach("k4", topics=("Leadership",)))
    roster = ROSTER.model_copy(update={"coaches": coaches})
    found = replacements(roster, CYCLE, SOUND, "c2")
    assert [one.coach for one in found] == ["k4", "k3"]
    assert [one.price for one in found] == [SOUND.matches[1].points - one.points for one in found]
    assert found[0].points > found[1].points
    assert len(replacements(roster, CYCLE, SOUND, "c2", most=1)) == 1


def test_replacement_in_cycle_in_progress_has_only_remaining_sessions() -> None:
    roster = ROSTER.model_copy(update={"coaches": (*ROSTER.coaches, coach("k3"))})
    third = SOUND.matches[1].sessions[2].start.date()
    (found,) = replacements(roster, CYCLE, SOUND, "c2", not_before=third, sessions=1)
    assert [start.date() for start, _ in found.times] == [third]
    late = CYCLE.cycle.end - timedelta(3)
    assert replacements(roster, CYCLE, SOUND, "c2", not_before=late) == ()


def test_replacement_that_breaks_the_cross_border_share_is_omitted() -> None:
    coaches = (*ROSTER.coaches, coach("k3", country="AL"), coach("k4"))
    roster = ROSTER.model_copy(update={"coaches": coaches})
    assert [one.coach for one in replacements(roster, CYCLE, SOUND, "c2")] == ["k4"]


def test_replacement_for_unknown_coachee_is_refused_by_id() -> None:
    with pytest.raises(NotFoundError, match="no coachee c9 in this cycle"):
        replacements(ROSTER, CYCLE, SOUND, "c9")


@pytest.mark.parametrize(("earlier", "first"), [("avoid", "k3"), ("allow", "k2")])
def test_a_repeated_pair_comes_last_if_the_policy_avoids_it(earlier: str, first: str) -> None:
    """Both `k2` and `k3` are free; the coachee prefers `k2`, with whom they were a pair."""
    roster = Roster(
        coachees=(coachee("c1", prefers=("k2",)),),
        coaches=(coach("k1"), coach("k2"), coach("k3")),
        earlier_pairs=(("c1", "k2"),),
    )
    dates = {"cycle": {"start": "2027-01-18", "end": "2027-03-26"}, "sessions": {"count": 2}}
    rules = {"rules": {"repeat": {"earlier": earlier}}, "pins": {"c1": "k1"}}
    present = plan(roster, Cycle.model_validate({**dates, **rules}, strict=False))
    cycle = Cycle.model_validate({**dates, **rules, "pins": {}}, strict=False)
    found = replacements(roster, cycle, present, "c1")
    assert found[0].coach == first
    by_coach = {one.coach: one for one in found}
    assert by_coach["k2"].points > by_coach["k3"].points
    marked = [one.rule for one in by_coach["k2"].verdicts if one.rule == "repeat"]
    assert marked == (["repeat"] if earlier == "avoid" else [])
