"""Checks that a human's sessions do not overlap, and that the keys of people are correct."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC

from coach.sessions import Session
from matching.auditor.context import AuditContext
from matching.auditor.finding import Finding
from matching.facts import findings as facts
from matching.facts.series_findings import describe_session
from matching.instance.earlier_pairs import expected_people
from matching.records.result_file import LEGACY_FORMAT

_Booking = tuple[Session, str, str]
"""A session with the ids of its coachee and coach."""


def overlaps(context: AuditContext) -> Iterator[Finding]:
    """Yield a finding for each pair of overlapping sessions of a human with several rows.

    Two sessions of the same coach are left to `sessions.loads`, and two past sessions are ignored.
    """
    humans = context.evaluator.inputs.humans
    of_coachee = dict(zip(context.coachees, humans.coachees, strict=True))
    of_coach = dict(zip(context.coaches, humans.coaches, strict=True))
    booked: dict[int, set[_Booking]] = defaultdict(set)
    pairs = [(match.coachee, match.coach, match.sessions) for match in context.known]
    pairs += [(*pair, sessions) for pair, sessions in context.past.items()]
    for coachee, coach, sessions in pairs:
        for human in humans.repeated & {of_coachee.get(coachee), of_coach.get(coach)}:
            booked[human] |= {(session, coachee, coach) for session in sessions}
    for human in sorted(booked):
        yield from _overlaps(context, booked[human])


def keys(context: AuditContext) -> Iterator[Finding]:
    """Yield a finding if the keys by which later cycles recognise the matched people are wrong."""
    result = context.result
    expected = expected_people(context.roster, context.cycle, result)
    if result.format != LEGACY_FORMAT and result.people != expected:
        yield Finding(facts.PEOPLE(), facts.WRONG_KEYS())


def _overlaps(context: AuditContext, bookings: set[_Booking]) -> Iterator[Finding]:
    in_order = sorted(bookings, key=lambda one: (one[0].start.astimezone(UTC), one[1:]))
    for place, (one, coachee, coach) in enumerate(in_order):
        for other, other_coachee, other_coach in in_order[place + 1 :]:
            if other.start.astimezone(UTC) >= one.end.astimezone(UTC):
                break
            if coach != other_coach and not context.all_past((one, other)):
                yield Finding(
                    facts.MATCH(coachee=coachee, coach=coach),
                    facts.SAME_PERSON_OVERLAP(
                        first=describe_session(one.number, one.start),
                        second=describe_session(other.number, other.start),
                        coachee=other_coachee,
                        coach=other_coach,
                    ),
                )
