"""Determines which pairs can place a series of sessions in isolation: a reachability problem.

A start is reachable for session `k + 1` if session `k` has a reachable start that is an allowed
number of days earlier. The range of possible predecessors is monotone in the start, so reachability
is computed for blocks of pairs: by shifting bits for days if the days of the pair's series are
independent of each other, and otherwise by prefix sums over starts. Both methods are exact.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from matching.concurrency import ParallelMap
from matching.instance.availability_grid import AvailabilityGrid, Bits, pack, unpack
from matching.instance.day_bits import DayBits, row_blocks
from matching.instance.series_limits import (
    NO_PREVIOUS_DAY,
    RemainingDemand,
    SeriesLimits,
    conflicting_starts,
)
from matching.instance.series_on_days import SeriesInWeeks, days_after_contracting, series_on_days
from matching.instance.series_on_starts import SeriesOnStarts, StartTimes

AnySeries = Callable[[SeriesLimits, NDArray[np.int64]], NDArray[np.bool_]]
"""Returns whether each pair in an `int64[B]` array can place a series under the limits."""


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
    each pair's first session, which is the contracting session if the limits contain one; by
    default, any day is allowed.
    """
    answer = np.zeros(len(coachee), dtype=np.bool_)
    used = _starts_in_use(free)
    opening, columns = used[used < free.contracting], used[used >= free.contracting]
    if limits.contracting is None:
        opening = opening[:0]
    elif not len(opening):
        return answer
    if not len(columns) or not len(coachee):
        return answer
    pairs = _Pairs(free, (columns, opening), coachee, coach, first)

    def fill(chosen: NDArray[np.int64], bytes_a_pair: int, series: AnySeries) -> None:
        def fill_block(block: NDArray[np.int64]) -> None:
            answer[block] = series(limits, block)

        for _ in parallel_map(fill_block, row_blocks(chosen, bytes_a_pair)):
            on_block()

    every = np.arange(len(coachee))
    by_day = pairs.have_independent_days(limits, every)
    fill(every[by_day], pairs.bytes_by_day, pairs.on_days)
    others = every[~by_day]
    fill(others, pairs.bytes_by_day, pairs.on_days_without_caps)
    possible = others[answer[others]]
    answer[others] = False
    # A series with longer gaps also satisfies the limits, and its days are independent for more
    # pairs.
    longer = limits.with_longer_gaps()
    by_day_if_longer = possible[pairs.have_independent_days(longer, possible)]
    fill(by_day_if_longer, pairs.bytes_by_day, lambda _limits, block: pairs.on_days(longer, block))
    fill(possible[~answer[possible]], pairs.bytes_by_start, pairs.on_starts)
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

    A pair without remaining sessions is included only if it has already had sessions, because a
    match without a single session would be pointless.
    """
    answer: NDArray[np.bool_] = (demand.remaining == 0) & (demand.previous_day != NO_PREVIOUS_DAY)
    for remaining in np.unique(demand.remaining[demand.remaining > 0]).tolist():
        some = np.flatnonzero(demand.remaining == remaining)
        answer[some] = schedulable(
            free,
            limits.for_last(remaining),
            coachee[some],
            coach[some],
            on_block=on_block,
            parallel_map=parallel_map,
            first=demand.first[some],
        )
    return answer


def _starts_in_use(free: AvailabilityGrid) -> NDArray[np.int64]:
    """Return the indices of the starts at which at least one coachee and one coach are free."""
    coachees, coaches = (
        unpack(np.bitwise_or.reduce(bits, axis=0), len(free.starts))
        for bits in (free.coachees, free.coaches)
    )
    return np.flatnonzero(coachees & coaches)


class _Pairs:
    """Pairs of coachees and coaches, with checks of their series by day and by start."""

    def __init__(
        self,
        free: AvailabilityGrid,
        used: tuple[NDArray[np.int64], NDArray[np.int64]],
        coachee: NDArray[np.int32],
        coach: NDArray[np.int32],
        first: NDArray[np.int64] | None,
    ) -> None:
        """Repack the free starts so that they are grouped by day. For `first`, see `schedulable`.

        `used` contains the starts in use, and then those of contracting sessions.
        """
        columns, opening = used
        self._free = free
        self._columns, self._opening = columns, opening
        self._coachee, self._coach = coachee, coach
        self._first = first
        self._times = _times(free, columns)
        self._starts, self._day = self._times.start, self._times.day
        self._week = self._times.week
        days = 1 + max(int(free.day[one[-1]]) for one in used if len(one))
        self._days = DayBits(free, columns, days)
        self._opening_days = DayBits(free, opening, days) if len(opening) else None
        self.bytes_by_day = self._days.bytes_a_row
        self.bytes_by_start = 64 * len(columns)

    def have_independent_days(
        self, limits: SeriesLimits, chosen: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Return, for each chosen pair, whether its days are independent under `limits`.

        Days are independent if the times of a session do not limit the days of the next one. The
        answer may be false even for a pair with independent days.
        """
        independent = np.full(len(chosen), limits.min_gap_days > 0)
        if not self._can_open_by_day(limits):
            return np.zeros_like(independent)
        conflicting = conflicting_starts(self._starts, self._day, limits)
        if not limits.min_gap_days or not conflicting[0].any():
            return independent
        free, masks = self._free, np.zeros((2, len(self._free.starts)), dtype=np.bool_)
        masks[:, self._columns] = conflicting
        earlier, later = (free.coachees & mask for mask in pack(masks))
        bytes_a_pair = 3 * free.coaches.itemsize * free.coaches.shape[1]
        for place in row_blocks(np.arange(len(chosen)), bytes_a_pair):
            row, column = self._coachee[chosen[place]], self._coach[chosen[place]]
            independent[place] = ~(
                (earlier[row] & free.coaches[column]).any(axis=1)
                & (later[row] & free.coaches[column]).any(axis=1)
            )
        return independent

    def _can_open_by_day(self, limits: SeriesLimits) -> bool:
        """Return whether no contracting session conflicts with a first session that may follow."""
        if limits.contracting is None:
            return True
        least = limits.contracting.min_gap_days
        opening = _times(self._free, self._opening)
        by_date = np.searchsorted(self._day, opening.day + least)
        by_time = np.searchsorted(self._starts, opening.start + limits.contracting_spacing)
        return least > 0 and bool((by_time <= by_date).all())

    def on_days_without_caps(
        self, limits: SeriesLimits, block: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        """Return whether each pair in the block has days with the required gaps."""
        return series_on_days(*self._days_of(limits, block), limits)

    def _days_of(self, limits: SeriesLimits, block: NDArray[np.int64]) -> tuple[Bits, Bits]:
        """Return each pair's days, and the days on which its first session can take place.

        A contracting session does not count as the first one.
        """
        held = self._days.common(self._coachee[block], self._coach[block])
        opening = held
        if self._opening_days is not None:
            opening = self._opening_days.common(self._coachee[block], self._coach[block])
        if self._first is not None:
            opening = opening & pack(_within(self._days.all_days, self._first[block]))
        if limits.contracting is not None:
            opening = days_after_contracting(held, opening, limits.contracting)
        return held, opening

    def on_days(self, limits: SeriesLimits, block: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return whether each pair in the block, whose days must be independent, has a series."""
        held, opening = self._days_of(limits, block)
        caps = limits.week_cap[self._coach[block]]
        capped = caps < limits.max_sessions_in_week
        answer = series_on_days(held, opening, limits)
        for cap in np.unique(caps[capped]).tolist():
            same = caps == cap
            if limits.contracting is not None:
                answer[same] = self.on_starts(limits, block[same])
            else:
                weeks = SeriesInWeeks(self._day, self._week, limits, cap)
                answer[same] = weeks.any_series(held[same], opening[same])
        return answer

    def on_starts(self, limits: SeriesLimits, block: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return whether each pair in the block has a series."""
        free, coach = self._free, self._coach[block]
        common = unpack(free.coachees[self._coachee[block]] & free.coaches[coach], len(free.starts))
        contracting = _times(free, self._opening) if len(self._opening) else None
        opening = common[:, self._columns if contracting is None else self._opening]
        common = common[:, self._columns]
        if self._first is not None:
            day = self._day if contracting is None else contracting.day
            opening = opening & _within(day, self._first[block])
        answer = np.zeros(len(block), dtype=np.bool_)
        most = limits.count + (contracting is not None)
        caps = np.minimum(most, np.stack([limits.day_cap, limits.week_cap]))[:, coach]
        for day_cap, week_cap in np.unique(caps, axis=1).T.tolist():
            same = (caps[0] == day_cap) & (caps[1] == week_cap)
            chain = SeriesOnStarts(self._times, limits, (day_cap, week_cap), contracting)
            answer[same] = chain.any_series(common[same], opening[same])
        return answer


def _times(free: AvailabilityGrid, columns: NDArray[np.int64]) -> StartTimes:
    return StartTimes(free.starts[columns], free.day[columns], free.week[columns])


def _within(days: NDArray[np.integer], first: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return `bool[B, D]`: whether each of the days `[D]` is in each closed range `[B, 2]`."""
    inside: NDArray[np.bool_] = (days >= first[:, :1]) & (days <= first[:, 1:])
    return inside
