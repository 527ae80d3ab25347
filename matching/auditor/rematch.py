"""Checks of a re-match: the changes it reports, and what it must not change."""

from __future__ import annotations

from collections.abc import Iterator

from matching.auditor.context import AuditContext, match_label
from matching.auditor.finding import Finding
from matching.rematching.moves import explain_moves


def reported_moves(context: AuditContext) -> Iterator[Finding]:
    """Check that the reported moves are exactly the differences from the kept result."""
    expected = (
        explain_moves(context.evaluator, context.keep, context.result) if context.keep else ()
    )
    reported = {move.coachee: move for move in context.result.moves}
    if len(reported) < len(context.result.moves):
        yield Finding("moves", "contain a coachee twice")
    for move in expected:
        if reported.pop(move.coachee, None) != move:
            yield Finding(
                f"move of {move.coachee}", f"is missing or wrong; expected: {move.because}"
            )
    for coachee in reported:
        yield Finding(f"move of {coachee}", "is reported, but nothing moved")


def fixed_history(context: AuditContext) -> Iterator[Finding]:
    """Check that past sessions are unchanged, and that all others are on or after `not_before`."""
    if context.under_way is None:
        return
    zone, first = context.cycle.cycle.zone, context.under_way.not_before
    for match in context.known:
        for session in context.past.get((match.coachee, match.coach), ()):
            if session not in match.sessions:
                yield Finding(
                    match_label(match), f"past session {session.number} is missing or changed"
                )
        for session in match.sessions:
            day = session.start.astimezone(zone).date()
            if day < first and not context.is_past(match, session):
                yield Finding(
                    match_label(match),
                    f"session {session.number} is placed on {day}, before {first}",
                )
