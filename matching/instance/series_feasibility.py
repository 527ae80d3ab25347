"""Determines which pairs can place a series of sessions in isolation: a reachability problem.

A start is reachable for session `k + 1` if session `k` has a reachable start that is an allowed
number of days earlier. The range of possible predecessors is monotone in the start, so reachability
is computed for blocks of pairs: by shifting bits for days if days are independent of each other,
and otherwise by prefix sums over starts. Both methods are exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from matching.concurrency import ParallelMap
from matching.instance.availability_grid import AvailabilityGrid, Bits, pack, unpack
from matching.instance.series_limits import (
    NO_PREVIOUS_DAY,
    RemainingDemand,
    SeriesLimits,
    is_day_separable,
    successors,
)

_BLOCK_BYTES = 1 << 25
_WORD_BITS = 64


def schedulable(
    free: AvailabilityGrid,
    limits: SeriesLimits,
    coachee: NDArray[np.int32],
    coach: NDArray[np.int32],
    *,
    on_block: Callable[[], object] = lambda: None,
    parallel_map: ParallelMap = map,
    first: NDArray[np.int64] | None = None,
) -> NDArray[np.bool_]:
    """Return `bool[P]`: whether each pair, in isolation, can place its complete series.

    The coach's caps, the gaps, the buffer and the order of sessions are all respected. `on_block`
    is called between blocks of pairs and may raise an exception to stop. `parallel_map` may process
    several blocks concurrently. `first: int64[P, 2]` contains the first and last possible day of
    each pair's first session; by default, any day is allowed.
    """
    answer = np.zeros(len(coachee), dtype=np.bool_)
    used = unpack(np.bitwise_or.reduce(free.coachees, axis=0, keepdims=True), len(free.starts))
    used &= unpack(np.bitwise_or.reduce(free.coaches, axis=0, keepdims=True), len(free.starts))
    columns = np.flatnonzero(used[0])
    if not len(columns) or not len(coachee):
        return answer
    starts, day, week = free.starts[columns], free.day[columns], free.week[columns]
    by_day = limits.week_cap[coach] >= limits.max_sessions_in_week
    if not is_day_separable(starts, day, limits):
        by_day[:] = False
    days = _DayBits(free, columns, day)

    def on_days(block: NDArray[np.int64]) -> None:
        held = days.common(coachee[block], coach[block])
        opening = held if first is None else held & pack(_within(days.all_days, first[block]))
        answer[block] = _series_on_days(held, opening, limits)

    for _ in parallel_map(on_days, _blocks(np.flatnonzero(by_day), days.bytes_a_row)):
        on_block()
    by_start = np.flatnonzero(~by_day)
    caps = np.minimum(limits.count, np.stack([limits.day_cap, limits.week_cap]))[:, coach[by_start]]
    for day_cap, week_cap in np.unique(caps, axis=1).T.tolist():
        same = by_start[(caps[0] == day_cap) & (caps[1] == week_cap)]
        for block in _blocks(same, 64 * len(columns)):
            on_block()
            common = unpack(
                free.coachees[coachee[block]] & free.coaches[coach[block]], len(free.starts)
            )[:, columns]
            chain = _SeriesOnStarts(starts, day, week, limits, (day_cap, week_cap))
            begin = common if first is None else common & _within(day, first[block])
            answer[block] = chain.any_series(common, begin)
    return answer


def can_place_remaining(
    free: AvailabilityGrid,
    limits: SeriesLimits,
    coachee: NDArray[np.int32],
    coach: NDArray[np.int32],
    demand: RemainingDemand,
    *,
    on_block: Callable[[], object] = lambda: None,
    parallel_map: ParallelMap = map,
) -> NDArray[np.bool_]:
    """Return `bool[P]`: whether each pair, in isolation, can place its remaining sessions.

    For a pair without remaining sessions, the answer is whether it has had any, because a match
    without a single session would be pointless.
    """
    answer: NDArray[np.bool_] = (demand.remaining == 0) & (demand.previous_day != NO_PREVIOUS_DAY)
    for remaining in np.unique(demand.remaining[demand.remaining > 0]).tolist():
        some = np.flatnonzero(demand.remaining == remaining)
        answer[some] = schedulable(
            free,
            replace(limits, count=remaining),
            coachee[some],
            coach[some],
            on_block=on_block,
            parallel_map=parallel_map,
            first=demand.first[some],
        )
    return answer


def _within(days: NDArray[np.integer], first: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return `bool[B, D]`: whether each of the days `[D]` is in each closed range `[B, 2]`."""
    inside: NDArray[np.bool_] = (days >= first[:, :1]) & (days <= first[:, 1:])
    return inside


