"""Advice for the programme manager: the policy changes that would place the most coachees."""

from __future__ import annotations

from collections.abc import Iterator

from coach.cycle import Cycle
from coach.objective import ObjectiveLevel
from coach.people import Roster
from coach.texts.facts import Fact
from matching.explanation.eligibility import Eligibility, eligibilities
from matching.explanation.explain_coachee import Solve
from matching.explanation.policy_changes import SHARE, PolicyChange, policy_changes
from matching.instance.availability_grid import build_availability_grid
from matching.rematching.comparison import SettingDifference, compare_policies
from matching.result import Result, ResultValue
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator
from matching.rules.schedule import SCHEDULE

_MAX_SUGGESTIONS = 3


class Advice(ResultValue):
    """A policy change and its effect on which coachees have a coach.

    Attributes:
        change: the change.
        settings: the cycle file keys that change, with both values.
        gain: the increase in the level `placed`.
        placed: ids of the coachees who would gain a coach.
        unplaced: ids of the coachees who would lose their coach.
    """

    change: Fact
    settings: tuple[SettingDifference, ...]
    gain: int
    placed: tuple[str, ...]
    unplaced: tuple[str, ...]


def advise(
    roster: Roster, cycle: Cycle, result: Result, solve: Solve, most: int = _MAX_SUGGESTIONS
) -> tuple[Advice, ...]:
    """Return up to `most` single policy changes that improve the level `placed`, best first.

    Each change is evaluated by solving again, first for `placed` and then for `kept`, so that as
    few pairs as possible change. The result is empty if every coachee is matched.
    """
    candidates = (
        _advice(cycle, change, roster, result, solve)
        for change in _relevant_changes(roster, cycle, result)
    )
    good = sorted((one for one in candidates if one.gain > 0), key=lambda one: -one.gain)
    return tuple(good[:most])


def _relevant_changes(roster: Roster, cycle: Cycle, result: Result) -> Iterator[PolicyChange]:
    """Yield the policy changes that could remove the only obstacle to a match for a coachee."""
    evaluator = RuleEvaluator(RuleInputs(roster, cycle, build_availability_grid(roster, cycle)))
    matched = {match.coachee for match in result.matches}
    rows = [row for row, one in enumerate(roster.coachees) if one.id not in matched]
    concerned: set[str] = set()
    for eligibility in eligibilities(evaluator, rows):
        concerned |= _relevant_rules(eligibility)
    yield from (change for change in policy_changes(cycle) if change.rule in concerned)


def _relevant_rules(eligibility: Eligibility) -> set[str]:
    rules = {rule for rule in eligibility.forbidden_by if eligibility.blocked_only_by(rule).any()}
    if eligibility.eligible.any():
        rules.add(SCHEDULE)
    if eligibility.available.any():
        rules.add(SHARE)
    return rules


def _advice(
    cycle: Cycle, change: PolicyChange, roster: Roster, result: Result, solve: Solve
) -> Advice:
    levels = (ObjectiveLevel.PLACED, ObjectiveLevel.KEPT)
    objective = cycle.objective.model_copy(update={"levels": levels})
    other = solve(roster, change.cycle.model_copy(update={"objective": objective}), result)
    before = {match.coachee for match in result.matches}
    after = {match.coachee for match in other.matches}
    priority = {coachee.id: coachee.priority for coachee in roster.coachees}
    return Advice(
        change=change.change,
        settings=compare_policies(cycle, change.cycle),
        gain=sum(priority[one] for one in after) - sum(priority[one] for one in before),
        placed=tuple(one for one in priority if one in after - before),
        unplaced=tuple(one for one in priority if one in before - after),
    )
