from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date

import pytest

from coach.availability import WeeklyWindow
from coach.cycle import Cycle
from coach.languages import CefrLevel, LanguageSkill
from coach.people import Coach, Coachee, Roster
from coach.ranks import parse_code
from coach.texts.facts import person_ids
from coach.texts.renderer import english
from matching.deadline import DeadlineExceededError, SolverError
from matching.errors import CancelledError
from matching.explanation import SearchEffort, explain_unmatched
from matching.instance.availability_grid import build_availability_grid
from matching.result import Unmatched
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator
from tests.matching.placing import can_place_all
from tests.matching.planner import plan

MONDAY = WeeklyWindow(0, 540, 660)
TUESDAY = WeeklyWindow(1, 540, 600)
PLAIN: dict[str, object] = {
    "country": "SE",
    "languages": (LanguageSkill("en"),),
    "availability": (MONDAY,),
    "timezone": "Europe/Stockholm",
}
POLICY: dict[str, object] = {
    "cycle": {"start": date(2027, 1, 18), "end": date(2027, 2, 5)},
    "sessions": {
        "count": 2,
        "minutes": 60,
        "grid_minutes": 60,
        "min_gap_days": 6,
        "max_gap_days": 8,
    },
}


def coachee(one: str, **changes: object) -> Coachee:
    own = {"id": one, "name": one.upper(), "email": f"{one}@example.org", "role": "commander"}
    return Coachee.model_validate({**PLAIN, **own, **changes})


def coach(one: str, **changes: object) -> Coach:
    own = {"id": one, "name": one.upper(), "email": f"{one}@example.org", "capacity": 1}
    return Coach.model_validate({**PLAIN, **own, **changes})


def texts_of(entry: Unmatched) -> list[str]:
    """Return the changes of the remedies, in English and with ids."""
    return [english(remedy.change) for remedy in entry.remedies]


def explained(
    coachees: Collection[Coachee],
    coaches: Collection[Coach],
    effort: SearchEffort | None = None,
    **policy: object,
) -> list[Unmatched]:
    roster = Roster(coachees=tuple(coachees), coaches=tuple(coaches))
    cycle = Cycle.model_validate({**POLICY, **policy}, strict=False)
    evaluator = RuleEvaluator(RuleInputs(roster, cycle, build_availability_grid(roster, cycle)))
    matches = plan(roster, cycle).matches
    return list(explain_unmatched(evaluator, matches, can_place_all, effort))


