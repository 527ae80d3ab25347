from __future__ import annotations

from datetime import date
from functools import partial

import pytest

from coach.availability import WeeklyWindow
from coach.cycle import Cycle
from coach.errors import NotFoundError
from coach.languages import LanguageSkill
from coach.objective import ObjectiveLevel
from coach.people import Coach, Coachee, Roster
from coach.texts.renderer import english
from matching.deadline import Deadline
from matching.explanation import (
    Explanation,
    RunnerUp,
    explain,
    runner_up_section,
    sections,
)
from matching.explanation.runner_ups import RunnerUps
from matching.instance.availability_grid import build_availability_grid
from matching.result import FunnelStep, LevelOutcome, Match, Result, Unmatched
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator
from tests.matching.explanation.resolve import runner_up as by_solving_again
from tests.matching.placing import plans

PLAIN: dict[str, object] = {
    "country": "SE",
    "languages": (LanguageSkill("en"),),
    "availability": (WeeklyWindow(0, 540, 600),),
    "timezone": "Europe/Stockholm",
}
CYCLE = Cycle.model_validate(
    {
        "cycle": {"start": date(2027, 1, 18), "end": date(2027, 1, 30)},
        "sessions": {"count": 2, "minutes": 60, "min_gap_days": 7, "max_gap_days": 7},
    }
)


def coachee(one: str, **changes: object) -> Coachee:
    own = {"id": one, "name": one.upper(), "email": f"{one}@example.org", "role": "commander"}
    return Coachee.model_validate({**PLAIN, **own, **changes})


def coach(one: str, **changes: object) -> Coach:
    own = {"id": one, "name": one.upper(), "email": f"{one}@example.org", "capacity": 1}
    return Coach.model_validate({**PLAIN, **own, **changes})


def best(roster: Roster, cycle: Cycle, keep: Result | None = None) -> Result:
    """Return the best plan, found by enumeration, without session times."""
    evaluator = RuleEvaluator(RuleInputs(roster, cycle, build_availability_grid(roster, cycle)))
    row = {one.id: number for number, one in enumerate(roster.coachees)}
    column = {one.id: number for number, one in enumerate(roster.coaches)}
    kept = {(one.coachee, one.coach) for one in keep.matches} if keep else set()

    def matches(plan: dict[str, str]) -> tuple[Match, ...]:
        verdicts = {one: evaluator.verdicts(row[one], column[plan[one]]) for one in plan}
        return tuple(
            Match(coachee=one, coach=plan[one], verdicts=verdicts[one], sessions=(),
                  points=sum(v.points * v.weight for v in verdicts[one]))
            for one in plan
        )  # fmt: skip

    def level_values(plan: dict[str, str]) -> dict[ObjectiveLevel, int]:
        points = [match.points for match in matches(plan)]
        return {
            ObjectiveLevel.PLACED: sum(roster.coachees[row[one]].priority for one in plan),
            ObjectiveLevel.KEPT: len(kept & set(plan.items())),
            ObjectiveLevel.WORST: min(points, default=0),
            ObjectiveLevel.TOTAL: sum(points),
            ObjectiveLevel.SCHEDULE: 0,
        }

    every = plans(roster.coachees, roster, cycle, all_of_them=False)
    chosen = max(
        every, key=lambda plan: [level_values(plan)[name] for name in cycle.objective.levels]
    )
    values = level_values(chosen)
    return Result(
        status="optimal", seed=0, input_sha256="", wall_seconds=0,
        levels=tuple(
            LevelOutcome(name=name, value=values[name], bound=values[name], proven=True)
            for name in cycle.objective.levels
        ),
        matches=matches(chosen),
        unmatched=tuple(
            Unmatched(coachee=one, reason="all-taken", remedies=(),
                      funnel=(FunnelStep(rule="schedule", left=1),))
            for one in row if one not in chosen
        ),
    )  # fmt: skip


def explanation_of(one: str, roster: Roster, cycle: Cycle = CYCLE) -> Explanation:
    result = best(roster, cycle)
    again = partial(by_solving_again, roster, cycle, result, solve=best)
    warm = RunnerUps(roster, cycle, result, Deadline(lambda: 0.0, None, lambda: False))
    explanation = explain(roster, cycle, result, one, warm.of)
    assert explanation == explain(roster, cycle, result, one, again)
    return explanation


