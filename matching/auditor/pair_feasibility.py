"""Counts the coaches with whom a coachee could place a series, independently of the engine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from coach.people import Coach
from coach.session_policy import SessionPolicy

_DAYS_PER_WEEK = 7


def count_schedulable_coaches(
    common: NDArray[np.bool_],
    starts: NDArray[np.int64],
    days: NDArray[np.int64],
    coaches: Sequence[Coach],
    policy: SessionPolicy,
    *,
    opening: NDArray[np.bool_] | None = None,
    contracting: int = 0,
) -> int:
    """Count the coaches with whom a coachee could place a complete series.

    Args:
        common: `[c, S]`, the common starts of each coach and the coachee.
        starts: `[S]`, in minutes, ascending, except that those of contracting sessions come first.
        days: `[S]`, the local date of each start as a proleptic ordinal.
        coaches: the `c` coaches.
        policy: the gaps, lengths and limits of sessions.
        opening: `[S]`, the possible starts of a first session; by default, any start.
        contracting: the number of starts of contracting sessions; 0 if series begin without one.
    """
    begin = common if opening is None else common & opening
    used = contracting + np.flatnonzero(common[:, contracting:].any(axis=0))
    if not len(used):
        return 0
    before = _Contracting(begin[:, :contracting], starts[:contracting], days[:contracting], policy)
    common, starts, days = common[:, used], starts[used], days[used]
    most = _most_in_a_week(policy) + bool(contracting) if policy.min_gap_days else 0
    first = before.following(common, days) if contracting else begin[:, used]
    by_day = np.full(len(common), before.is_apart(starts, days))
    if not _is_day_separable(starts, days, policy):  # if all starts are, so is any subset
        by_day &= [_is_day_separable(starts[row], days[row], policy) for row in common]
    able = ~by_day
    if by_day.any():
        able[by_day] = _reach_by_day(common[by_day], first[by_day], days, policy)

    def by_start(place: int, coach: Coach) -> bool:
        times = starts[common[place]], days[common[place]]
        states = (
            before.states(place, *times) if contracting else _states(first[place], common[place])
        )
        return _reach_by_start(times, states, coach, policy)

    return sum(
        fits and ((separable and _week_cap(coach, policy) >= most) or by_start(place, coach))
        for place, (fits, separable, coach) in enumerate(
            zip(able.tolist(), by_day.tolist(), coaches, strict=True)
        )
    )


def _states(opening: NDArray[np.bool_], row: NDArray[np.bool_]) -> set[tuple[int, int, int]]:
    """Return the states of session 1 at the starts in `row`; see `_reach_by_start`."""
    return {(place, 1, 1) for place in np.flatnonzero(opening[row]).tolist()}


class _Contracting:
    """Starts of coaches' contracting sessions with a coachee, and the starts that can follow."""

    def __init__(
        self,
        common: NDArray[np.bool_],
        starts: NDArray[np.int64],
        days: NDArray[np.int64],
        policy: SessionPolicy,
    ) -> None:
        self._common, self._starts, self._days = common, starts, days
        self._least, self._most = policy.contracting_gap_days
        self._apart = policy.contracting_minutes + policy.buffer_minutes

    def is_apart(self, starts: NDArray[np.int64], days: NDArray[np.int64]) -> bool:
        """Return whether the minimum gap in days always leaves enough time after the session."""
        if not len(self._days):
            return True
        place = np.searchsorted(days, self._days + self._least)
        exists = place < len(days)
        gaps = starts[place[exists]] - self._starts[exists]
        return self._least > 0 and bool((gaps >= self._apart).all())

    def following(self, common: NDArray[np.bool_], days: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return `[c, S]`: the starts that have the required gap after a contracting session."""
        before = np.zeros((len(common), len(self._days) + 1), dtype=np.int64)
        np.cumsum(self._common, axis=1, out=before[:, 1:])
        first = np.searchsorted(self._days, days - self._most)
        end = np.searchsorted(self._days, days - self._least, side="right")
        found: NDArray[np.bool_] = common & (before[:, end] > before[:, first])
        return found

    def states(
        self, coach: int, starts: NDArray[np.int64], days: NDArray[np.int64]
    ) -> set[tuple[int, int, int]]:
        """Return the states of session 1 after a contracting session; see `_reach_by_start`."""
        found = set()
        for one in np.flatnonzero(self._common[coach]).tolist():
            before, day = int(self._starts[one]), int(self._days[one])
            for place, (start, other) in enumerate(
                zip(starts.tolist(), days.tolist(), strict=True)
            ):
                gap = other - day
                if self._least <= gap <= self._most and start - before >= self._apart:
                    same_week = (day - 1) // _DAYS_PER_WEEK == (other - 1) // _DAYS_PER_WEEK
                    found.add((place, 1 if gap else 2, 2 if same_week else 1))
        return found


def _is_day_separable(
    starts: NDArray[np.int64], days: NDArray[np.int64], policy: SessionPolicy
) -> bool:
    """Return whether any two starts whose dates have the minimum gap are far enough apart.

    If so, no series has two sessions on one day, and sessions on different days never conflict.
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
    edges = np.flatnonzero(np.diff(days, prepend=days[0] - 1))
    # Days come first in memory, since every step combines whole days.
    free, reachable = (
        np.logical_or.reduceat(np.ascontiguousarray(one.T), edges) for one in (common, opening)
    )
    day = days[edges]
    first = np.searchsorted(day, day - policy.max_gap_days)
    end = np.searchsorted(day, day - policy.min_gap_days, side="right")
    sums = np.zeros((len(day) + 1, len(common)), dtype=np.int16)
    for _ in range(policy.count - 1):
        np.cumsum(reachable, axis=0, out=sums[1:])
        reachable = free & (sums[end] > sums[first])
    answer: NDArray[np.bool_] = np.logical_or.reduce(reachable, axis=0)
    return answer


def _reach_by_start(
    candidates: tuple[NDArray[np.int64], NDArray[np.int64]],
    states: set[tuple[int, int, int]],
    coach: Coach,
    policy: SessionPolicy,
) -> bool:
    """Return whether a complete series fits, checking start by start.

    `candidates` are the starts and their days. A state describes the last session so far: the index
    of its start, and the number of the pair's sessions on its day and in its week up to then.
    `states` are the states of session 1. Because starts and days ascend, the possible sessions
    before another one are a range of starts: first those in earlier weeks, then those on other days
    of the same week, then those on the same day.
    """
    starts, days = candidates
    a_day = min(coach.max_per_day or policy.max_per_coach_day, policy.count + 1)
    a_week = min(_week_cap(coach, policy), policy.count + 1)
    reached = np.zeros((a_day + 1, a_week + 1, len(starts)), dtype=np.bool_)
    for place, this_day, this_week in states:
        if this_day <= a_day and this_week <= a_week:
            reached[this_day, this_week, place] = True
    weeks = (days - 1) // _DAYS_PER_WEEK  # ordinal 1 is a Monday
    in_same_week, on_same_day = np.searchsorted(weeks, weeks), np.searchsorted(days, days)
    first = np.searchsorted(days, days - policy.max_gap_days)
    end = np.minimum(
        np.searchsorted(days, days - policy.min_gap_days, side="right"),
        np.searchsorted(starts, starts - policy.minutes - policy.buffer_minutes, side="right"),
    )
    for _ in range(policy.count - 1):
        following = np.zeros_like(reached)
        following[1, 1] = _any_between(reached, first, np.minimum(end, in_same_week)).any((0, 1))
        same_week = np.maximum(first, in_same_week), np.minimum(end, on_same_day)
        in_week = np.logical_or.reduce(_any_between(reached, *same_week), axis=0)
        following[1, 2:] |= in_week[1:-1]
        same_day = _any_between(reached, np.maximum(first, on_same_day), end)
        following[2:, 2:] = same_day[1:-1, 1:-1]
        reached = following
    return bool(reached.any())


def _any_between(
    reached: NDArray[np.bool_], low: NDArray[np.int64], high: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return, for each start, whether `reached` is true at any index in `[low, high)`."""
    sums = np.zeros((*reached.shape[:2], reached.shape[2] + 1), dtype=np.int32)
    np.cumsum(reached, axis=2, out=sums[..., 1:])
    answer: NDArray[np.bool_] = sums[..., np.maximum(low, high)] > sums[..., low]
    return answer
