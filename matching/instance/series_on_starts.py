"""Reachability of a series over starts, for blocks of pairs whose days are not independent."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.instance.series_limits import SeriesLimits, successors


class SeriesOnStarts:
    """Reachability over starts, for pairs whose days are not independent of each other.

    Each state counts the sessions so far on the day and in the week of the latest session.
    """

    def __init__(
        self,
        starts: NDArray[np.int64],
        day: NDArray[np.int32],
        week: NDArray[np.int32],
        limits: SeriesLimits,
        caps: tuple[int, int],
    ) -> None:
        """Precompute the ranges of predecessors. `caps` are the coach's daily and weekly caps."""
        self._count = limits.count
        self._day_cap, self._week_cap = caps
        index = np.arange(len(starts))
        following = successors(starts, day, limits)
        # The predecessors of a start are the starts whose range of successors contains it.
        self._first = np.searchsorted(following.high, index, side="right")
        self._last = np.searchsorted(following.low, index, side="right")
        day_start = np.searchsorted(day, day)
        week_start = np.searchsorted(week, week)
        self._same_day = np.clip(day_start, self._first, self._last)
        self._same_week = np.clip(week_start, self._first, self._last)

    def any_series(self, free: NDArray[np.bool_], begin: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return `bool[B]`: whether each pair can place a series.

        `free: bool[B, S]` contains the common starts and `begin: bool[B, S]` the possible first
        starts.
        """
        reachable = {(1, 1): begin}
        for _ in range(self._count - 1):
            reachable = self._next(reachable, free)
        found = np.zeros(len(free), dtype=np.bool_)
        for states in reachable.values():
            found |= states.any(axis=1)
        return found

    def _next(
        self, reachable: dict[tuple[int, int], NDArray[np.bool_]], free: NDArray[np.bool_]
    ) -> dict[tuple[int, int], NDArray[np.bool_]]:
        following: dict[tuple[int, int], NDArray[np.bool_]] = {}

        def add(key: tuple[int, int], states: NDArray[np.bool_]) -> None:
            if key[0] <= self._day_cap and key[1] <= self._week_cap:
                following[key] = following[key] | states if key in following else states

        for (on_day, in_week), states in reachable.items():
            sums = np.zeros((len(free), free.shape[1] + 1), dtype=np.int32)
            np.cumsum(states, axis=1, out=sums[:, 1:])
            first, week, day, last = (
                sums[:, edge] for edge in (self._first, self._same_week, self._same_day, self._last)
            )
            add((1, 1), (week > first) & free)
            add((1, in_week + 1), (day > week) & free)
            add((on_day + 1, in_week + 1), (last > day) & free)
        return following
