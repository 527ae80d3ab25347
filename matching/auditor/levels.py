"""Checks of the objective levels and of the status of a result."""

from __future__ import annotations

from collections.abc import Iterator

from coach.cycle import ObjectiveLevel
from matching.auditor.context import AuditContext
from matching.auditor.finding import Finding
from matching.auditor.series_quality import series_points
from matching.result import LevelOutcome


def levels(context: AuditContext) -> Iterator[Finding]:
    """Check that every level of the objective is present, in order, and correct."""
    result = context.result
    names = tuple(level.name for level in result.levels)
    if names != context.cycle.objective.levels:
        yield Finding(
            "levels",
            f"are {', '.join(names)}; expected {', '.join(context.cycle.objective.levels)}",
        )
    for level in result.levels:
        yield from _outcome(context, level)
    proven = all(lev.proven for lev in result.levels if lev.name is not ObjectiveLevel.SCHEDULE)
    if (result.status == "optimal") != proven:
        yield Finding(
            "status",
            f"is {result.status}, though the levels before schedule are "
            f"{'all' if proven else 'not all'} proven",
        )


def _outcome(context: AuditContext, level: LevelOutcome) -> Iterator[Finding]:
    about = f"level {level.name}"
    value = _value(context, level.name)
    if level.value != value:
        yield Finding(about, f"value is {level.value}; computed from the matches, it is {value}")
    if level.bound < level.value:
        yield Finding(about, f"bound {level.bound} is below the value {level.value}")
    if level.proven != (level.bound == level.value):
        yield Finding(
            about,
            f"is reported as {'proven' if level.proven else 'not proven'} "
            f"with value {level.value} and bound {level.bound}",
        )


def _value(context: AuditContext, name: ObjectiveLevel) -> int:
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
        case ObjectiveLevel.WORST:
            return min((match.points for match in context.known), default=0)
        case ObjectiveLevel.TOTAL:
            return sum(match.points for match in context.known)
        case ObjectiveLevel.SCHEDULE:
            return sum(series_points(context, match) for match in context.known)