def _blocks(chosen: NDArray[np.int64], bytes_a_row: int) -> Iterator[NDArray[np.int64]]:
    step = max(1, _BLOCK_BYTES // bytes_a_row)
    for first in range(0, len(chosen), step):
        yield chosen[first : first + step]


class _DayBits:
    """Free starts, repacked so that each day starts at a word boundary."""

    def __init__(
        self, free: AvailabilityGrid, columns: NDArray[np.int64], day: NDArray[np.int32]
    ) -> None:
        within = np.arange(len(day)) - np.searchsorted(day, day)
        self._words = int(within.max()) // _WORD_BITS + 1
        self._days = int(day[-1]) + 1
        self._places = day.astype(np.int64) * self._words * _WORD_BITS + within
        self._columns = columns
        self._count = len(free.starts)
        self._coachees = self._lay_out(free.coachees)
        self._coaches = self._lay_out(free.coaches)

    @property
    def bytes_a_row(self) -> int:
        """The memory, in bytes, needed to compare one pair."""
        return 24 * self._days * self._words

    @property
    def all_days(self) -> NDArray[np.int64]:
        """All day indices, `int64[D]`."""
        return np.arange(self._days)

    def _lay_out(self, bits: Bits) -> Bits:
        width = self._days * self._words
        packed_rows = np.zeros((len(bits), width), dtype=np.uint64)
        for block in _blocks(np.arange(len(bits)), width * _WORD_BITS):
            bit_rows = np.zeros((len(block), width * _WORD_BITS), dtype=np.bool_)
            bit_rows[:, self._places] = unpack(bits[block], self._count)[:, self._columns]
            packed_rows[block] = pack(bit_rows)
        return packed_rows

    def common(self, coachee: NDArray[np.int32], coach: NDArray[np.int32]) -> Bits:
        """Return `uint64[B, ceil(D / 64)]`: the days on which each pair has a common start."""
        both = (self._coachees[coachee] & self._coaches[coach]) != 0
        return pack(both.reshape(len(both), self._days, self._words).any(axis=2))


def _series_on_days(days: Bits, begin: Bits, limits: SeriesLimits) -> NDArray[np.bool_]:
    """Return `bool[B]`: whether `limits.count` of the days have the required gaps.

    `days: uint64[B, W]` contains the possible days of each of `B` pairs as packed bits.

    The first of these days must be in `begin`, which has the same shape.
    """
    longest = days.shape[1] * _WORD_BITS
    low, high = limits.min_gap_days, min(limits.max_gap_days, longest)
    reachable = begin.copy()
    for _ in range(limits.count - 1):
        if low > high:
            return np.zeros(len(days), dtype=np.bool_)
        span, covered = high - low + 1, 1
        while covered < span:
            step = min(covered, span - covered)
            reachable |= _shift_up(reachable, step)
            covered += step
        reachable = _shift_up(reachable, low) & days
    found: Bits = np.bitwise_or.reduce(reachable, axis=1)
    some: NDArray[np.bool_] = found != 0
    return some


def _shift_up(bits: Bits, by: int) -> Bits:
    """Shift the bits `[B, W]` up by `by` positions."""
    words, rest = divmod(by, _WORD_BITS)
    moved = np.zeros_like(bits)
    width = bits.shape[1]
    if words >= width:
        return moved
    moved[:, words:] = bits[:, : width - words] << np.uint64(rest)
    if rest:
        moved[:, words + 1 :] |= bits[:, : width - words - 1] >> np.uint64(_WORD_BITS - rest)
    return moved


class _SeriesOnStarts:
    """Reachability over starts, for coaches whose caps could limit a single series.

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
