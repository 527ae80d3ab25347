"""Limits of a series of sessions, and what pairs still have to place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coach.cycle import SessionPolicy
from coach.people import Roster

NO_PREVIOUS_DAY = -(1 << 40)
"""Day index of the previous session of a pair that has none."""


@dataclass(frozen=True, eq=False)
class SeriesLimits:
    """The limits every series keeps to.

    Attributes:
        count: sessions of a pair.
        minutes: length of a session.
        min_gap_days: least days between the local dates of consecutive sessions.
        max_gap_days: most days between them.
        buffer_minutes: free time a coach needs between two sessions.
        day_cap: `int64[m]`, sessions each coach takes on a local date.
        week_cap: `int64[m]`, sessions each coach takes in an ISO week.
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
        """Least minutes between two starts of one coach."""
        return self.minutes + self.buffer_minutes

    @property
    def max_sessions_in_week(self) -> int:
        """Most sessions of one series in an ISO week that the gaps allow."""
        return min(self.count, -(-7 // self.min_gap_days)) if self.min_gap_days else self.count


def session_limits(roster: Roster, sessions: SessionPolicy) -> SeriesLimits:
    """The limits of the session policy, with each coach's own caps where they have any."""
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
    """What each of some pairs still has to place.

    Attributes:
        remaining: `int64[P]`, sessions.
        first: `int64[P, 2]`, the first and the last day index of the next session.
        previous_day: `int64[P]`, the day index of the session before it, or `NO_PREVIOUS_DAY`.
        previous_number: `int64[P]`, the number of that session in its series.
    """

    remaining: NDArray[np.int64]
    first: NDArray[np.int64]
    previous_day: NDArray[np.int64]
    previous_number: NDArray[np.int64]

    def subset(self, pairs: NDArray[np.bool_] | NDArray[np.int64]) -> RemainingDemand:
        """The demand of some of the pairs, by `bool[P]` or by index."""
        return RemainingDemand(
            self.remaining[pairs],
            self.first[pairs],
            self.previous_day[pairs],
            self.previous_number[pairs],
        )


@dataclass(frozen=True, eq=False)
class Successors:
    """For each start of a list, the range of starts the next session of the pair may have.

    `low` and `high` are `int64[S]`: the next session is at an index in `[low, high)`. Both are
    nondecreasing, so prefix sums over starts describe the gaps exactly.
    """

    low: NDArray[np.int64]
    high: NDArray[np.int64]


def successors(
    starts: NDArray[np.int64], day: NDArray[np.int32], limits: SeriesLimits
) -> Successors:
    """Compute the ranges of next starts from the gaps in days and the spacing in minutes."""
    low = np.maximum(
        np.searchsorted(day, day + limits.min_gap_days),
        np.searchsorted(starts, starts + limits.spacing_minutes),
    )
    high = np.searchsorted(day, day + limits.max_gap_days, side="right")
    return Successors(low=low, high=np.maximum(low, high))


def is_day_separable(
    starts: NDArray[np.int64], day: NDArray[np.int32], limits: SeriesLimits
) -> bool:
    """Whether sessions on different days never touch and no series has two on one day.

    A series is then a choice of days, and a coach's days can be filled independently.
    """
    if limits.min_gap_days == 0:
        return False
    last_of_day = np.flatnonzero(np.diff(day))  # between the last of a day and the next day's first
    return bool((starts[last_of_day + 1] - starts[last_of_day] >= limits.spacing_minutes).all())
