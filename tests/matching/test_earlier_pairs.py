"""Pairs from earlier cycles: recognition, audit, explanations and policy."""

from __future__ import annotations

import pytest

from coach.cycle import Cycle
from coach.earlier_pairs import keys_by_id
from coach.objective import ObjectiveLevel
from coach.people import Roster
from matching.auditor import audit
from matching.deadline import Deadline
from matching.explanation.runner_ups import RunnerUps
from matching.facts import rules as facts
from matching.instance.earlier_pairs import (
    earlier_cycles_by_pair,
    find_earlier_pairs,
    matched_people,
)
from matching.rematching.comparison import compare_results
from matching.result import Result, Verdict
from tests.matching.auditor.test_auditor_mutations import coach, coachee
from tests.matching.comparison import solved

DATES = {"cycle": {"start": "2027-01-18", "end": "2027-03-26"}, "sessions": {"count": 2}}
PEOPLE = Roster(
    coachees=(coachee("c1", prefers=("k1",)), coachee("c2", prefers=("k2",))),
    coaches=(coach("k1", capacity=1), coach("k2", capacity=1)),
)
BOTH = (("c1", "k1"), ("c2", "k2"))


def cycle(earlier: str, **tables: object) -> Cycle:
    rules = {"repeat": {"earlier": earlier}}
    return Cycle.model_validate({**DATES, "rules": rules, **tables}, strict=False)


def knowing(roster: Roster, *pairs: tuple[str, str]) -> Roster:
    return roster.model_copy(update={"earlier_pairs": pairs})


def pairs_of(result: Result) -> tuple[tuple[str, str], ...]:
    return tuple((match.coachee, match.coach) for match in result.matches)


def renamed(roster: Roster, **changes: object) -> Roster:
    """Return a roster of the same people in a later cycle; `changes` apply to the first coachee."""
    coachees = [one.model_copy(update={"id": f"new-{one.id}"}) for one in roster.coachees]
    coachees[0] = coachees[0].model_copy(update=changes)
    coaches = tuple(one.model_copy(update={"id": f"new-{one.id}"}) for one in roster.coaches)
    return Roster(coachees=tuple(coachees), coaches=coaches)


def test_people_with_keys_are_recognised_by_address_and_name() -> None:
    first = solved(PEOPLE, cycle("allow"))
    assert pairs_of(first) == BOTH
    known = first.model_copy(update={"people": matched_people(PEOPLE, first)})
    later = (("new-c1", "new-k1"), ("new-c2", "new-k2"))
    assert find_earlier_pairs(renamed(PEOPLE), [known]) == later
    assert find_earlier_pairs(renamed(PEOPLE, email="C1@Example.org"), [known]) == later
    assert find_earlier_pairs(renamed(PEOPLE, name="Another"), [known]) == later[1:]
    assert find_earlier_pairs(renamed(PEOPLE), [first]) == ()
    assert find_earlier_pairs(PEOPLE, [first]) == BOTH


def test_people_are_recognised_by_person_under_another_address() -> None:
    people = PEOPLE.model_copy(
        update={"coachees": (coachee("c1", person="P-1"), *PEOPLE.coachees[1:])}
    )
    first = solved(people, cycle("avoid"))
    moved = renamed(people, email="other@example.org", name="Another")
    assert ("new-c1", "new-k1") in find_earlier_pairs(moved, [first])
    other = renamed(people, email="other@example.org", name="Another", person="P-2")
    assert "new-c1" not in {one for one, _ in find_earlier_pairs(other, [first])}


def test_every_row_of_a_human_is_recognised() -> None:
    first = solved(PEOPLE, cycle("avoid"))
    twice = PEOPLE.model_copy(
        update={"coaches": (*PEOPLE.coaches, coach("k3", name="k1", email="k1@example.org"))}
    )
    assert find_earlier_pairs(twice, [first]) == (("c1", "k1"), ("c1", "k3"), ("c2", "k2"))


def test_keys_reveal_no_address_and_differ_between_results() -> None:
    (one, _), (other, _) = (keys_by_id(PEOPLE, secret) for secret in ("a", "b"))
    assert not one["c1"] & other["c1"]
    assert all(set(key) <= set("0123456789abcdef") for key in one["c1"])


def test_repeats_are_avoided_after_placed_and_before_points() -> None:
    free = solved(PEOPLE, cycle("avoid"))
    assert pairs_of(free) == BOTH
    assert ObjectiveLevel.REPEAT not in {level.name for level in free.levels}
    result = solved(knowing(PEOPLE, *BOTH), cycle("avoid"))
    assert pairs_of(result) == (("c1", "k2"), ("c2", "k1"))
    assert [level.name for level in result.levels][:3] == ["placed", "kept", "repeat"]
    alone = knowing(PEOPLE.model_copy(update={"coaches": PEOPLE.coaches[:1]}), ("c1", "k1"))
    pinned = solved(alone, cycle("avoid", pins={"c1": "k1"}))
    (level,) = (one for one in pinned.levels if one.name is ObjectiveLevel.REPEAT)
    assert (level.value, level.bound, level.proven) == (1, 1, True)


def test_kept_pairs_outweigh_repeats() -> None:
    kept = solved(PEOPLE, cycle("allow"))
    result = solved(knowing(PEOPLE, *BOTH), cycle("avoid"), kept)
    assert pairs_of(result) == BOTH
    later = ("placed", "worst", "kept", "total")
    result = solved(knowing(PEOPLE, *BOTH), cycle("avoid", objective={"levels": later}), kept)
    assert [level.name for level in result.levels][:2] == ["placed", "repeat"]
    assert pairs_of(result) != BOTH