CASES: dict[str, tuple[list[Coachee], list[Coach], dict[str, object], str, str]] = {
    "a place": (
        [coachee("c1"), coachee("c2")], [coach("k1")], {},
        "all-taken", "one more place with k1"),
    "a window of the coachee": (
        [coachee("c1")], [coach("k1", availability=(TUESDAY,))], {},
        "nobody-schedulable", "c1 is also free on Tue 09:00-10:00 (Europe/Stockholm)"),
    "a window of the coach": (
        [coachee("c1")], [coach("k1", availability=(TUESDAY,))], {},
        "nobody-schedulable", "k1 is also free on Mon 09:00-11:00 (Europe/Stockholm)"),
    "a window in another zone": (
        [coachee("c1", timezone="Africa/Nairobi")], [coach("k1", availability=(TUESDAY,))], {},
        "nobody-schedulable", "c1 is also free on Tue 11:00-12:00 (Africa/Nairobi)"),
    "a cap": (
        [coachee("c1"), coachee("c2")], [coach("k1", capacity=2, max_per_week=1)], {},
        "all-taken", "k1 takes up to 2 sessions a week"),
    "a cap a day": (
        [coachee("c1"), coachee("c2")], [coach("k1", capacity=2, max_per_day=1)], {},
        "all-taken", "k1 takes up to 2 sessions a day"),
    "a uniform": (
        [coachee("c1", uniformed_coach=True)], [coach("k1")], {},
        "nobody-eligible", "c1 accepts a coach who is not in uniform"),
    "a sensitivity": (
        [coachee("c1", rank=parse_code("OF-5"), rank_sensitivity="strict")],
        [coach("k1", rank=parse_code("OF-4"))], {},
        "nobody-eligible", "c1 has standard instead of strict rank sensitivity"),
    "a grade": (
        [coachee("c1", rank=parse_code("OF-5"))], [coach("k1", rank=parse_code("OF-2"))], {},
        "nobody-eligible",
        ("with standard rank sensitivity, coaches may rank up to 3 grades below the coachee "
        "instead of 2")),
    "a ban": (
        [coachee("c1")], [coach("k1")], {"bans": {"c1": ["k1"]}},
        "nobody-eligible", "the ban on k1 is lifted"),
    "a level": (
        [coachee("c1", languages=(LanguageSkill("en", CefrLevel.B1),))], [coach("k1")], {},
        "nobody-eligible", "the required language level is B1 instead of B2"),
    "a group": (
        [coachee("c1", languages=(LanguageSkill("cnr"),))],
        [coach("k1", languages=(LanguageSkill("hr"),))], {},
        "nobody-eligible",
        "Montenegrin and Croatian are treated as a common language in this cycle"),
    "a relation": (
        [coachee("c1")], [coach("k1")], {"rules": {"country": {"relation": "different"}}},
        "nobody-eligible", "different countries/territories are preferred, not required"),
    "a longer gap": (
        [coachee("c1")], [coach("k1")], {"sessions": {"count": 2, "minutes": 60, "grid_minutes": 60,
         "min_gap_days": 1, "max_gap_days": 3}},
        "nobody-schedulable", "up to 10 days between sessions instead of 3"),
    "a shorter gap": (
        [coachee("c1")], [coach("k1")], {"sessions": {"count": 3, "minutes": 60, "grid_minutes": 60,
         "min_gap_days": 10, "max_gap_days": 14}},
        "nobody-schedulable", "at least 3 days between sessions instead of 10"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("coachees", "coaches", "policy", "reason", "change"), CASES.values(), ids=CASES.keys()
)
def test_remedy_of_each_kind_is_found_if_it_helps(
    coachees: list[Coachee],
    coaches: list[Coach],
    policy: dict[str, object],
    reason: str,
    change: str,
) -> None:
    entry = explained(coachees, coaches, **policy)[-1]
    assert entry.reason == reason
    assert change in texts_of(entry)
    assert all(list(person_ids(one.effect)) == [coachees[-1].id] for one in entry.remedies)


@pytest.mark.parametrize(
    ("own", "others"),
    [
        ({"refuses": frozenset({"k1"})}, {}),
        ({}, {"refuses": frozenset({"c1"})}),
        ({"unit": "1st Brigade"}, {"unit": "1st brigade"}),
        ({}, {"chain_of_command": ("c1",)}),
    ],
    ids=["the coachee refused", "the coach refused", "one unit", "one chain"],
)
def test_remedies_never_lift_refusals_units_or_chains_of_command(
    own: dict[str, object], others: dict[str, object]
) -> None:
    (entry,) = explained([coachee("c1", **own)], [coach("k1", **others)])
    assert entry.reason == "nobody-eligible"
    assert entry.remedies == ()


def test_remedies_never_lift_excluded_countries() -> None:
    policy = {"rules": {"country": {"excluded": [["AL", "SE"]]}}}
    (entry,) = explained([coachee("c1", country="AL")], [coach("k1")], **policy)
    assert entry.remedies == ()


def test_remedies_for_one_person_precede_policy_changes() -> None:
    entry = explained([coachee("c1"), coachee("c2")], [coach("k1"), coach("k2", country="AL")],
                     bans={"c2": ["k2"]})[-1]  # fmt: skip
    changes = texts_of(entry)
    assert changes == ["one more place with k1", "the ban on k2 is lifted"]
    assert (
        english(entry.remedies[0].effect) == "c2 gets a coach, and the other coachee still has one"
    )


def test_search_for_remedies_solves_within_its_effort() -> None:
    calls: list[int] = []

    def never(_facts: RuleInputs, coachees: Collection[str]) -> bool:
        calls.append(len(coachees))
        return False

    people = [coachee(f"c{n}") for n in range(4)]
    coaches = [coach(f"k{n}", capacity=0) for n in range(4)]
    roster = Roster(coachees=tuple(people), coaches=tuple(coaches))
    cycle = Cycle.model_validate(POLICY)
    evaluator = RuleEvaluator(RuleInputs(roster, cycle, build_availability_grid(roster, cycle)))
    entries = list(explain_unmatched(evaluator, (), never, SearchEffort(3, 2, 5)))
    assert len(calls) == 5
    assert [entry.remedies for entry in entries] == [()] * 4


def test_roster_without_coaches_leaves_all_unmatched_without_remedies() -> None:
    (entry,) = explained([coachee("c1")], [])
    assert entry.reason == "nobody-eligible"
    assert {step.left for step in entry.funnel} == {0}


def test_unproven_plan_offers_more_time_as_first_remedy() -> None:
    roster = Roster(coachees=(coachee("c1"),), coaches=(coach("k1"),))
    cycle = Cycle.model_validate(POLICY)
    evaluator = RuleEvaluator(RuleInputs(roster, cycle, build_availability_grid(roster, cycle)))
    (entry,) = explain_unmatched(evaluator, (), can_place_all, placed_proven=False)
    assert texts_of(entry) == ["more solving time; no other change"]
    crowded = roster.model_copy(update={"coaches": (coach("k1", capacity=0),)})
    evaluator = RuleEvaluator(RuleInputs(crowded, cycle, build_availability_grid(crowded, cycle)))
    (entry,) = explain_unmatched(evaluator, (), can_place_all, placed_proven=False)
    assert texts_of(entry) == ["one more place with k1"]


def test_search_out_of_time_gives_reasons_without_remedies() -> None:
    roster = Roster(coachees=(coachee("c1"), coachee("c2")), coaches=(coach("k1", capacity=0),))
    cycle = Cycle.model_validate(POLICY)
    evaluator = RuleEvaluator(RuleInputs(roster, cycle, build_availability_grid(roster, cycle)))
    time_left = iter((True, False))
    entries = list(
        explain_unmatched(evaluator, (), can_place_all, has_time=lambda: next(time_left, False))
    )
    assert [len(one.remedies) for one in entries] == [1, 0]
    assert not any(one.remedies_complete for one in entries)
    assert all(one.funnel for one in explain_unmatched(evaluator, (), can_place_all, has_time=bool))


def test_search_for_remedies_examines_changes_within_its_effort() -> None:
    roster = Roster(
        coachees=tuple(coachee(f"c{n}", country="AL") for n in range(5)),
        coaches=tuple(coach(f"k{n}", availability=(TUESDAY,)) for n in range(5)),
    )
    cycle = Cycle.model_validate(POLICY)
    evaluator = RuleEvaluator(RuleInputs(roster, cycle, build_availability_grid(roster, cycle)))
    entries = list(
        explain_unmatched(evaluator, (), can_place_all, SearchEffort(max_changes_total=3))
    )
    assert [len(entry.remedies) for entry in entries] == [1, 1, 1, 0, 0]


class TestFailure:
    """A search that ends early returns the remedies found so far."""

    def entries(self, fail: Callable[[], bool], failures: list[BaseException]) -> list[Unmatched]:
        roster = Roster(
            coachees=(coachee("c1"), coachee("c2")),
            coaches=(coach("k1", capacity=0), coach("k2", capacity=0)),
        )
        cycle = Cycle.model_validate(POLICY)
        inputs = RuleInputs(roster, cycle, build_availability_grid(roster, cycle))
        evaluator = RuleEvaluator(inputs)
        return list(explain_unmatched(evaluator, (), lambda *_: fail(), on_failure=failures.append))

    def test_a_solver_error_ends_the_search_for_one_coachee_and_is_reported(self) -> None:
        answers = iter([True, SolverError("HiGHS failed"), True, True])
        failures: list[BaseException] = []

        def answer() -> bool:
            one = next(answers, False)
            if isinstance(one, SolverError):
                raise one
            return one

        first, second = self.entries(answer, failures)
        assert [len(first.remedies), len(second.remedies)] == [1, 2]
        assert not first.remedies_complete
        assert second.remedies_complete
        assert list(map(type, failures)) == [SolverError]
        assert first.funnel == second.funnel != ()

    def test_exceeded_deadline_is_not_reported_as_a_failure(self) -> None:
        failures: list[BaseException] = []

        def answer() -> bool:
            raise DeadlineExceededError

        entries = self.entries(answer, failures)
        assert [(len(one.remedies), one.remedies_complete) for one in entries] == [(0, False)] * 2
        assert failures == []

    @pytest.mark.parametrize("error", [CancelledError("cancelled"), KeyboardInterrupt()])
    def test_cancellation_ends_the_run(self, error: BaseException) -> None:
        def answer() -> bool:
            raise error

        with pytest.raises(type(error)):
            self.entries(answer, [])

    def test_only_an_incomplete_search_is_mentioned_in_the_result(self) -> None:
        entry = Unmatched(coachee="c1", reason="all-taken", funnel=(), remedies=())
        assert "remedies_complete" not in entry.model_dump_json()
        incomplete = entry.model_copy(update={"remedies_complete": False})
        assert Unmatched.model_validate_json(incomplete.model_dump_json()) == incomplete
