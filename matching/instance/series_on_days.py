"""Reachability of a series over days, for blocks of pairs whose days are independent.

A day is reachable for session `k + 1` if session `k` has a reachable day that is an allowed number
of days earlier. Days are packed bits, so that a step is a few shifts. While they are shifted, all
pairs' words for the same days are adjacent: `[W, B]`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.instance.availability_grid import Bits, pack
from matching.instance.series_limits import ContractingLimits, SeriesLimits

_WORD_BITS = 64
_DAYS_PER_WEEK = 7


def series_on_days(days: Bits, begin: Bits, limits: SeriesLimits) -> NDArray[np.bool_]:
    """Return `bool[B]`: whether each pair has `limits.count` days with the required gaps.

    `days: uint64[B, W]` contains the possible days of each of `B` pairs as packed bits. The first
    of the chosen days must be in `begin`, which has the same shape.
    """
    days, reachable = _by_word(days), _by_word(begin)
    for _ in range(limits.count - 1):
        reachable = _shift_by_any(reachable, limits.min_gap_days, limits.max_gap_days) & days
    return _any_bit(reachable)


def days_after_contracting(days: Bits, contracting: Bits, limits: ContractingLimits) -> Bits:
    """Return the days in `days` that can follow a contracting session on a day in `contracting`."""
    following = _shift_by_any(_by_word(contracting), limits.min_gap_days, limits.max_gap_days)
    return following.T & days


class SeriesInWeeks:
    """Reachability over days, for coaches whose weekly cap could limit a single series.

    Each state counts the sessions so far in the week of the latest session.
    """

    def __init__(
        self, day: NDArray[np.int32], week: NDArray[np.int32], limits: SeriesLimits, week_cap: int
    ) -> None:
        """Precompute masks. `day` and `week` contain the day and week of each start in use."""
        self._limits = limits
        self._week_cap = week_cap
        first_weekday = next(
            weekday
            for weekday in range(_DAYS_PER_WEEK)
            if ((day.astype(np.int64) + weekday) // _DAYS_PER_WEEK == week).all()
        )
        weekday = (np.arange(int(day[-1]) + 1) + first_weekday) % _DAYS_PER_WEEK
        highest = min(_DAYS_PER_WEEK - 1, limits.max_gap_days)
        # By gap: the days for which the day that many days earlier is in the same week.
        self._same_week = {
            gap: pack(weekday >= gap)[:, np.newaxis]
            for gap in range(limits.min_gap_days, highest + 1)
        }

    def any_series(self, days: Bits, begin: Bits) -> NDArray[np.bool_]:
        """Return `bool[B]`: whether each pair can place a series; see `series_on_days`."""
        days, reachable = _by_word(days), {1: _by_word(begin)}
        for _ in range(self._limits.count - 1):
            reachable = self._next(reachable, days)
        found = np.zeros(days.shape[1], dtype=np.bool_)
        for states in reachable.values():
            found |= _any_bit(states)
        return found

    def _next(self, reachable: dict[int, Bits], days: Bits) -> dict[int, Bits]:
        limits = self._limits
        anywhere: Bits = np.bitwise_or.reduce(list(reachable.values()), axis=0)
        low = max(limits.min_gap_days, _DAYS_PER_WEEK)
        following = {1: _shift_by_any(anywhere, low, limits.max_gap_days)}
        for gap, same_week in self._same_week.items():
            following[1] |= _shift_up(anywhere, gap) & ~same_week
            for in_week, states in reachable.items():
                if in_week < self._week_cap:
                    within = _shift_up(states, gap) & same_week
                    known = following.get(in_week + 1)
                    following[in_week + 1] = within if known is None else known | within
        return {in_week: states & days for in_week, states in following.items()}


def _by_word(bits: Bits) -> Bits:
    """Return the bits `[B, W]`, transposed to `[W, B]`."""
    return np.ascontiguousarray(bits.T)


def _any_bit(bits: Bits) -> NDArray[np.bool_]:
    """Return `bool[B]`: whether any bit of each column `[W, B]` is set."""
    found: NDArray[np.bool_] = np.bitwise_or.reduce(bits, axis=0) != 0
    return found


def _shift_by_any(bits: Bits, low: int, high: int) -> Bits:
    """Return the union of the bits `[W, B]` shifted up by each number from `low` to `high`."""
    high = min(high, len(bits) * _WORD_BITS)
    if low > high:
        return np.zeros_like(bits)
    union, span, covered = bits.copy(), high - low + 1, 1
    while covered < span:
        step = min(covered, span - covered)
        union |= _shift_up(union, step)
        covered += step
    return _shift_up(union, low)


def _shift_up(bits: Bits, by: int) -> Bits:
    """Shift the bits `[W, B]` up by `by` positions."""
    words, rest = divmod(by, _WORD_BITS)
    moved = np.zeros_like(bits)
    width = len(bits)
    if words >= width:
        return moved
    moved[words:] = bits[: width - words] << np.uint64(rest)
    if rest:
        moved[words + 1 :] |= bits[: width - words - 1] >> np.uint64(_WORD_BITS - rest)
    return moved
