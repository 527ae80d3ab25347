"""Constraints on a series of sessions, and the demand that remains in a cycle in progress."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from coach.people import Roster
from coach.session_policy import SessionPolicy

NO_PREVIOUS_DAY = -(1 << 40)
"""The day index used for a pair without a previous session."""


@dataclass(frozen=True, slots=True)
class ContractingLimits:
    """The constraints on a contracting session, which precedes the first session of a series.

    Attributes:
        minutes: its length.
        min_gap_days: minimum number of days from its local date to that of the first session.
        max_gap_days: maximum number of days from its local date to that of the first session.
    """

    minutes: int
    min_gap_days: int
    max_gap_days: int


@dataclass(frozen=True, eq=False)
class SeriesLimits:
    """The constraints on every series.

    Attributes:
        count: the number of sessions per pair, not counting the contracting session.
        minutes: the length of every session except the contracting session.
        min_gap_days: minimum number of days between the local dates of consecutive sessions.
        max_gap_days: maximum number of days between the local dates of consecutive sessions.
        buffer_minutes: minimum free time between two sessions of a coach.
        day_cap: `int64[m]`, each coach's maximum number of sessions on a local date.
        week_cap: `int64[m]`, each coach's maximum number of sessions in an ISO week.
        contracting: the constraints on the contracting session of each series, if there is one.
    """

    count: int
    minutes: int
    min_gap_days: int
    max_gap_days: int
    buffer_minutes: int
    day_cap: NDArray[np.int64]
    week_cap: NDArray[np.int64]
    contracting: ContractingLimits | None = None

    @property
    def spacing_minutes(self) -> int:
        """The minimum number of minutes from one start to the coach's next start.

        The number differs after a contracting session; see `contracting_spacing`.
        """
        return self.minutes + self.buffer_minutes

    @property
    def contracting_spacing(self) -> int:
        """The minutes required from the start of a contracting session to the next start."""
        minutes = self.minutes if self.contracting is None else self.contracting.minutes
        return minutes + self.buffer_minutes

    def with_longer_gaps(self) -> SeriesLimits:
        """Return the limits with every minimum gap increased by one day."""
        contracting = self.contracting
        if contracting is not None:
            contracting = replace(contracting, min_gap_days=contracting.min_gap_days + 1)
        return replace(self, min_gap_days=self.min_gap_days + 1, contracting=contracting)

    def without_lengths(self) -> SeriesLimits:
        """Return the limits with all lengths set to 0, so that only days matter."""
        contracting = self.contracting
        if contracting is not None:
            contracting = replace(contracting, minutes=0)
        return replace(self, minutes=0, buffer_minutes=0, contracting=contracting)

    def for_last(self, sessions: int) -> SeriesLimits:
        """Return the limits on the last `sessions` of a series, counting a contracting session."""
        if sessions > self.count:
            return self
        return replace(self, count=sessions, contracting=None)

    def minutes_at(self, starts: int, contracting: int) -> NDArray[np.int64]:
        """Return session lengths in minutes, `int64[starts]`; contracting sessions come first."""
        lengths = np.full(starts, self.minutes, dtype=np.int64)
        if self.contracting is not None:
            lengths[:contracting] = self.contracting.minutes
        return lengths

    @property
    def max_sessions_in_week(self) -> int:
        """The maximum number of a series' sessions in one ISO week, given the gaps."""
        most = min(self.count, -(-7 // self.min_gap_days)) if self.min_gap_days else self.count
        return most if self.contracting is None else most + 1


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
        contracting=_contracting_limits(sessions),
    )


def _contracting_limits(sessions: SessionPolicy) -> ContractingLimits | None:
    if not sessions.contracting_minutes:
        return None
    return ContractingLimits(sessions.contracting_minutes, *sessions.contracting_gap_days)


@dataclass(frozen=True, eq=False)
class RemainingDemand:
    """The sessions that each pair still has to place in a cycle in progress.

    Attributes:
        remaining: `int64[P]`, the number of sessions to place, including a contracting session.
        first: `int64[P, 2]`, the first and last possible day index of the next session.
        previous_day: `int64[P]`, the day index of the pair's last past session, or
            `NO_PREVIOUS_DAY`.
        previous_number: `int64[P]`, the session number after which the pair's series continues.
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
    """For each start, the range of starts that the next session in the series can have.

    `low` and `high` are `int64[S]`: the index of the next start is in `[low, high)`. Both are
    nondecreasing, so prefix sums over starts describe the gaps exactly.
    """

    low: NDArray[np.int64]
    high: NDArray[np.int64]


def successors(
    starts: NDArray[np.int64], day: NDArray[np.int32], limits: SeriesLimits
) -> Successors:
    """Return the ranges of next starts, given the gaps in days and the spacing in minutes."""
    low = np.maximum(
        np.searchsorted(day, day + limits.min_gap_days),
        np.searchsorted(starts, starts + limits.spacing_minutes),
    )
    high = np.searchsorted(day, day + limits.max_gap_days, side="right")
    return Successors(low=low, high=np.maximum(low, high))


def after_contracting(
    contracting: tuple[NDArray[np.int64], NDArray[np.int32]],
    sessions: tuple[NDArray[np.int64], NDArray[np.int32]],
    limits: SeriesLimits,
) -> Successors:
    """Return, for each start of a contracting session, the range of starts of the first session.

    `contracting` and `sessions` each consist of starts and their days.
    """
    least, most = 0, 0
    if limits.contracting is not None:
        least, most = limits.contracting.min_gap_days, limits.contracting.max_gap_days
    (starts, day), (following, following_day) = contracting, sessions
    low = np.maximum(
        np.searchsorted(following_day, day + least),
        np.searchsorted(following, starts + limits.contracting_spacing),
    )
    high = np.searchsorted(following_day, day + most, side="right")
    return Successors(low=low, high=np.maximum(low, high))


def is_day_separable(
    starts: NDArray[np.int64], day: NDArray[np.int32], limits: SeriesLimits, contracting: int = 0
) -> bool:
    """Return whether the days of every series are independent of each other.

    This is the case if sessions on different days never conflict and no series has two sessions on
    one day, except that the first session can be on the day of the contracting session. A series is
    then feasible if its days are and each of them can be scheduled, and each of a coach's days can
    be scheduled separately. The first `contracting` starts are those of contracting sessions.
    """
    if limits.min_gap_days == 0:
        return False
    if contracting:
        return _is_separable_with_contracting(starts, day, limits, contracting)
    last_of_day = np.flatnonzero(np.diff(day))  # the last start of each day except the final one
    return bool((starts[last_of_day + 1] - starts[last_of_day] >= limits.spacing_minutes).all())


def _is_separable_with_contracting(
    starts: NDArray[np.int64], day: NDArray[np.int32], limits: SeriesLimits, contracting: int
) -> bool:
    ends = starts + limits.minutes_at(len(starts), contracting) + limits.buffer_minutes
    order = np.argsort(starts, kind="stable")
    following = np.searchsorted(day[order], day, side="right")  # the first start of a later day
    exists = following < len(starts)
    return bool((starts[order][following[exists]] >= ends[exists]).all())


def conflicting_starts(
    starts: NDArray[np.int64], day: NDArray[np.int32], limits: SeriesLimits
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the starts, both `bool[S]`, at which consecutive sessions of one series can conflict.

    A start in the first array is followed, at least `min_gap_days` later by date, by a start in the
    second array that is closer than the required spacing. If a pair is not available at any start
    of one of the arrays, its days are independent. With a minimum gap of two days or more, and
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
