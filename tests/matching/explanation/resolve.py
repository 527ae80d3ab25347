"""Reference implementation of runner-ups that solves the complete problem again."""

from __future__ import annotations

from coach.cycle import Cycle
from coach.objective import ObjectiveLevel
from coach.people import Roster
from matching.errors import ImpossiblePinsError
from matching.explanation import RunnerUp, Solve
from matching.rematching.comparison import (
    CoacheeDifference,
    Comparison,
    LevelDifference,
    compare_results,
)
from matching.result import CoacheeChange, Match, Result


def runner_up(
    roster: Roster, cycle: Cycle, result: Result, match: Match, solve: Solve
) -> RunnerUp | None:
    """Return the coachee's coach in the best plan that places the coachee without this match.

    That plan places the coachee before anyone else, so that the price is known even if another
    coachee loses their place. Returns `None` if no other coach is possible, or if no plan without
    this match satisfies the other pins and the cross-border share.
    """
    try:
        other = solve(*_without(roster, cycle, match), result)
    except ImpossiblePinsError:
        return None
    instead = next((one for one in other.matches if one.coachee == match.coachee), None)
    if instead is None:
        return None
    compared = compare_results(result, other)
    return RunnerUp(
        coach=instead.coach,
        points=instead.points,
        verdicts=instead.verdicts,
        price=_price(roster, result, other, compared),
        moves=_moves(compared, match.coachee),
    )


def _without(roster: Roster, cycle: Cycle, match: Match) -> tuple[Roster, Cycle]:
    """Return the problem with this match banned, its pin dropped and its coachee placed first."""
    every = sum(coachee.priority for coachee in roster.coachees)
    coachees = tuple(
        one.model_copy(update={"priority": every}) if one.id == match.coachee else one
        for one in roster.coachees
    )
    dropped = {ObjectiveLevel.KEPT, ObjectiveLevel.SCHEDULE}
    levels = (*(one for one in cycle.objective.levels if one not in dropped), ObjectiveLevel.KEPT)
    bans = cycle.bans.get(match.coachee, frozenset()) | {match.coach}
    pins = {one: coach for one, coach in cycle.pins.items() if one != match.coachee}
    changes = {
        "pins": pins,
        "bans": {**cycle.bans, match.coachee: bans},
        "objective": cycle.objective.model_copy(update={"levels": levels}),
    }
    return roster.model_copy(update={"coachees": coachees}), cycle.model_copy(update=changes)


def _price(
    roster: Roster, before: Result, after: Result, compared: Comparison
) -> tuple[LevelDifference, ...]:
    """Return the differences in `placed` (by the original priorities), `worst` and `total`."""
    priority = {coachee.id: coachee.priority for coachee in roster.coachees}
    old, new = (sum(priority[one.coachee] for one in plan.matches) for plan in (before, after))
    first = LevelDifference(name=ObjectiveLevel.PLACED, before=old, after=new, gain=new - old)
    points = {ObjectiveLevel.WORST, ObjectiveLevel.TOTAL}
    return (first, *(level for level in compared.levels if level.name in points))


def _moves(compared: Comparison, coachee: str) -> tuple[CoacheeDifference, ...]:
    with_somebody_else = {CoacheeChange.MOVED, CoacheeChange.PLACED, CoacheeChange.UNPLACED}
    return tuple(
        one
        for one in compared.coachees
        if one.coachee != coachee and one.change in with_somebody_else
    )
