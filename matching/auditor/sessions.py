"""Checks of the sessions: each session, each series, and each coach's days and weeks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import groupby, pairwise

from coach.sessions import Session
from coach.texts.facts import Fact
from matching.auditor.context import AuditContext, about_match
from matching.auditor.finding import Finding
from matching.auditor.hours import inside, minute_of
from matching.facts import findings as facts
from matching.facts.series_findings import (
    NO_SESSIONS,
    WRONG_SERIES,
    describe_session,
    not_after,
    wrong_gap,
)
from matching.result import Match


def implausible_dates(context: AuditContext) -> Iterator[Finding]:
    """Yield a finding for each session so far from the cycle that date arithmetic could fail."""
    first, last = context.cycle.cycle.start.year - 2, context.cycle.cycle.end.year + 2
    for match in context.result.matches:
        for session in match.sessions:
            if not all(first <= one.year <= last for one in (session.start, session.end)):
                yield Finding(_about_session(match, session), facts.FAR_OUTSIDE())


def series(context: AuditContext) -> Iterator[Finding]:
    """Yield findings about missing or unordered sessions, and about wrong gaps between them."""
    policy, zone = context.cycle.sessions, context.cycle.cycle.zone
    for match in context.known:
        numbers = [session.number for session in match.sessions]
        past = [one.number for one in context.past.get(_pair(match), ())]  # a number may be missing
        first = context.first_number(match)
        last = max([policy.count, *past])
        expected = [*past, *range(max([first - 1, *past]) + 1, last + 1)]
        if not numbers or numbers != expected:
            wrong = (
                WRONG_SERIES(numbers=numbers, first=first, last=last)
                if numbers
                else NO_SESSIONS(first=first, last=last)
            )
            yield Finding(about_match(match), wrong)
        for before, after in pairwise(match.sessions):
            if context.is_past(match, after):
                continue
            if minute_of(after.start) <= minute_of(before.start):
                yield Finding(
                    about_match(match),
                    not_after(after.number, before.number),
                )
            first_day, day = (one.start.astimezone(zone).date() for one in (before, after))
            least, most = policy.min_gap_days, policy.max_gap_days
            if before.number == 0:
                least, most = policy.contracting_gap_days
            if not least <= (day - first_day).days <= most:
                yield Finding(
                    about_match(match),
                    wrong_gap(
                        (before.number, after.number), (first_day, day), least=least, most=most
                    ),
                )


def session_times(context: AuditContext) -> Iterator[Finding]:
    """Yield findings about the length, format and time of each session that is not past."""
    for match in context.known:
        people = context.coachees[match.coachee], context.coaches[match.coach]
        for session in match.sessions:
            if context.is_past(match, session):
                continue
            about = _about_session(match, session)
            yield from (Finding(about, fault) for fault in _format_faults(context, session))
            start = minute_of(session.start)
            end = start + context.hours.length(session.number)
            if fault := context.hours.start_fault(start, session.number):
                yield Finding(about, fault)
            for person in people:
                if not inside(context.free(person), start, end):
                    yield Finding(about, facts.NOT_FREE(person=person.id))


def _format_faults(context: AuditContext, session: Session) -> Iterator[Fact]:
    minutes = _minutes_between(session.start, session.end)
    right = context.hours.length(session.number)
    if minutes != right:
        yield facts.WRONG_LENGTH(minutes=minutes, right=right)
    if session.start.second or session.start.microsecond:
        yield facts.NOT_A_WHOLE_MINUTE()
    for instant in (session.start, session.end):
        if instant.utcoffset() != instant.astimezone(context.cycle.cycle.zone).utcoffset():
            yield facts.OTHER_ZONE(zone=context.cycle.cycle.timezone)
    if not session.uid:
        yield facts.NO_UID()


def uids(context: AuditContext) -> Iterator[Finding]:
    """Yield a finding for each uid that belongs to several sessions."""
    count = Counter(session.uid for match in context.result.matches for session in match.sessions)
    for uid, times in count.items():
        if times > 1:
            yield Finding(facts.UID(uid=uid), facts.SHARED_UID(count=times))


def loads(context: AuditContext) -> Iterator[Finding]:
    """Yield findings about each coach's overlapping sessions, short buffers and exceeded caps."""
    by_coach = sorted(context.known, key=lambda match: match.coach)
    for coach_id, matches in groupby(by_coach, key=lambda match: match.coach):
        reported = {
            session.uid: (session, match.coachee) for match in matches for session in match.sessions
        }
        for (coachee, coach), past in context.past.items():
            if coach == coach_id:  # including coachees who now have another coach
                reported |= {session.uid: (session, coachee) for session in past}
        in_order = sorted(reported.values(), key=lambda one: one[0].start.astimezone(UTC))
        yield from _overlaps(context, coach_id, in_order)
        yield from _caps(context, coach_id, [session for session, _ in in_order])


def _minutes_between(one: datetime, other: datetime) -> float:
    """Return the elapsed minutes, regardless of clock changes in between."""
    return (other.astimezone(UTC) - one.astimezone(UTC)) / timedelta(minutes=1)


def _pair(match: Match) -> tuple[str, str]:
    return match.coachee, match.coach


def _overlaps(
    context: AuditContext, coach: str, reported: list[tuple[Session, str]]
) -> Iterator[Finding]:
    buffer = context.cycle.sessions.buffer_minutes
    for (one, first), (other, second) in pairwise(reported):
        free = _minutes_between(one.end, other.start)
        if free < buffer and not context.all_past((one, other)):
            both: dict[str, object] = {
                "first": describe_session(one.number, one.start),
                "coachee": first,
                "second": describe_session(other.number, other.start),
                "other_coachee": second,
            }
            wrong = (
                facts.OVERLAP(**both)
                if free < 0
                else facts.SHORT_BUFFER(**both, count=int(free), right=buffer)
            )
            yield Finding(facts.COACH(coach=coach), wrong)


def _caps(context: AuditContext, coach_id: str, sessions: list[Session]) -> Iterator[Finding]:
    coach, policy = context.coaches[coach_id], context.cycle.sessions
    zone = context.cycle.cycle.zone
    by_day: dict[date, list[Session]] = defaultdict(list)
    by_week: dict[tuple[int, int], list[Session]] = defaultdict(list)
    for session in sessions:
        day = session.start.astimezone(zone).date()
        by_day[day].append(session)
        by_week[day.isocalendar()[:2]].append(session)
    a_day = coach.max_per_day or policy.max_per_coach_day
    for day, some in by_day.items():
        if len(some) > a_day and not context.all_past(some):
            yield Finding(
                facts.COACH(coach=coach_id),
                facts.DAY_LIMIT(count=len(some), day=day, limit=a_day),
            )
    a_week = coach.max_per_week or policy.max_per_coach_week
    for (year, week), some in by_week.items():
        if len(some) > a_week and not context.all_past(some):
            yield Finding(
                facts.COACH(coach=coach_id),
                facts.WEEK_LIMIT(count=len(some), week=week, year=str(year), limit=a_week),
            )


def _about_session(match: Match, session: Session) -> Fact:
    return facts.SESSION_OF_MATCH(
        match=about_match(match), session=describe_session(session.number, session.start)
    )
