"""Finds the cheapest series of many candidates at once, using dynamic programming over arrays.

Costs are integers, so that sums are exact.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matching.coach_timetable.calendar import CoachCalendar

_NEVER = 1 << 60

Costs = NDArray[np.int64]
"""Costs, indexed by candidate and position: `int64[candidates, positions]`."""


class CheapestSeries:
    """Computes the cheapest series of each candidate, given a cost for each position."""

    def __init__(self, calendar: CoachCalendar, candidates: Sequence[int]) -> None:
        chains = [calendar.candidate(one).chain for one in candidates]
        self._low, self._high = calendar.low, calendar.high
        self._sessions = max(map(len, chains), default=0)
        self._first = [self._sessions - len(chain) for chain in chains]
        shape = self._sessions, len(chains), calendar.positions
        self._possible = np.zeros(shape, dtype=np.bool_)
        for row, chain in enumerate(chains):
            for number, positions in enumerate(chain, start=self._first[row]):
                self._possible[number, row, list(positions)] = True
        self._prepare_ranges(np.array(self._low), np.array(self._high))
        self._least: list[Costs] = []

    def _prepare_ranges(self, low: NDArray[np.int64], high: NDArray[np.int64]) -> None:
        """Cover each position's range of successors with two blocks of power-of-two length."""
        width = high - low
        power = np.frexp(np.maximum(width, 1))[1] - 1
        columns = len(low) + 1  # the last column never contains a session
        self._powers = int(power.max(initial=0))
        begin, end = low, high - (1 << power)
        self._begin = power * columns + np.where(width > 0, begin, columns - 1)
        self._end = power * columns + np.where(width > 0, end, columns - 1)

    def solve(self, costs: Costs) -> list[int]:
        """Return the cost of each candidate's cheapest series."""
        nowhere = np.full((len(costs), 1), _NEVER, dtype=np.int64)
        least: Costs | None = None
        table = []
        for possible in self._possible[::-1]:
            here = costs if least is None else costs + self._least_after(least, nowhere)
            least = np.where(possible, here, _NEVER)
            table.append(least)
        self._least = table[::-1]
        if not self._least:
            return [0] * len(costs)
        smallest = np.stack([least.min(axis=1) for least in self._least])
        return [
            int(smallest[first, row]) if first < self._sessions else 0
            for row, first in enumerate(self._first)
        ]

    def series(self, row: int) -> tuple[int, ...]:
        """Return the positions of a candidate's cheapest series, as found by the latest `solve`."""
        positions: list[int] = []
        low, high = 0, None
        for least in self._least[self._first[row] :]:
            position = low + int(np.argmin(least[row, low:high]))
            positions.append(position)
            low, high = self._low[position], self._high[position]
        return tuple(positions)

    def _least_after(self, least: Costs, nowhere: Costs) -> Costs:
        """Return, for each position, the minimum cost over the positions that can come next."""
        block = np.concatenate([least, nowhere], axis=1)
        blocks = [block]
        for power in range(self._powers):
            step = 1 << power
            longer = block.copy()
            np.minimum(block[:, :-step], block[:, step:], out=longer[:, :-step])
            block = longer
            blocks.append(block)
        joined = np.concatenate(blocks, axis=1)
        found: Costs = np.minimum(joined[:, self._begin], joined[:, self._end])
        return found
