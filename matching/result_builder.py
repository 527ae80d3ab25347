"""Converts a plan into the matches of a result, with ids, local times and verdicts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from uuid import UUID

from coach.availability import epoch_minute_to_local
from coach.sessions import Session
from matching.result import Match, Result
from matching.rules.evaluation import RuleEvaluator
from matching.search.plan import Plan

SessionUids = Mapping[tuple[str, str], Mapping[int, str]]
"""Session uids, keyed by `(coachee, coach)` and then by session number."""


def session_uids(keep: Result | None) -> SessionUids:
    """Return the session uids of an earlier result, or an empty mapping if there is none."""
    return {
        (match.coachee, match.coach): {session.number: session.uid for session in match.sessions}
        for match in (keep.matches if keep else ())
    }


def build_matches(
    evaluator: RuleEvaluator,
    plan: Plan,
    *,
    input_sha256: str,
    seed: int,
    known: SessionUids,
    on_match: Callable[[], object] = lambda: None,
) -> tuple[Match, ...]:
    """Return a plan's matches, sorted by coachee.

    Sessions in `known` keep their uids. Past sessions of a kept pair are copied unchanged, and
    numbering continues from them. `on_match` is called before each match and may raise an exception
    to stop.
    """
    history = evaluator.inputs.history
    built = []
    verdicts = evaluator.verdicts_for_pairs(plan.coachee, plan.coach)
    for (row, column), points, series, reasons in zip(
        plan.pairs, plan.points.tolist(), plan.series, verdicts, strict=True
    ):
        on_match()
        coachee = evaluator.inputs.roster.coachees[row].id
        coach = evaluator.inputs.roster.coaches[column].id
        kept = known.get((coachee, coach), {})
        past = history.past_sessions(coachee, coach) if history else ()
        previous_number = (
            history.number(coachee, coach)
            if history
            else evaluator.inputs.cycle.sessions.first_number - 1
        )
        built.append(
            Match(
                coachee=coachee,
                coach=coach,
                points=points,
                verdicts=reasons,
                sessions=past
                + tuple(
                    _session(
                        evaluator,
                        start,
                        number,
                        kept.get(number) or _uid(input_sha256, seed, coachee, coach, number),
                    )
                    for number, start in enumerate(series, start=previous_number + 1)
                ),
            )
        )
    return tuple(built)


def _session(evaluator: RuleEvaluator, start: int, number: int, uid: str) -> Session:
    cycle = evaluator.inputs.cycle
    zone = cycle.cycle.zone
    return Session(
        uid=uid,
        number=number,
        start=epoch_minute_to_local(start, zone),
        end=epoch_minute_to_local(start + cycle.sessions.minutes_of(number), zone),
    )


def _uid(*parts: object) -> str:
    """Return a UUID derived from a hash of `parts`, so it is reproducible but reveals nothing."""
    digest = sha256("\x1f".join(map(str, parts)).encode()).digest()
    return str(UUID(bytes=digest[:16], version=4))
