"""A plan told as a result: people by id, sessions in the cycle's zone, verdicts in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from uuid import UUID

from coach.availability import from_epoch_minute
from coach.sessions import Session
from matching.result import Match, Result
from matching.rules.evaluation import Judges
from matching.search.plan import Plan

Uids = Mapping[tuple[str, str], Mapping[int, str]]
"""Uids of sessions by coachee and coach, and by number."""


def uids_of(keep: Result | None) -> Uids:
    """The uids an earlier result has given."""
    return {
        (match.coachee, match.coach): {session.number: session.uid for session in match.sessions}
        for match in (keep.matches if keep else ())
    }


def matches(
    judges: Judges,
    plan: Plan,
    *,
    input_sha256: str,
    seed: int,
    known: Uids,
    each_match: Callable[[], object] = lambda: None,
) -> tuple[Match, ...]:
    """The matches of a plan, by the order of the coachees. Sessions in `known` keep their uid.

    What lies behind a pair that stays is told as it was; the rest goes on with the next number.
    `each_match` is called before each of them.
    """
    behind = judges.facts.behind
    told = []
    verdicts = judges.verdicts_of(plan.coachee, plan.coach)
    for (row, column), points, series, because in zip(
        plan.pairs, plan.points.tolist(), plan.series, verdicts, strict=True
    ):
        each_match()
        coachee = judges.facts.roster.coachees[row].id
        coach = judges.facts.roster.coaches[column].id
        kept = known.get((coachee, coach), {})
        past = behind.of(coachee, coach) if behind else ()
        passed = behind.number(coachee, coach) if behind else 0
        told.append(
            Match(
                coachee=coachee,
                coach=coach,
                points=points,
                verdicts=because,
                sessions=past
                + tuple(
                    _session(
                        judges,
                        start,
                        number,
                        kept.get(number) or _uid(input_sha256, seed, coachee, coach, number),
                    )
                    for number, start in enumerate(series, start=passed + 1)
                ),
            )
        )
    return tuple(told)


def _session(judges: Judges, start: int, number: int, uid: str) -> Session:
    cycle = judges.facts.cycle
    zone = cycle.cycle.zone
    return Session(
        uid=uid,
        number=number,
        start=from_epoch_minute(start, zone),
        end=from_epoch_minute(start + cycle.sessions.minutes, zone),
    )


def _uid(*parts: object) -> str:
    """A uid that the same input and seed give again and that tells a reader nothing."""
    digest = sha256("\x1f".join(map(str, parts)).encode()).digest()
    return str(UUID(bytes=digest[:16], version=4))
