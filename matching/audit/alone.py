"""Whether one pair, were it alone, could meet often enough: the plain way, start after start."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from coach.cycle import SessionPolicy
from coach.people import Coach

_A_WEEK = 7


def can_meet(
    starts: Sequence[int], days: Sequence[date], coach: Coach, policy: SessionPolicy
) -> bool:
    """Whether a whole series fits on the common `starts` (minutes, ascending) and their `days`."""
    a_day = coach.max_per_day or policy.max_per_coach_day
    a_week = coach.max_per_week or policy.max_per_coach_week
    weekly = -(-_A_WEEK // policy.min_gap_days) if policy.min_gap_days else policy.count
    if (
        policy.min_gap_days
        and a_week >= min(weekly, policy.count)
        and _days_apart(starts, days, policy)
    ):
        return _days_reach(sorted(set(days)), policy)
    return _starts_reach(starts, days, policy, a_day, a_week)


def _days_apart(starts: Sequence[int], days: Sequence[date], policy: SessionPolicy) -> bool:
    """Whether sessions on two days never touch, so that only days matter."""
    apart = policy.minutes + policy.buffer_minutes
    return all(
        after - before >= apart
        for before, after, one, other in zip(starts, starts[1:], days, days[1:], strict=False)
        if one != other
    )


def _days_reach(days: Sequence[date], policy: SessionPolicy) -> bool:
    reached = set(days)
    gaps = range(policy.min_gap_days, policy.max_gap_days + 1)
    for _ in range(policy.count - 1):
        reached = {day for day in days if any(day - timedelta(gap) in reached for gap in gaps)}
    return bool(reached)


def _starts_reach(
    starts: Sequence[int], days: Sequence[date], policy: SessionPolicy, a_day: int, a_week: int
) -> bool:
    """States are the last start with how many of the series lie on its day and in its week."""
    apart = policy.minutes + policy.buffer_minutes
    states = {(place, 1, 1) for place in range(len(starts))}
    for _ in range(policy.count - 1):
        following = set()
        for place, on_day, in_week in states:
            for later in range(place + 1, len(starts)):
                gap = (days[later] - days[place]).days
                if gap > policy.max_gap_days:
                    break
                if gap < policy.min_gap_days or starts[later] - starts[place] < apart:
                    continue
                same_week = days[later].isocalendar()[:2] == days[place].isocalendar()[:2]
                state = later, on_day + 1 if not gap else 1, in_week + 1 if same_week else 1
                if state[1] <= a_day and state[2] <= a_week:
                    following.add(state)
        states = following
    return bool(states)
