"""Counts the coaches with whom a coachee could place a series, independently of the engine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coach.cycle import SessionPolicy
from coach.people import Coach

_DAYS_PER_WEEK = 7


def count_schedulable_coaches(
    common: NDArray[np.bool_],
    starts: NDArray[np.int64],
    days: NDArray[np.int64],
    coaches: Sequence[Coach],
    policy: SessionPolicy,
    *,
    opening: NDArray[np.bool_] | None = None,
) -> int:
    """Count the coaches with whom a coachee could place a complete series.

    Args:
        common: `[c, S]`, the common starts of each coach and the coachee.
        starts: `[S]`, in minutes, ascending.
        days: `[S]`, the local date of each start as a proleptic ordinal.
        coaches: the `c` coaches.
        policy: gaps, lengths and caps.
        opening: `[S]`, the possible starts of a first session; by default, any start.
    """
    used = np.flatnonzero(common.any(axis=0))
    if not len(used):
        return 0
    common, starts, days = common[:, used], starts[used], days[used]
    first = common if opening is None else common & opening[used]
    by_day = np.array([_is_day_separable(starts[row], days[row], policy) for row in common])
    able = ~by_day
    if by_day.any():
        able[by_day] = _reach_by_day(common[by_day], first[by_day], days, policy)
    return sum(
        fits
        and (
            (separable and _week_cap(coach, policy) >= _most_in_a_week(policy))
            or _reach_by_start((starts[row], days[row], begin[row]), coach, policy)
        )
        for fits, separable, row, begin, coach in zip(
            able.tolist(), by_day.tolist(), common, first, coaches, strict=True
        )
    )


def _is_day_separable(
    starts: NDArray[np.int64], days: NDArray[np.int64], policy: SessionPolicy
) -> bool:
    """Return whether any two starts whose dates have the minimum gap are far enough apart.

    No series has two sessions on one day then, and sessions on different days never conflict.
    """
    if not policy.min_gap_days:
        return False
    following = np.searchsorted(days, days + policy.min_gap_days)
    exists = following < len(days)
    apart = starts[following[exists]] - starts[exists]
    return bool((apart >= policy.minutes + policy.buffer_minutes).all())


def _most_in_a_week(policy: SessionPolicy) -> int:
    return min(policy.count, -(-_DAYS_PER_WEEK // policy.min_gap_days))


def _week_cap(coach: Coach, policy: SessionPolicy) -> int:
    return coach.max_per_week or policy.max_per_coach_week


def _reach_by_day(
    common: NDArray[np.bool_],
    opening: NDArray[np.bool_],
    days: NDArray[np.int64],
    policy: SessionPolicy,
) -> NDArray[np.bool_]:
    """Return `bool[c]`: whether each row has enough days with the required gaps."""
    place = days - days[0]
    first, last = policy.min_gap_days, policy.max_gap_days
    free = np.zeros((len(common), int(place[-1]) + 1), dtype=np.bool_)
    reachable = np.zeros_like(free)
    for column, day in enumerate(place.tolist()):
        free[:, day] |= common[:, column]
        reachable[:, day] |= opening[:, column]
    for _ in range(policy.count - 1):
        sums = np.zeros((len(free), free.shape[1] + 1), dtype=np.int64)
        np.cumsum(reachable, axis=1, out=sums[:, 1:])
        day = np.arange(free.shape[1])
        earliest, after_latest = np.maximum(day - last, 0), np.maximum(day - first + 1, 0)
        reachable = free & (sums[:, after_latest] > sums[:, np.minimum(earliest, after_latest)])
    answer: NDArray[np.bool_] = np.logical_or.reduce(reachable, axis=1)
    return answer


def _reach_by_start(
    candidates: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]],
    coach: Coach,
    policy: SessionPolicy,
) -> bool:
    """Return whether a complete series fits, computed start by start.

    States count the sessions so far on the day and in the week of the last start.
    """
    a_day = coach.max_per_day or policy.max_per_coach_day
    a_week = _week_cap(coach, policy)
    apart = policy.minutes + policy.buffer_minutes
    starts, days, opening = candidates
    start_days = list(zip(starts.tolist(), days.tolist(), strict=True))
    states = {(place, 1, 1) for place in np.flatnonzero(opening).tolist()}
    for _ in range(policy.count - 1):
        following = set()
        for place, on_day, in_week in states:
            start, day = start_days[place]
            for later in range(place + 1, len(start_days)):
                gap = start_days[later][1] - day
                if gap > policy.max_gap_days:
                    break
                if gap < policy.min_gap_days or start_days[later][0] - start < apart:
                    continue
                same_week = (day - 1) // _DAYS_PER_WEEK == (
                    day + gap - 1
                ) // _DAYS_PER_WEEK  # ordinal 1 is a Monday
                state = later, on_day + 1 if not gap else 1, in_week + 1 if same_week else 1
                if state[1] <= a_day and state[2] <= a_week:
                    following.add(state)
        states = following
    return bool(states)
