"""Checks of a re-match: the reported changes, and the parts that must not change."""

from __future__ import annotations

from collections.abc import Iterator

from coach.texts.facts import LEGACY
from matching.auditor.context import AuditContext, about_match
from matching.auditor.finding import Finding
from matching.facts import findings as facts
from matching.facts.series_findings import past_session_changed, too_early
from matching.records.result_file import LEGACY_FORMAT
from matching.rematching.moves import explain_moves
from matching.result import Move


def reported_moves(context: AuditContext) -> Iterator[Finding]:
    """Yield a finding for each move that is missing, wrong, or reported although nothing moved.

    A coachee who occurs twice is reported as well.
    """
    expected = (
        explain_moves(context.evaluator, context.keep, context.result) if context.keep else ()
    )
    reported = {move.coachee: move for move in context.result.moves}
    if len(reported) < len(context.result.moves):
        yield Finding(facts.MOVES(), facts.MOVED_TWICE())
    for move in expected:
        if not _agree(context, reported.pop(move.coachee, None), move):
            yield Finding(facts.MOVE(coachee=move.coachee), facts.WRONG_MOVE(reason=move.reason))
    for coachee in reported:
        yield Finding(facts.MOVE(coachee=coachee), facts.NOTHING_MOVED())


def _agree(context: AuditContext, reported: Move | None, right: Move) -> bool:
    """Return whether two moves are equal, ignoring reasons if the result has no facts."""
    if reported is not None and context.result.format == LEGACY_FORMAT:
        reported, right = _without_reasons(reported), _without_reasons(right)
    return reported == right


def _without_reasons(move: Move) -> Move:
    no_reason = {"reason": LEGACY(text="")}
    sessions = tuple(session.model_copy(update=no_reason) for session in move.sessions)
    return move.model_copy(update=no_reason | {"sessions": sessions})


def fixed_history(context: AuditContext) -> Iterator[Finding]:
    """Yield a finding for each changed past session, and each new session before `not_before`."""
    if context.under_way is None:
        return
    zone, first = context.cycle.cycle.zone, context.under_way.not_before
    for match in context.known:
        for session in context.past.get((match.coachee, match.coach), ()):
            if session not in match.sessions:
                yield Finding(about_match(match), past_session_changed(session.number))
        for session in match.sessions:
            day = session.start.astimezone(zone).date()
            if day < first and not context.is_past(match, session):
                yield Finding(
                    about_match(match),
                    too_early(session.number, day=day, first=first),
                )