def test_runner_up_names_the_next_best_coach_and_the_price() -> None:
    roster = Roster(
        coachees=(coachee("c1", prefers=("k1", "k2")), coachee("c2", prefers=("k2",))),
        coaches=(coach("k1"), coach("k2")),
    )
    explanation = explanation_of("c1", roster)
    assert explanation.match is not None
    assert explanation.match.coach == "k1"
    assert explanation.runner_up is not None
    assert explanation.runner_up.coach == "k2"
    assert explanation.runner_up.points == explanation.match.points - 40
    assert [(move.coachee, move.before, move.after) for move in explanation.runner_up.moves] == [
        ("c2", "k2", "k1")
    ]
    gains = {level.name: level.gain for level in explanation.runner_up.price}
    assert gains == {"placed": 0, "worst": -400, "total": -440}


def test_runner_up_that_unplaces_a_coachee_reports_it() -> None:
    roster = Roster(
        coachees=(coachee("c1"), coachee("c2", priority=2, prefers=("k2",), refuses={"k1"})),
        coaches=(coach("k1"), coach("k2")),
    )
    explanation = explanation_of("c1", roster)
    assert explanation.runner_up is not None
    assert [(move.coachee, move.after) for move in explanation.runner_up.moves] == [("c2", None)]
    assert explanation.runner_up.price[0].gain == -2
    lines = [english(line) for section in sections(explanation, roster) for line in section.lines]
    assert "C2 (c2) would lose their coach, K2 (k2)" in lines
    assert "placed: 1 instead of 3" in lines


def test_runner_up_without_cost_moves_no_other_coachee() -> None:
    roster = Roster(
        coachees=(coachee("c1"), coachee("c2")), coaches=(coach("k1"), coach("k2"), coach("k3"))
    )
    explanation = explanation_of("c1", roster)
    assert explanation.runner_up is not None
    assert explanation.runner_up.moves == ()
    assert {level.gain for level in explanation.runner_up.price} == {0}
    lines = [english(line) for section in sections(explanation, roster) for line in section.lines]
    assert "No cost to anyone, at any level." in lines


def test_match_without_another_coach_has_no_runner_up_even_if_pinned() -> None:
    roster = Roster(coachees=(coachee("c1"),), coaches=(coach("k1"), coach("k2", refuses={"c1"})))
    pinned = CYCLE.model_copy(update={"pins": {"c1": "k1"}})
    explanation = explanation_of("c1", roster, pinned)
    assert explanation.runner_up is None
    (other,) = explanation.others
    assert [(one.rule, english(one.reason)) for one in other.objections] == [
        ("refusal", "refused by one of the two")
    ]
    assert ("There is no other coach", ["No other coach is possible."]) in [
        (english(section.title), [*map(english, section.lines)])
        for section in sections(explanation, roster)
    ]


def test_explanation_of_unmatched_coachee_lists_holders_and_objections() -> None:
    late = (WeeklyWindow(4, 540, 600),)
    roster = Roster(
        coachees=(coachee("c1"), coachee("c2", prefers=("k1",), priority=2)),
        coaches=(coach("k1"), coach("k2", availability=late), coach("k3", capacity=0)),
    )
    explanation = explanation_of("c1", roster)
    assert explanation.match is None
    assert explanation.unmatched is not None
    by_coach = {other.coach: other for other in explanation.others}
    assert by_coach["k1"].holders == ("c2",)
    assert [one.rule for one in by_coach["k2"].objections] == ["schedule"]
    assert by_coach["k2"].points is None
    titles = [english(section.title) for section in sections(explanation, roster)]
    assert titles[0].startswith("C1 (c1) has no coach, because other coachees")
    assert explanation.others[-1].coach == "k2"


def test_explanation_of_unknown_coachee_is_refused_by_id() -> None:
    roster = Roster(coachees=(coachee("c1"),), coaches=(coach("k1"),))
    with pytest.raises(NotFoundError, match="no coachee c9 in this result"):
        explanation_of("c9", roster)


def test_section_of_one_point_uses_the_singular() -> None:
    second = RunnerUp(coach="k", points=1, verdicts=(), price=(), moves=())
    section = runner_up_section(second, {"k": "K (k)"})
    assert english(section.title) == "The next best coach is K (k): 1 point"