def test_cycle_file_does_not_list_the_level() -> None:
    with pytest.raises(ValueError, match="repeat"):
        cycle("avoid", objective={"levels": ("placed", "repeat")})


def test_audit_finds_planted_repeats() -> None:
    repeated, people = solved(PEOPLE, cycle("forbid")), knowing(PEOPLE, *BOTH)
    assert audit(PEOPLE, cycle("forbid"), repeated) == ()
    found = "; ".join(map(str, audit(people, cycle("forbid"), repeated)))
    assert "a pair in an earlier cycle" in found
    repeated, right = solved(PEOPLE, cycle("avoid")), solved(people, cycle("avoid"))
    assert audit(people, cycle("avoid"), right) == ()
    planted = right.model_copy(update={"matches": repeated.matches})
    found = "; ".join(map(str, audit(people, cycle("avoid"), planted)))
    assert "value is 0; expected 2, based on the matches" in found


@pytest.mark.parametrize(("value", "bound"), [(0, 1), (0, -1), (2, 0)])
def test_audit_finds_a_wrong_value_or_bound_of_the_level(value: int, bound: int) -> None:
    people = knowing(PEOPLE, *BOTH)
    right = solved(people, cycle("avoid"))
    levels = tuple(
        level.model_copy(update={"value": value, "bound": bound})
        if level.name is ObjectiveLevel.REPEAT
        else level
        for level in right.levels
    )
    assert audit(people, cycle("avoid"), right.model_copy(update={"levels": levels}))


def test_audit_finds_a_missing_level_and_wrong_keys() -> None:
    people = knowing(PEOPLE, *BOTH)
    right = solved(people, cycle("avoid"))
    levels = tuple(level for level in right.levels if level.name is not ObjectiveLevel.REPEAT)
    assert audit(people, cycle("avoid"), right.model_copy(update={"levels": levels}))
    assert audit(people, cycle("avoid"), right.model_copy(update={"people": None}))


def test_runner_up_costs_a_repeat() -> None:
    people, policy = knowing(PEOPLE, *BOTH), cycle("avoid")
    result = solved(people, policy)
    deadline = Deadline(lambda: 0.0, None, lambda: False)
    found = dict(RunnerUps(people, policy, result, deadline).all())
    second = found["c1"]
    assert second is not None
    assert second.coach == "k1"
    (price,) = (one for one in second.price if one.name is ObjectiveLevel.REPEAT)
    assert (price.before, price.after, price.gain) == (0, 2, -2)


def test_fewer_repeats_are_a_gain() -> None:
    people = knowing(PEOPLE, *BOTH)
    better = solved(people, cycle("avoid"))
    worse = solved(people, cycle("avoid", pins={"c1": "k1"}))
    levels = {level.name: level for level in compare_results(worse, better).levels}
    assert levels[ObjectiveLevel.REPEAT].gain == 2


def test_chosen_pairs_of_earlier_cycles_are_marked_with_their_cycles() -> None:
    crowded = PEOPLE.model_copy(update={"coaches": PEOPLE.coaches[:1]})
    known = knowing(crowded, ("c1", "k1"), ("c2", "k1"))
    named = known.model_copy(update={"earlier_cycles": (("Spring", "Autumn"), ())})
    for roster, reasons in (
        (known, {facts.EARLIER_PAIR_ALLOWED()}),
        (named, {facts.EARLIER_PAIR_OF(cycles=("Spring", "Autumn")), facts.EARLIER_PAIR_ALLOWED()}),
    ):
        result = solved(roster, cycle("avoid"))
        (match,) = result.matches
        mark = match.verdicts[-1]
        assert (mark.rule, mark.points, mark.weight) == ("repeat", 100, 0)
        assert mark.reason in reasons
        assert match.points == sum(one.points * one.weight for one in match.verdicts)
        assert list(audit(roster, cycle("avoid"), result)) == []
    unknown = solved(crowded, cycle("avoid"))
    assert "repeat" not in {one.rule for one in unknown.matches[0].verdicts}


def test_auditor_rejects_wrong_marks_and_accepts_results_of_earlier_versions() -> None:
    crowded = PEOPLE.model_copy(update={"coaches": PEOPLE.coaches[:1]})
    roster = knowing(crowded, ("c1", "k1"), ("c2", "k1"))
    result = solved(roster, cycle("avoid"))
    (match,) = result.matches
    *others, mark = match.verdicts

    def findings(*verdicts: Verdict, roster: Roster = roster) -> int:
        changed = match.model_copy(update={"verdicts": verdicts})
        found = audit(roster, cycle("avoid"), result.model_copy(update={"matches": (changed,)}))
        return len([one for one in found if not str(one).startswith("level")])

    assert findings(*others, mark) == 0
    assert findings(*others) == 0, "as written before pairs were marked"
    other_cycle = mark.model_copy(update={"reason": facts.EARLIER_PAIR_OF(cycles=("Spring",))})
    assert findings(*others, other_cycle) > 0
    assert findings(*others, mark.model_copy(update={"points": 0})) > 0
    assert findings(*others, mark, mark) > 0
    assert findings(*others, mark, roster=knowing(crowded)) > 0, "they were not a pair before"


def test_names_of_cycles_are_those_of_the_results_in_their_order() -> None:
    first = solved(PEOPLE, cycle("allow"))
    people = matched_people(PEOPLE, first)
    results = [
        first.model_copy(update={"people": people.model_copy(update={"cycle": name})})
        for name in ("Spring", "", "Autumn", "Spring")
    ]
    assert earlier_cycles_by_pair(PEOPLE, results) == dict.fromkeys(BOTH, ("Spring", "Autumn"))
    assert earlier_cycles_by_pair(PEOPLE, [first]) == dict.fromkeys(BOTH, ())
