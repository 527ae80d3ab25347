"""The levels: each value counted again, no bound below its value, the status as it follows."""

from __future__ import annotations

from collections.abc import Iterator

from coach.cycle import ObjectiveLevel
from matching.auditor.context import Case
from matching.auditor.finding import Finding
from matching.auditor.series_quality import series_points
from matching.result import LevelOutcome


def levels(case: Case) -> Iterator[Finding]:
    """Every level of the objective is there, in its order, and holds."""
    result = case.result
    names = tuple(level.name for level in result.levels)
    if names != case.cycle.objective.levels:
        yield Finding(
            "levels",
            f"are {', '.join(names)}; the cycle's are {', '.join(case.cycle.objective.levels)}",
        )
    for level in result.levels:
        yield from _outcome(case, level)
    proven = all(lev.proven for lev in result.levels if lev.name is not ObjectiveLevel.SCHEDULE)
    if (result.status == "optimal") != proven:
        yield Finding(
            "status",
            f"is {result.status}, though the levels before schedule are "
            f"{'all' if proven else 'not all'} proven",
        )


def _outcome(case: Case, level: LevelOutcome) -> Iterator[Finding]:
    about = f"level {level.name}"
    value = _value(case, level.name)
    if level.value != value:
        yield Finding(about, f"value is {level.value}, the matches make {value}")
    if level.bound < level.value:
        yield Finding(about, f"bound {level.bound} lies below the value {level.value}")
    if level.proven != (level.bound == level.value):
        yield Finding(
            about,
            f"is told as {'proven' if level.proven else 'not proven'} "
            f"with value {level.value} and bound {level.bound}",
        )


def _value(case: Case, name: ObjectiveLevel) -> int:
    match name:
        case ObjectiveLevel.PLACED:
            return sum(case.coachees[match.coachee].priority for match in case.known)
        case ObjectiveLevel.KEPT:
            earlier = (
                {(match.coachee, match.coach) for match in case.keep.matches}
                if case.keep
                else set()
            )
            return sum((match.coachee, match.coach) in earlier for match in case.known)
        case ObjectiveLevel.WORST:
            return min((match.points for match in case.known), default=0)
        case ObjectiveLevel.TOTAL:
            return sum(match.points for match in case.known)
        case ObjectiveLevel.SCHEDULE:
            return sum(series_points(case, match) for match in case.known)
