"""Explains a coachee's match and its runner-up, or why the coachee has no coach."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from coach.cycle import Cycle
from coach.errors import NotFoundError
from coach.people import Roster
from coach.texts.facts import Fact
from matching.explanation.eligibility import Eligibility, eligibilities
from matching.facts import rules, runs
from matching.instance.availability_grid import build_availability_grid
from matching.rematching.comparison import CoacheeDifference, LevelDifference
from matching.result import Match, Result, ResultValue, Unmatched, Verdict
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator
from matching.rules.schedule import SCHEDULE


class Solve(Protocol):
    """A function that runs the engine without explanations, for comparison with a result."""

    def __call__(self, roster: Roster, cycle: Cycle, keep: Result) -> Result:
        """Solve `roster` under `cycle`. The level `kept` counts pairs that are also in `keep`."""
        ...


NextBest = Callable[[Match], "RunnerUp | None"]
"""Returns the runner-up of a match, or `None` if no plan gives the coachee another coach."""


class Objection(ResultValue):
    """A reason why a pair is impossible: a hard rule or `schedule`, and its explanation."""

    rule: str
    reason: Fact


class OtherCoach(ResultValue):
    """A coach with whom the coachee is not matched.

    `points` is `None` if there are objections. `holders` lists the current coachees of a possible
    coach who is fully booked, and is empty otherwise.
    """

    coach: str
    points: int | None
    objections: tuple[Objection, ...]
    holders: tuple[str, ...]


class RunnerUp(ResultValue):
    """The next best coach, who is the coachee's coach in the best plan without the current match.

    `price` is the change in the levels `placed`, `repeat`, `worst` and `total`. `moves` lists the
    other coachees whose coach would change. If `proven` is false, the search ran out of time: the
    plan is feasible, but there may be a better one.
    """

    coach: str
    points: int
    verdicts: tuple[Verdict, ...]
    price: tuple[LevelDifference, ...]
    moves: tuple[CoacheeDifference, ...]
    proven: bool = True


class Explanation(ResultValue):
    """The explanation of a coachee's match or lack of one, intended only for the programme manager.

    Either `match` or `unmatched` is set. `runner_up` is `None` if the coachee is unmatched or no
    plan gives them another coach. `others` lists all other coaches: possible ones by points, then
    the rest by their number of objections.
    """

    coachee: str
    match: Match | None
    runner_up: RunnerUp | None
    unmatched: Unmatched | None
    others: tuple[OtherCoach, ...]


def explain(
    roster: Roster, cycle: Cycle, result: Result, coachee: str, next_best: NextBest
) -> Explanation:
    """Explain a coachee's match in `result`, or why there is none.

    `next_best` finds the runner-up of a match.

    Raises:
        NotFoundError: the coachee is missing from the roster or the result.
    """
    match = next((one for one in result.matches if one.coachee == coachee), None)
    unmatched = next((one for one in result.unmatched if one.coachee == coachee), None)
    row = next((row for row, one in enumerate(roster.coachees) if one.id == coachee), None)
    if row is None or (match is None and unmatched is None):
        known = [one.id for one in roster.coachees[:5]]
        raise NotFoundError(runs.NO_SUCH_COACHEE(coachee=coachee, known=known))
    return Explanation(
        coachee=coachee,
        match=match,
        runner_up=next_best(match) if match else None,
        unmatched=unmatched,
        others=_others(roster, cycle, result, row),
    )


def _others(roster: Roster, cycle: Cycle, result: Result, row: int) -> tuple[OtherCoach, ...]:
    evaluator = RuleEvaluator(RuleInputs(roster, cycle, build_availability_grid(roster, cycle)))
    (eligibility,) = eligibilities(evaluator, [row])
    chosen = {match.coach for match in result.matches if match.coachee == roster.coachees[row].id}
    holders: dict[str, list[str]] = {}
    for match in result.matches:
        holders.setdefault(match.coach, []).append(match.coachee)
    others = [
        _other(evaluator, eligibility, column, tuple(holders.get(coach.id, ())))
        for column, coach in enumerate(roster.coaches)
        if coach.id not in chosen
    ]
    return tuple(sorted(others, key=lambda one: (len(one.objections), -(one.points or 0))))


def _other(
    evaluator: RuleEvaluator, eligibility: Eligibility, column: int, holders: tuple[str, ...]
) -> OtherCoach:
    coach = evaluator.inputs.roster.coaches[column]
    objections = [
        Objection(rule=rule, reason=reason)
        for rule, reason in evaluator.objections(eligibility.row, column).items()
    ]
    if not eligibility.schedulable[column]:
        objections.append(Objection(rule=SCHEDULE, reason=rules.TOO_LITTLE_TIME()))
    pair = np.array([eligibility.row]), np.array([column])
    return OtherCoach(
        coach=coach.id,
        points=None if objections else int(evaluator.points(*pair)[0]),
        objections=tuple(objections),
        holders=holders if not objections and len(holders) >= coach.capacity else (),
    )
