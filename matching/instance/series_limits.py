"""Constraints on a series of sessions, and the demand that remains in a cycle in progress."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coach.cycle import SessionPolicy
from coach.people import Roster

NO_PREVIOUS_DAY = -(1 << 40)
"""The day index used for a pair without a previous session."""


@dataclass(frozen=True, eq=False)
class SeriesLimits:
    """The constraints on every series.

    Attributes:
        count: the number of sessions per pair.
        minutes: the length of a session.
        min_gap_days: minimum number of days between the local dates of consecutive sessions.
        max_gap_days: maximum number of days between the local dates of consecutive sessions.
        buffer_minutes: minimum free time between two sessions of a coach.
        day_cap: `int64[m]`, each coach's maximum number of sessions on a local date.
        week_cap: `int64[m]`, each coach's maximum number of sessions in an ISO week.
    """

    count: int
    minutes: int
    min_gap_days: int
    max_gap_days: int
    buffer_minutes: int
    day_cap: NDArray[np.int64]
    week_cap: NDArray[np.int64]

    @property
    def spacing_minutes(self) -> int:
        """The minimum distance, in minutes, between two starts of the same coach."""
        return self.minutes + self.buffer_minutes

    @property
    def max_sessions_in_week(self) -> int:
        """The maximum number of a series' sessions in one ISO week that the gaps allow."""
        return min(self.count, -(-7 // self.min_gap_days)) if self.min_gap_days else self.count


def session_limits(roster: Roster, sessions: SessionPolicy) -> SeriesLimits:
    """Return the limits in the session policy, with individual caps for coaches who have them."""
    return SeriesLimits(
        count=sessions.count,
        minutes=sessions.minutes,
        min_gap_days=sessions.min_gap_days,
        max_gap_days=sessions.max_gap_days,
        buffer_minutes=sessions.buffer_minutes,
        day_cap=np.array(
            [coach.max_per_day or sessions.max_per_coach_day for coach in roster.coaches],
            dtype=np.int64,
        ),
        week_cap=np.array(
            [coach.max_per_week or sessions.max_per_coach_week for coach in roster.coaches],
            dtype=np.int64,
        ),
    )


@dataclass(frozen=True, eq=False)
class RemainingDemand:
    """The sessions that each pair still has to place in a cycle in progress.

    Attributes:
        remaining: `int64[P]`, the number of sessions to place.
        first: `int64[P, 2]`, the first and last possible day index of the next session.
        previous_day: `int64[P]`, the day index of the previous session, or `NO_PREVIOUS_DAY`.
        previous_number: `int64[P]`, the number of the previous session in its series.
    """

    remaining: NDArray[np.int64]
    first: NDArray[np.int64]
    previous_day: NDArray[np.int64]
    previous_number: NDArray[np.int64]

    def subset(self, pairs: NDArray[np.bool_] | NDArray[np.int64]) -> RemainingDemand:
        """Return the demand of the pairs selected by `pairs`, a mask `bool[P]` or indices."""
        return RemainingDemand(
            self.remaining[pairs],
            self.first[pairs],
            self.previous_day[pairs],
            self.previous_number[pairs],
        )


@dataclass(frozen=True, eq=False)
class Successors:
    """For each start, the range of possible starts of the next session in the series.

    `low` and `high` are `int64[S]`: the index of the next start is in `[low, high)`. Both are
    nondecreasing, so prefix sums over starts describe the gaps exactly.
    """

    low: NDArray[np.int64]
    high: NDArray[np.int64]


def successors(
    starts: NDArray[np.int64], day: NDArray[np.int32], limits: SeriesLimits
) -> Successors:
    """Compute the ranges of next starts from the gaps, in days, and the spacing, in minutes."""
    low = np.maximum(
        np.searchsorted(day, day + limits.min_gap_days),
        np.searchsorted(starts, starts + limits.spacing_minutes),
    )
    high = np.searchsorted(day, day + limits.max_gap_days, side="right")
    return Successors(low=low, high=np.maximum(low, high))


def is_day_separable(
    starts: NDArray[np.int64], day: NDArray[np.int32], limits: SeriesLimits
) -> bool:
    """Return whether the days of all series are independent of each other.

    This is the case if sessions on different days never conflict and no series has two sessions on
    one day. A series is then a choice of days, and each of a coach's days can be scheduled
    separately.
    """
    if limits.min_gap_days == 0:
        return False
    last_of_day = np.flatnonzero(np.diff(day))  # the last start of each day except the final one
    return bool((starts[last_of_day + 1] - starts[last_of_day] >= limits.spacing_minutes).all())


def conflicting_starts(
    starts: NDArray[np.int64], day: NDArray[np.int32], limits: SeriesLimits
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the starts, both `bool[S]`, at which consecutive sessions of one series can conflict.

    A start in the first array is followed, at least `min_gap_days` later by date, by a start in the
    second array to which the spacing is too short. If a pair is not available at any start of one
    of the arrays, its series is a choice of days. With a minimum gap of two days or more, and
    sessions of less than a day, both arrays are empty.
    """
    by_date = np.searchsorted(day, day + limits.min_gap_days)
    by_time = np.searchsorted(starts, starts + limits.spacing_minutes)
    earlier: NDArray[np.bool_] = by_time > by_date
    edges = np.zeros(len(starts) + 1, dtype=np.int64)
    np.add.at(edges, by_date[earlier], 1)
    np.add.at(edges, by_time[earlier], -1)
    later: NDArray[np.bool_] = np.cumsum(edges[:-1]) > 0
    return earlier, later
