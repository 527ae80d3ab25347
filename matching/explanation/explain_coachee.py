"""Explanation of a coachee's match: why this coach, the runner-up and its price, or why nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from coach.cycle import Cycle
from coach.errors import NotFoundError
from coach.people import Roster
from matching.explanation.eligibility import Eligibility, eligibilities
from matching.instance.availability_grid import build_availability_grid
from matching.instance.pair_report import SCHEDULE
from matching.rematching.comparison import CoacheeDifference, LevelDifference
from matching.result import Match, Result, ResultValue, Unmatched, Verdict
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator


class Solve(Protocol):
    """The engine without explanations: finds the best result with the fewest changes."""

    def __call__(self, roster: Roster, cycle: Cycle, keep: Result) -> Result:
        """Match and timetable `roster` under `cycle`; level `kept` counts the pairs of `keep`."""
        ...


NextBest = Callable[[Match], "RunnerUp | None"]
"""The runner-up of a match; `None` where no plan gives the coachee another coach."""


class Objection(ResultValue):
    """What rules a pair out: a hard rule or `schedule`, and why."""

    rule: str
    because: str


class OtherCoach(ResultValue):
    """A coach whom the coachee is not matched with: the pair's points, or what rules it out.

    `holders` are the current coachees of a coach without a free place.
    """

    coach: str
    points: int | None
    objections: tuple[Objection, ...]
    holders: tuple[str, ...]


class RunnerUp(ResultValue):
    """The next best coach, found by solving again without the chosen pair.

    `price` is the change in placed, worst and total; `moves` are the others who would have another
    coach or none. If it is not `proven`, time ran out: this plan exists, but there may be a better
    one.
    """

    coach: str
    points: int
    verdicts: tuple[Verdict, ...]
    price: tuple[LevelDifference, ...]
    moves: tuple[CoacheeDifference, ...]
    proven: bool = True


class Explanation(ResultValue):
    """The explanation of one coachee's match, for the programme manager only.

    It has either `match` with `runner_up` (`None` if the coachee would have no coach otherwise) or
    `unmatched`, and all other coaches: the possible ones by points, then the rest by the number of
    objections.
    """

    coachee: str
    match: Match | None
    runner_up: RunnerUp | None
    unmatched: Unmatched | None
    others: tuple[OtherCoach, ...]


def explain(
    roster: Roster, cycle: Cycle, result: Result, coachee: str, next_best: NextBest
) -> Explanation:
    """Explain a coachee's match in `result`; `next_best` finds the runner-up of a match.

    Raises:
        NotFoundError: the result has no such coachee.
    """
    match = next((one for one in result.matches if one.coachee == coachee), None)
    unmatched = next((one for one in result.unmatched if one.coachee == coachee), None)
    row = next((row for row, one in enumerate(roster.coachees) if one.id == coachee), None)
    if row is None or (match is None and unmatched is None):
        known = ", ".join(one.id for one in roster.coachees[:5])
        raise NotFoundError(f"no coachee {coachee} in this result; it contains {known} and others")
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
        Objection(rule=rule, because=because)
        for rule, because in evaluator.objections(eligibility.row, column).items()
    ]
    if not eligibility.schedulable[column]:
        objections.append(
            Objection(
                rule=SCHEDULE, because="they have too little free time in common for all sessions"
            )
        )
    pair = np.array([eligibility.row]), np.array([column])
    return OtherCoach(
        coach=coach.id,
        points=None if objections else int(evaluator.points(*pair)[0]),
        objections=tuple(objections),
        holders=holders if not objections and len(holders) >= coach.capacity else (),
    )
