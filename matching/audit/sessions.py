"""When they meet: every session, every series, and every coach's days and weeks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby, pairwise

from coach.sessions import Session
from matching.audit.case import Case, named
from matching.audit.finding import Finding
from matching.audit.hours import inside, minute_of
from matching.result import Match


def far_away(case: Case) -> Iterator[Finding]:
    """Sessions so far from the cycle that their dates cannot be reckoned with."""
    first, last = case.cycle.cycle.start.year - 2, case.cycle.cycle.end.year + 2
    for match in case.result.matches:
        for session in match.sessions:
            if not all(first <= one.year <= last for one in (session.start, session.end)):
                yield Finding(f"{named(match)}, {_told(session)}", "lies far outside the cycle")


def series(case: Case) -> Iterator[Finding]:
    """Each match has all its sessions, numbered in the order of time, with the gaps between."""
    policy, zone = case.cycle.sessions, case.cycle.cycle.zone
    for match in case.known:
        numbers = [session.number for session in match.sessions]
        if numbers != list(range(1, policy.count + 1)):
            yield Finding(
                named(match),
                f"has sessions {', '.join(map(str, numbers)) or 'none'}; "
                f"has to have 1 to {policy.count}, in this order",
            )
        for before, after in pairwise(match.sessions):
            dates = [one.start.astimezone(zone).date() for one in (before, after)]
            gap = (dates[1] - dates[0]).days
            if not policy.min_gap_days <= gap <= policy.max_gap_days:
                yield Finding(
                    named(match),
                    f"{gap} days lie between session {before.number} ({dates[0]}) and session "
                    f"{after.number} ({dates[1]}); {policy.min_gap_days} to "
                    f"{policy.max_gap_days} are wanted",
                )


def places(case: Case) -> Iterator[Finding]:
    """Each session has its length, lies on the grid in the cycle, and finds both people free."""
    for match in case.known:
        people = case.coachees[match.coachee], case.coaches[match.coach]
        for session in match.sessions:
            about = f"{named(match)}, {_told(session)}"
            yield from (Finding(about, fault) for fault in _form(case, session))
            start = minute_of(session.start)
            end = start + case.cycle.sessions.minutes
            if fault := case.hours.misplaced(start):
                yield Finding(about, f"begins or runs {fault}")
            for person in people:
                if not inside(case.free(person), start, end):
                    yield Finding(about, f"{person.id} is not free for the whole of it")


def _form(case: Case, session: Session) -> Iterator[str]:
    minutes = (session.end - session.start).total_seconds() / 60
    if minutes != case.cycle.sessions.minutes:
        yield f"lasts {minutes:g} minutes, has to last {case.cycle.sessions.minutes}"
    if session.start.second or session.start.microsecond:
        yield "does not begin on a whole minute"
    for moment in (session.start, session.end):
        if moment.utcoffset() != moment.astimezone(case.cycle.cycle.zone).utcoffset():
            yield f"is not told in the cycle's zone {case.cycle.cycle.timezone}"
    if not session.uid:
        yield "has no uid"


def uids(case: Case) -> Iterator[Finding]:
    """No two sessions share a uid."""
    count = Counter(session.uid for match in case.result.matches for session in match.sessions)
    for uid, times in count.items():
        if times > 1:
            yield Finding(f"uid {uid}", f"belongs to {times} sessions")


def loads(case: Case) -> Iterator[Finding]:
    """No coach is in two sessions at once, without their buffer, or beyond their caps."""
    by_coach = sorted(case.known, key=lambda match: match.coach)
    for coach_id, matches in groupby(by_coach, key=lambda match: match.coach):
        told = sorted(
            ((session, match) for match in matches for session in match.sessions),
            key=lambda one: one[0].start,
        )
        yield from _apart(case, coach_id, told)
        yield from _caps(case, coach_id, [session for session, _ in told])


def _apart(case: Case, coach: str, told: list[tuple[Session, Match]]) -> Iterator[Finding]:
    buffer = case.cycle.sessions.buffer_minutes
    for (one, first), (other, second) in pairwise(told):
        free = (other.start - one.end).total_seconds() / 60
        if free < buffer:
            problem = "overlap" if free < 0 else f"have {free:g} minutes between, {buffer} needed"
            yield Finding(
                f"coach {coach}",
                f"{_told(one)} with {first.coachee} and {_told(other)} with {second.coachee} "
                f"{problem}",
            )


def _caps(case: Case, coach_id: str, sessions: list[Session]) -> Iterator[Finding]:
    coach, policy = case.coaches[coach_id], case.cycle.sessions
    dates = [session.start.astimezone(case.cycle.cycle.zone).date() for session in sessions]
    a_day = coach.max_per_day or policy.max_per_coach_day
    for day, count in Counter(dates).items():
        if count > a_day:
            yield Finding(f"coach {coach_id}", f"has {count} sessions on {day}, takes {a_day}")
    a_week = coach.max_per_week or policy.max_per_coach_week
    for (year, week), count in Counter(day.isocalendar()[:2] for day in dates).items():
        if count > a_week:
            yield Finding(
                f"coach {coach_id}",
                f"has {count} sessions in week {week} of {year}, takes {a_week}",
            )


def _told(session: Session) -> str:
    return f"session {session.number} on {session.start:%Y-%m-%d %H:%M}"
