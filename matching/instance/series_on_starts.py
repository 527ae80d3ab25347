"""Reachability of a series over starts, for blocks of pairs whose days are not independent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.instance.series_limits import (
    SeriesLimits,
    Successors,
    after_contracting,
    successors,
)


@dataclass(frozen=True, slots=True)
class StartTimes:
    """Starts in ascending order, with their days and weeks."""

    start: NDArray[np.int64]
    day: NDArray[np.int32]
    week: NDArray[np.int32]


class _Predecessors:
    """For each start, the ranges of starts that the preceding session can have.

    The indices of the possible starts are in `[first, last)`. Those from `week` on are in the same
    week, and those from `day` on are on the same day.
    """

    def __init__(self, before: StartTimes, after: StartTimes, following: Successors) -> None:
        index = np.arange(len(after.start))
        self.first = np.searchsorted(following.high, index, side="right")
        self.last = np.searchsorted(following.low, index, side="right")
        self.day = np.clip(np.searchsorted(before.day, after.day), self.first, self.last)
        self.week = np.clip(np.searchsorted(before.week, after.week), self.first, self.last)


class SeriesOnStarts:
    """Reachability over starts, for pairs whose days are not independent of each other.

    Each state counts the sessions so far on the day and in the week of the latest session.
    """

    def __init__(
        self,
        times: StartTimes,
        limits: SeriesLimits,
        caps: tuple[int, int],
        contracting: StartTimes | None = None,
    ) -> None:
        """Precompute the ranges of predecessors.

        `caps` are the coach's daily and weekly caps. If `contracting` is given, it contains the
        starts of contracting sessions, and each series begins with one.
        """
        self._day_cap, self._week_cap = caps
        following = successors(times.start, times.day, limits)
        self._steps = [_Predecessors(times, times, following)] * (limits.count - 1)
        if contracting is not None:
            opening = (contracting.start, contracting.day), (times.start, times.day)
            first = after_contracting(*opening, limits)
            self._steps.insert(0, _Predecessors(contracting, times, first))

    def any_series(self, free: NDArray[np.bool_], begin: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return `bool[B]`: whether each pair can place a series.

        `free: bool[B, S]` contains the common starts and `begin: bool[B, S]` the possible first
        starts, which are those of a contracting session if there is one.
        """
        reachable = {(1, 1): begin}
        for step in self._steps:
            reachable = self._next(reachable, free, step)
        found = np.zeros(len(free), dtype=np.bool_)
        for states in reachable.values():
            found |= states.any(axis=1)
        return found

    def _next(
        self,
        reachable: dict[tuple[int, int], NDArray[np.bool_]],
        free: NDArray[np.bool_],
        before: _Predecessors,
    ) -> dict[tuple[int, int], NDArray[np.bool_]]:
        following: dict[tuple[int, int], NDArray[np.bool_]] = {}

        def add(key: tuple[int, int], states: NDArray[np.bool_]) -> None:
            if key[0] <= self._day_cap and key[1] <= self._week_cap:
                following[key] = following[key] | states if key in following else states

        for (on_day, in_week), states in reachable.items():
            sums = np.zeros((len(free), states.shape[1] + 1), dtype=np.int32)
            np.cumsum(states, axis=1, out=sums[:, 1:])
            first, week, day, last = (
                sums[:, edge] for edge in (before.first, before.week, before.day, before.last)
            )
            add((1, 1), (week > first) & free)
            add((1, in_week + 1), (day > week) & free)
            add((on_day + 1, in_week + 1), (last > day) & free)
        return following
