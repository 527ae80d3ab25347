"""The limits of a series of sessions, and what pairs still have to place."""

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
    """The limits that every series obeys.

    Attributes:
        count: the number of sessions of a pair.
        minutes: the length of a session.
        min_gap_days: minimum number of days between the local dates of consecutive sessions.
        max_gap_days: maximum number of days between them.
        buffer_minutes: free time a coach needs between two sessions.
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
        """The minimum number of minutes between two of a coach's starts."""
        return self.minutes + self.buffer_minutes

    @property
    def max_sessions_in_week(self) -> int:
        """The maximum number of sessions of a series in an ISO week that the gaps allow."""
        return min(self.count, -(-7 // self.min_gap_days)) if self.min_gap_days else self.count


def session_limits(roster: Roster, sessions: SessionPolicy) -> SeriesLimits:
    """Return the limits of the session policy, with each coach's own caps, if any."""
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
    """What each pair still has to place.

    Attributes:
        remaining: `int64[P]`, the number of sessions.
        first: `int64[P, 2]`, the first and last possible day index of the next session.
        previous_day: `int64[P]`, the day index of the preceding session, or `NO_PREVIOUS_DAY`.
        previous_number: `int64[P]`, the number of that session in its series.
    """

    remaining: NDArray[np.int64]
    first: NDArray[np.int64]
    previous_day: NDArray[np.int64]
    previous_number: NDArray[np.int64]

    def subset(self, pairs: NDArray[np.bool_] | NDArray[np.int64]) -> RemainingDemand:
        """Return the demand of some of the pairs, selected by `bool[P]` or by index."""
        return RemainingDemand(
            self.remaining[pairs],
            self.first[pairs],
            self.previous_day[pairs],
            self.previous_number[pairs],
        )


@dataclass(frozen=True, eq=False)
class Successors:
    """For each start in a list, the range of starts that the pair's next session may have.

    `low` and `high` are `int64[S]`: the next session is at an index in `[low, high)`. Both are
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
    """Whether sessions on different days never touch and no series has two on one day.

    If so, a series is a choice of days, and a coach's days can be filled independently.
    """
    if limits.min_gap_days == 0:
        return False
    last_of_day = np.flatnonzero(np.diff(day))  # between a day's last and the next day's first
    return bool((starts[last_of_day + 1] - starts[last_of_day] >= limits.spacing_minutes).all())
