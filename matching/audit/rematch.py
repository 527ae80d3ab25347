"""What a re-match says it changed, told again from both results."""

from __future__ import annotations

from collections.abc import Iterator

from matching.audit.case import Case
from matching.audit.finding import Finding
from matching.rematching.moves import moves


def told_moves(case: Case) -> Iterator[Finding]:
    """Every difference from the kept result is told with its reason, and nothing else is."""
    right = moves(case.judges, case.keep, case.result) if case.keep else ()
    told = {move.coachee: move for move in case.result.moves}
    if len(told) < len(case.result.moves):
        yield Finding("moves", "tell of somebody twice")
    for move in right:
        if told.pop(move.coachee, None) != move:
            yield Finding(f"move of {move.coachee}", f"has to be told: {move.because}")
    for coachee in told:
        yield Finding(f"move of {coachee}", "is told, though nothing moved")
