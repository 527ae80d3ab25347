"""Ranges of positions, and their unions."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence


class Ranges:
    """Ranges of positions whose ends are nondecreasing, and unions of such ranges."""

    def __init__(self, low: Sequence[int], high: Sequence[int]) -> None:
        """Store the ranges, each of which is `[low, high)`."""
        self._low, self._high = low, high
        # For each end, the ranges that begin there or earlier, as a bit set.
        ends = range(max(high, default=0) + 1)
        self._begun = [(1 << bisect_right(low, end)) - 1 for end in ends]

    def union(self, some: int) -> int:
        """Return, as a bit set, the union of the ranges selected by the bit set `some`.

        From the end of a range, the method moves on to the last range that begins there or earlier.
        """
        low, high, begun = self._low, self._high, self._begun
        union = 0
        while some:
            first = (some & -some).bit_length() - 1
            end = high[first]
            last = (some & begun[end]).bit_length() - 1
            while high[last] > end:
                end = high[last]
                last = (some & begun[end]).bit_length() - 1
            union |= (1 << end) - (1 << low[first])
            some = some >> last + 1 << last + 1
        return union
