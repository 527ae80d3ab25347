"""One human in both roles, in plans, audits, explanations and re-matching."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import pytest

from coach.availability import WeeklyWindow
from coach.cycle import Cycle
from coach.people import Roster
from coach.texts.renderer import english
from matching.auditor import audit
from matching.deadline import Deadline
from matching.errors import ImpossiblePinsError
from matching.explanation import explain_unmatched
from matching.explanation.runner_ups import RunnerUps
from matching.instance.availability_grid import build_availability_grid
from matching.rematching.replacement import replacements
from matching.result import Result
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator
from matching.rules.pair_report import pair_rows
from tests.matching.auditor.test_auditor_mutations import coach, coachee
from tests.matching.comparison import solved
from tests.matching.explanation.test_neighbourhood import large

MONDAY = (WeeklyWindow(0, 540, 660),)
BOTH = {"person": "P-1"}
CYCLE = Cycle.model_validate(
    {
        "cycle": {"start": date(2027, 1, 18), "end": date(2027, 2, 5)},
        "sessions": {"count": 2, "minutes": 60, "min_gap_days": 7, "max_gap_days": 7},
    }
)


def roster(*, hours: tuple[WeeklyWindow, ...] = MONDAY) -> Roster:
    """Return a roster: Ana coaches Ben and is coached by Cara; all are free only in `hours`."""
    return Roster(
        coachees=(
            coachee("ana", availability=hours, **BOTH),
            coachee("ben", availability=hours),
        ),
        coaches=(
            coach("ana-k", availability=hours, refuses=frozenset(), **BOTH),
            coach("cara", availability=hours, refuses=frozenset({"ben"})),
        ),
    )


def test_nobody_is_matched_with_themselves() -> None:
    people = roster()
    rows = {(row.coachee, row.coach): row for row in pair_rows(people, CYCLE)}
    assert rows["ana", "ana-k"].blocked_by == ("same-person",)
    assert rows["ben", "ana-k"].blocked_by == ()
    result = solved(people, CYCLE)
    assert {(match.coachee, match.coach) for match in result.matches} == {
        ("ana", "cara"), ("ben", "ana-k")
    }  # fmt: skip


def test_funnel_names_the_rule_only_if_somebody_is_in_both_lists() -> None:
    people = roster()
    alone = people.model_copy(update={"coaches": people.coaches[:1]})
    (entry,) = (one for one in solved(alone, CYCLE).unmatched if one.coachee == "ana")
    assert ("same-person", 0) in {(step.rule, step.left) for step in entry.funnel}
    other = coach("k", availability=(WeeklyWindow(5, 540, 660),))
    plain = people.model_copy(update={"coaches": (other,)})
    for entry in solved(plain, CYCLE).unmatched:
        assert "same-person" not in {step.rule for step in entry.funnel}


def test_only_one_pair_is_placed_if_both_need_the_same_hour_of_a_human() -> None:
    result = solved(roster(hours=(WeeklyWindow(0, 540, 600),)), CYCLE)
    assert len(result.matches) == 1
    assert result.levels[0].value == result.levels[0].bound == 1
    assert [entry.reason for entry in result.unmatched] == ["all-taken"]


@pytest.mark.parametrize(
    ("windows", "placed"),
    [
        ((WeeklyWindow(0, 540, 600),), 1),
        ((WeeklyWindow(0, 540, 660),), 2),
    ],
)
def test_limits_and_buffers_of_a_coach_do_not_count_own_coaching(
    windows: tuple[WeeklyWindow, ...], placed: int
) -> None:
    sessions = CYCLE.sessions.model_copy(update={"buffer_minutes": 240, "max_per_coach_day": 1})
    cycle = CYCLE.model_copy(update={"sessions": sessions})
    assert len(solved(roster(hours=windows), cycle).matches) == placed


def with_starts_of(result: Result, number: int, other: int) -> Result:
    """Return the result with one match's sessions at the times of another match."""
    matches = list(result.matches)
    sessions = tuple(
        one.model_copy(update={"start": two.start, "end": two.end})
        for one, two in zip(matches[number].sessions, matches[other].sessions, strict=True)
    )
    matches[number] = matches[number].model_copy(update={"sessions": sessions})
    return result.model_copy(update={"matches": tuple(matches)})


def test_auditor_finds_overlapping_sessions_of_one_human_in_both_roles() -> None:
    people = roster()
    result = solved(people, CYCLE)
    assert audit(people, CYCLE, result) == ()
    moved = with_starts_of(result, 0, 1)
    findings = [str(finding) for finding in audit(people, CYCLE, moved)]
    overlaps = [one for one in findings if "both involve the same person" in one]
    assert len(overlaps) == CYCLE.sessions.count
    others = people.model_copy(
        update={"coachees": tuple(one.model_copy(update={"person": ""}) for one in people.coachees)}
    )
    assert "the same person" not in " ".join(map(str, audit(others, CYCLE, moved)))


