"""Recomputes the quality of a series with plain dates, as documented for `[timetable]`."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from coach.sessions import Session
from matching.auditor.context import AuditContext
from matching.auditor.hours import inside, minute_of
from matching.result import Match


def series_points(context: AuditContext, match: Match) -> int:
    """Return 100 minus deductions for uneven gaps, a late finish, leave, and non-preferred times.

    A match without sessions has 0 points. A contracting session and the gap after it do not count.
    """
    zone = context.cycle.cycle.zone
    sessions = [session for session in match.sessions if session.number]  # no contracting session
    days = [session.start.astimezone(zone).date() for session in sessions]
    if not days:
        return 0
    faults = _rhythm(context, days) + _finish(context, days[-1]) + _leave(context, match, days)
    return 100 - faults - _hours(context, match, sessions)


def _rhythm(context: AuditContext, days: list[date]) -> int:
    sessions = context.cycle.sessions
    low, high = sessions.min_gap_days, sessions.max_gap_days
    if low == high or sessions.count == 1:
        return 0
    points, half_span, gaps = context.cycle.timetable.rhythm, (high - low) / 2, sessions.count - 1
    distances = (
        min(abs((later - earlier).days - (low + high) / 2), half_span)
        for earlier, later in pairwise(days)
    )
    # Multiples of 0.5 are exact in binary, so the division of doubled values is exact.
    return sum(int(points * 2 * away) // int(2 * half_span * gaps) for away in distances)


def _finish(context: AuditContext, last: date) -> int:
    policy = context.cycle.timetable
    missing_days = policy.slack_days - (context.cycle.cycle.end - last).days
    return policy.finish * min(max(missing_days, 0), policy.slack_days) // policy.slack_days


def _leave(context: AuditContext, match: Match, days: list[date]) -> int:
    people = context.coachees[match.coachee], context.coaches[match.coach]
    leave_adjacent = {
        edge
        for person in people
        for away in person.unavailable
        for edge in (away.first - timedelta(1), away.last + timedelta(1))
    }
    each = context.cycle.timetable.leave // context.cycle.sessions.count
    return sum(each for day in days if day in leave_adjacent)


def _hours(context: AuditContext, match: Match, sessions: list[Session]) -> int:
    """Return the deduction for sessions that are not fully within the coachee's preferred times."""
    policy, coachee = context.cycle.timetable, context.coachees[match.coachee]
    wanted = policy.preferred_by.get(coachee.id, policy.preferred)
    if not wanted:
        return 0
    spans = context.hours.weekly(coachee.timezone, wanted)
    elsewhere = sum(
        not inside(spans, minute_of(session.start), minute_of(session.end)) for session in sessions
    )
    return elsewhere * (policy.hours // context.cycle.sessions.count)
