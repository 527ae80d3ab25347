"""The quality of a series counted anew, in plain dates, as `[timetable]` is documented."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from matching.auditor.context import Case
from matching.auditor.hours import inside, minute_of
from matching.result import Match


def series_points(case: Case, match: Match) -> int:
    """100 points less those for uneven gaps, a late finish, and sessions at times less good."""
    zone = case.cycle.cycle.zone
    days = [session.start.astimezone(zone).date() for session in match.sessions]
    if not days:
        return 0
    faults = _rhythm(case, days) + _finish(case, days[-1]) + _leave(case, match, days)
    return 100 - faults - _hours(case, match)


def _rhythm(case: Case, days: list[date]) -> int:
    sessions = case.cycle.sessions
    low, high = sessions.min_gap_days, sessions.max_gap_days
    if low == high or sessions.count == 1:
        return 0
    points, half_span, gaps = case.cycle.timetable.rhythm, (high - low) / 2, sessions.count - 1
    distances = (
        min(abs((later - earlier).days - (low + high) / 2), half_span)
        for earlier, later in pairwise(days)
    )
    # Halves are exact in binary, so the whole part is too once both sides are doubled.
    return sum(int(points * 2 * away) // int(2 * half_span * gaps) for away in distances)


def _finish(case: Case, last: date) -> int:
    policy = case.cycle.timetable
    lacking = policy.slack_days - (case.cycle.cycle.end - last).days
    return policy.finish * min(max(lacking, 0), policy.slack_days) // policy.slack_days


def _leave(case: Case, match: Match, days: list[date]) -> int:
    people = case.coachees[match.coachee], case.coaches[match.coach]
    beside = {
        edge
        for person in people
        for away in person.unavailable
        for edge in (away.first - timedelta(1), away.last + timedelta(1))
    }
    each = case.cycle.timetable.leave // case.cycle.sessions.count
    return sum(each for day in days if day in beside)


def _hours(case: Case, match: Match) -> int:
    """Sessions that are not wholly within the coachee's preferred times."""
    policy, coachee = case.cycle.timetable, case.coachees[match.coachee]
    wanted = policy.preferred_by.get(coachee.id, policy.preferred)
    if not wanted:
        return 0
    spans = case.hours.weekly(coachee.timezone, wanted)
    elsewhere = sum(
        not inside(spans, minute_of(session.start), minute_of(session.end))
        for session in match.sessions
    )
    return elsewhere * (policy.hours // case.cycle.sessions.count)
