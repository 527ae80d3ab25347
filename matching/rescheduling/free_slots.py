"""Finds alternative starts for one of a pair's sessions.

A slot satisfies all constraints of the pair and of the coach. A slot may require later sessions of
the pair to move as well. A shortest path over these sessions minimises the movement. The path ends
at a session that keeps its time, because all sessions after it keep theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from matching.rescheduling.pair_calendar import PairCalendar, SeriesSession

MAX_SLOTS = 6
_MIN_SLOTS = 3
_PER_DAY = 2
_MOVED = 1 << 32  # exceeds the total movement, in minutes, of all sessions of a series
_NEVER = 1 << 60
_EXAMINED = 400  # maximum number of candidates that move later sessions

_Costs = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Slot:
    """A possible new start for a session, in epoch minutes.

    Attributes:
        start: the new start.
        moves: the number and new start of each later session of the pair that would also move.
        quality: the points of the resulting series, 0 to 100.
    """

    start: int
    moves: tuple[tuple[int, int], ...]
    quality: int


def free_slots(calendar: PairCalendar, number: int) -> tuple[Slot, ...]:
    """Return up to `MAX_SLOTS` alternative starts for session `number` of the series, best first.

    Slots that keep all later sessions come first, ordered by the quality of the series. If there
    are fewer than three, slots that move later sessions follow, ordered by the number of sessions
    moved, then by the total shift. At most two slots are on one day, unless there are few others.

    Raises:
        ValueError: the series has no such session.
    """
    search = _Search(calendar, number)
    still = _chosen(search.slots(moving=False), MAX_SLOTS)
    if len(still) >= _MIN_SLOTS:
        return still
    return still + _chosen(search.slots(moving=True), _MIN_SLOTS - len(still))


def _chosen(found: Iterable[tuple[int, Slot]], most: int) -> tuple[Slot, ...]:
    """Return up to `most` slots, with more than two on a day only to reach `_MIN_SLOTS`.

    `found` contains the slots with their days.
    """
    chosen: list[Slot] = []
    crowded: list[Slot] = []
    days: Counter[int] = Counter()
    for day, slot in found:
        (chosen if days[day] < _PER_DAY else crowded).append(slot)
        days[day] += 1
        if len(chosen) == most:
            return tuple(chosen)
    spare = max(0, min(most, _MIN_SLOTS) - len(chosen))
    return (*chosen, *crowded[:spare])


class _Search:
    """The possible starts of a session and of later sessions, with the costs of moving those."""

    def __init__(self, calendar: PairCalendar, number: int) -> None:
        self._calendar = calendar
        place = next((n for n, one in enumerate(calendar.series) if one.number == number), None)
        if place is None:
            raise ValueError(f"the series has no session {number}")
        self._before = calendar.series[:place]
        self._moved = calendar.series[place]
        self._after = calendar.series[place + 1 :]
        self._starts, self._possible = self._columns()
        self._day = np.array([calendar.day(int(one)) for one in self._starts], dtype=np.int64)
        self._costs = self._later_costs()

    def slots(self, *, moving: bool) -> Iterator[tuple[int, Slot]]:
        """Yield slots, best first: those that move later sessions, or all others if not `moving`.

        Each slot comes with the index of its day. Of the starts that move later sessions, only the
        `_EXAMINED` with the lowest costs are considered.
        """
        possible = self._possible[self._moved.number]
        reachable = possible & self._follows_previous() & (self._starts != self._moved.start)
        costs = np.where(reachable, self._after_costs(self._moved, self._costs), _NEVER)
        wanted = np.flatnonzero((costs > 0) & (costs < _NEVER) if moving else costs == 0)
        if moving:
            wanted = wanted[np.argsort(costs[wanted], kind="stable")][:_EXAMINED]
        ranked = []
        for column in wanted.tolist():
            series = self._series(column)
            if self._is_sound(series):
                slot = self._slot(series)
                away = abs(slot.start - self._moved.start)
                ranked.append((int(costs[column]), -slot.quality, away, slot.start, slot, column))
        for *_, slot, column in sorted(ranked, key=lambda one: one[:4]):
            yield int(self._day[column]), slot

    def _columns(self) -> tuple[NDArray[np.int64], Mapping[int, NDArray[np.bool_]]]:
        """Return all starts and, keyed by session number, a mask of the possible starts."""
        own = np.array([one.start for one in self._after], dtype=np.int64)
        sessions = (self._moved, *self._after)
        # Contracting sessions have their own starts; all other sessions share the same ones.
        good = {
            number: self._good_starts(number) for number in {bool(one.number) for one in sessions}
        }
        starts = np.unique(np.concatenate([own, *good.values()]))
        possible = {number: np.isin(starts, some) for number, some in good.items()}
        return starts, {one.number: possible[bool(one.number)] for one in sessions}

    def _good_starts(self, number: int) -> NDArray[np.int64]:
        """Return the starts to which a session may move."""
        grid, coachee, coach = self._calendar.grid(number)
        good = coachee & coach & (grid >= self._calendar.not_before)
        good &= ~self._calendar.clashes(grid, number) & ~self._calendar.within_buffers(grid, number)
        return grid[good]

    def _follows_previous(self) -> NDArray[np.bool_]:
        """Return, for each start, whether it keeps the gap to the session before the moved one."""
        if not self._before:
            return np.ones(len(self._starts), dtype=np.bool_)
        last = self._before[-1]
        least, most = self._calendar.gap_range(last, self._moved)
        gap = self._day - self._calendar.day(last.start)
        spaced = self._starts >= last.end + self._calendar.cycle.sessions.buffer_minutes
        follows: NDArray[np.bool_] = spaced & (gap >= least) & (gap <= most)
        return follows

    def _later_costs(self) -> list[_Costs]:
        """Return, for each later session and start, the least cost from this session onwards."""
        costs: list[_Costs] = []
        for place in reversed(range(len(self._after))):
            session = self._after[place]
            possible = self._possible[session.number]
            move = np.where(possible, np.abs(self._starts - session.start) + _MOVED, _NEVER)
            move = np.minimum(move + self._after_costs(session, costs), _NEVER)
            move[np.searchsorted(self._starts, session.start)] = 0
            costs.insert(0, move)
        return costs

    def _after_costs(self, session: SeriesSession, costs: list[_Costs]) -> _Costs:
        """Return, for each start of `session`, the least cost of all sessions after it.

        `costs` contains the costs of the later sessions, in order.
        """
        if not costs:
            return np.zeros(len(self._starts), dtype=np.int64)
        low, high = self._next_columns(session, self._after[-len(costs)])
        return _range_minimum(costs[0], low, high)

    def _next_columns(
        self, session: SeriesSession, following: SeriesSession
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return, for each start of `session`, the range of starts for the next session."""
        least, most = self._calendar.gap_range(session, following)
        spacing = (
            self._calendar.minutes(session.number) + self._calendar.cycle.sessions.buffer_minutes
        )
        low = np.maximum(
            np.searchsorted(self._day, self._day + least),
            np.searchsorted(self._starts, self._starts + spacing),
        )
        return low, np.searchsorted(self._day, self._day + most, side="right")

    def _series(self, column: int) -> tuple[SeriesSession, ...]:
        """Return the whole series with the session at a start and later sessions moved to suit."""
        at, series = column, [*self._before, self._at(self._moved, column)]
        session = self._moved
        for place, following in enumerate(self._after):
            low, high = self._next_columns(session, following)
            at = int(low[at]) + int(np.argmin(self._costs[place][low[at] : high[at]]))
            session = following
            if int(self._starts[at]) == following.start:
                return (*series, *self._after[place:])
            series.append(self._at(following, at))
        return tuple(series)

    def _at(self, session: SeriesSession, column: int) -> SeriesSession:
        start = int(self._starts[column])
        return replace(session, start=start, end=start + self._calendar.minutes(session.number))

    def _is_sound(self, series: Sequence[SeriesSession]) -> bool:
        """Return whether all moved sessions of a series respect the buffers and the coach's caps.

        This check covers cases that the costs do not model: the pair's own sessions that count
        towards the caps, and sessions whose length differs from the policy's.
        """
        changed = {*series} - {*self._calendar.series}
        buffer = self._calendar.cycle.sessions.buffer_minutes
        starts = [one.start for one in series]
        return all(
            (one not in changed and other not in changed) or one.end + buffer <= other.start
            for one, other in pairwise(series)
        ) and not any(any(self._calendar.exceeded_caps(starts, one.start)) for one in changed)

    def _slot(self, series: Sequence[SeriesSession]) -> Slot:
        now = {one.number: one.start for one in self._calendar.series}
        moves = tuple(
            (one.number, one.start)
            for one in series
            if one.number > self._moved.number and one.start != now[one.number]
        )
        start = next(one.start for one in series if one.number == self._moved.number)
        times = [(self._calendar.day(one.start), one.start) for one in series if one.number]
        return Slot(start, moves, self._calendar.quality.points(0, 0, times))


def _range_minimum(costs: _Costs, low: NDArray[np.int64], high: NDArray[np.int64]) -> _Costs:
    """Return the minimum of `costs[low:high]` for each range, using a sparse table.

    The minimum of an empty range is `_NEVER`.
    """
    answer = np.full(len(low), _NEVER, dtype=np.int64)
    table, length = costs, 1
    size = high - low
    while length <= len(costs):
        here = (size >= length) & (size < 2 * length)
        answer[here] = np.minimum(table[low[here]], table[high[here] - length])
        if 2 * length > len(costs):
            break
        table = np.minimum(table[:-length], table[length:])
        length *= 2
    return answer