def test_auditor_finds_a_human_who_is_matched_with_themselves() -> None:
    people = roster()
    result = solved(people, CYCLE)
    (first,) = (match for match in result.matches if match.coachee == "ana")
    own = first.model_copy(update={"coach": "ana-k"})
    wrong = result.model_copy(update={"matches": (own,)})
    findings = " ".join(map(str, audit(people, CYCLE, wrong)))
    assert "same person" in findings


def test_auditor_finds_one_human_entered_twice_with_two_coaches_at_once() -> None:
    twice = Roster(
        coachees=(coachee("ana", **BOTH), coachee("ana-2", **BOTH)),
        coaches=(coach("k1", capacity=1), coach("k2", capacity=1)),
    )
    result = solved(twice, CYCLE)
    assert len(result.matches) == 2
    assert audit(twice, CYCLE, result) == ()
    assert any(
        "both involve the same person" in str(finding)
        for finding in audit(twice, CYCLE, with_starts_of(result, 0, 1))
    )


def test_pins_that_put_a_human_in_two_places_at_once_are_named() -> None:
    people = roster(hours=(WeeklyWindow(0, 540, 600),))
    cycle = CYCLE.model_copy(update={"pins": {"ana": "cara", "ben": "ana-k"}})
    with pytest.raises(ImpossiblePinsError) as refused:
        solved(people, cycle)
    assert {pin.coachee for pin in refused.value.pins} == {"ana", "ben"}
    assert all("a person is in several pinned pairs" in english(p.why) for p in refused.value.pins)


def test_pin_of_a_human_to_themselves_is_impossible() -> None:
    cycle = CYCLE.model_copy(update={"pins": {"ana": "ana-k"}})
    with pytest.raises(ImpossiblePinsError) as refused:
        solved(roster(), cycle)
    (pin,) = refused.value.pins
    assert "same person" in english(pin.why)


def test_rematch_keeps_the_times_of_sessions_in_both_roles() -> None:
    people = roster()
    earlier = solved(people, CYCLE)
    more = people.model_copy(update={"coachees": (*people.coachees, coachee("dan"))})
    again = solved(more, CYCLE, earlier)
    kept = {(match.coachee, match.coach): match.sessions for match in earlier.matches}
    for match in again.matches:
        if match.coachee != "dan":
            assert match.sessions == kept[match.coachee, match.coach]


def test_replacement_avoids_sessions_of_either_person_in_another_role() -> None:
    people = roster()
    spare = coach("spare", availability=MONDAY, capacity=1)
    people = people.model_copy(update={"coaches": (*people.coaches, spare)})
    cycle = CYCLE.model_copy(update={"bans": {"ben": frozenset({"spare"})}})
    result = solved(people, cycle)
    (of_ben,) = (match for match in result.matches if match.coachee == "ben")
    assert of_ben.coach == "ana-k"
    busy = {session.start for session in of_ben.sessions}
    found = replacements(people, cycle, result, "ana")
    assert found
    assert not busy & {start for one in found for start, _ in one.times}


def test_runner_up_of_a_human_in_both_roles_is_a_plan_that_they_can_attend() -> None:
    hours = (WeeklyWindow(0, 540, 600),)
    free = (WeeklyWindow(1, 540, 600),)
    people = Roster(
        coachees=(
            coachee("ana", availability=hours + free, **BOTH),
            coachee("ben", availability=hours),
        ),
        coaches=(
            coach("ana-k", availability=hours + free, **BOTH),
            coach("monday", availability=hours, refuses=frozenset({"ben"})),
            coach("tuesday", availability=free),
        ),
    )
    result = solved(people, CYCLE)
    assert {(match.coachee, match.coach) for match in result.matches} == {
        ("ana", "tuesday"), ("ben", "ana-k")
    }  # fmt: skip
    (match,) = (one for one in result.matches if one.coachee == "ana")
    search = RunnerUps(people, CYCLE, result, Deadline(lambda: 0.0, None, lambda: False))
    found = search.of(match)
    assert found is not None
    assert found.coach == "monday"
    assert {level.name.value: level.gain for level in found.price}["placed"] == -1
    assert dict(search.all())["ana"] == found


def test_remedy_in_a_large_roster_is_verified_with_all_roles_of_a_human() -> None:
    people, cycle, matches = large(0.0)
    coaches = list(people.coaches)
    coaches[0] = coaches[0].model_copy(update={"person": "P-60"})
    coachees = list(people.coachees)
    coachees[60] = coachees[60].model_copy(update={"person": "P-60"})
    people = Roster(coachees=tuple(coachees), coaches=tuple(coaches))
    seen: list[Roster] = []

    def can_place_all(part: RuleInputs, _: Collection[str]) -> bool:
        seen.append(part.roster)
        return True

    evaluator = RuleEvaluator(RuleInputs(people, cycle, build_availability_grid(people, cycle)))
    (entry,) = explain_unmatched(evaluator, matches, can_place_all)
    assert entry.remedies
    with_coach = [part for part in seen if "k0" in {one.id for one in part.coaches}]
    assert with_coach
    for part in with_coach:
        assert "c60" in {one.id for one in part.coachees}
        assert "k60" in {one.id for one in part.coaches}
