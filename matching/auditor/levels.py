"""Checks of a result's objective levels and status."""

from __future__ import annotations

from collections.abc import Iterator

from coach.objective import ObjectiveLevel
from coach.repeat import EarlierPairs
from matching.auditor.context import AuditContext
from matching.auditor.finding import Finding
from matching.auditor.series_quality import series_points
from matching.facts import findings as facts
from matching.facts.names import level_name
from matching.result import LevelOutcome


def levels(context: AuditContext) -> Iterator[Finding]:
    """Yield findings about levels that are missing, out of order or wrong, and about the status."""
    result = context.result
    names = tuple(level.name for level in result.levels)
    if names != (right := _expected_levels(context)):
        yield Finding(
            facts.LEVELS(),
            facts.WRONG_LEVELS(
                reported=[level_name(one.value) for one in names],
                right=[level_name(one.value) for one in right],
            ),
        )
    for level in result.levels:
        yield from _outcome(context, level)
    proven = all(lev.proven for lev in result.levels if lev.name is not ObjectiveLevel.SCHEDULE)
    if (result.status == "optimal") != proven:
        wrong = facts.ALL_PROVEN if proven else facts.NOT_ALL_PROVEN
        yield Finding(facts.STATUS(), wrong(status=result.status))


def _expected_levels(context: AuditContext) -> tuple[ObjectiveLevel, ...]:
    """Return the policy's levels, with `repeat` after `placed` or `placed, kept` if it applies."""
    expected = list(context.cycle.objective.levels)
    avoids = context.cycle.rules.repeat.earlier is EarlierPairs.AVOID
    if avoids and context.roster.earlier_pairs is not None:
        kept_next = expected[:2] == [ObjectiveLevel.PLACED, ObjectiveLevel.KEPT]
        expected.insert(1 + kept_next, ObjectiveLevel.REPEAT)
    return tuple(expected)


def _outcome(context: AuditContext, level: LevelOutcome) -> Iterator[Finding]:
    about = facts.LEVEL(level=level_name(level.name.value))
    value = level_value(context, level.name)
    if level.value != value:
        yield Finding(about, facts.WRONG_VALUE(value=level.value, right=value))
    if level.name is ObjectiveLevel.REPEAT:  # the only level that is minimised
        if not 0 <= level.bound <= level.value:
            yield Finding(about, facts.WRONG_LOWER_BOUND(bound=level.bound, value=level.value))
    elif level.bound < level.value:
        yield Finding(about, facts.WRONG_BOUND(bound=level.bound, value=level.value))
    if level.proven != (level.bound == level.value):
        wrong = facts.WRONGLY_PROVEN if level.proven else facts.WRONGLY_NOT_PROVEN
        yield Finding(about, wrong(value=level.value, bound=level.bound))


def level_value(context: AuditContext, name: ObjectiveLevel) -> int:
    """Return the value of a level, computed from the matches."""
    match name:
        case ObjectiveLevel.PLACED:
            return sum(context.coachees[match.coachee].priority for match in context.known)
        case ObjectiveLevel.KEPT:
            earlier = (
                {(match.coachee, match.coach) for match in context.keep.matches}
                if context.keep
                else set()
            )
            return sum((match.coachee, match.coach) in earlier for match in context.known)
        case ObjectiveLevel.REPEAT:
            repeated = set(context.roster.earlier_pairs or ())
            return sum((match.coachee, match.coach) in repeated for match in context.known)
        case ObjectiveLevel.WORST:
            return min((match.points for match in context.known), default=0)
        case ObjectiveLevel.TOTAL:
            return sum(match.points for match in context.known)
        case ObjectiveLevel.SCHEDULE:
            return sum(series_points(context, match) for match in context.known)
