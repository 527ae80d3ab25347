"""What a re-match says it changed, and what it must not have changed."""

from __future__ import annotations

from collections.abc import Iterator

from matching.auditor.context import Case, named
from matching.auditor.finding import Finding
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


def what_lies_behind(case: Case) -> Iterator[Finding]:
    """Sessions before the day stand as they were, and every other one is on that day or later."""
    if case.under_way is None:
        return
    zone, first = case.cycle.cycle.zone, case.under_way.not_before
    for match in case.known:
        for session in case.past.get((match.coachee, match.coach), ()):
            if session not in match.sessions:
                yield Finding(
                    named(match), f"session {session.number} lies behind, but is not told"
                )
        for session in match.sessions:
            day = session.start.astimezone(zone).date()
            if day < first and not case.is_past(match, session):
                yield Finding(
                    named(match),
                    f"session {session.number} is placed on {day}, before {first}",
                )
