"""The days on which pairs have common starts, as packed bits."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from matching.instance.availability_grid import AvailabilityGrid, Bits, pack, unpack

_BLOCK_BYTES = 1 << 25
_CACHED_BYTES = 1 << 18  # fits into the CPU cache
_WORD_BITS = 64


def row_blocks(chosen: NDArray[np.int64], bytes_a_row: int) -> Iterator[NDArray[np.int64]]:
    """Yield parts of `chosen` whose rows need at most `_BLOCK_BYTES` of memory."""
    step = max(1, _BLOCK_BYTES // bytes_a_row)
    for first in range(0, len(chosen), step):
        yield chosen[first : first + step]


class DayBits:
    """Free starts, repacked so that each day starts at a word boundary."""

    def __init__(self, free: AvailabilityGrid, columns: NDArray[np.int64], days: int) -> None:
        day = free.day[columns]
        within = np.arange(len(day)) - np.searchsorted(day, day)
        self._words = int(within.max()) // _WORD_BITS + 1
        self._days = days
        self._places = day.astype(np.int64) * self._words * _WORD_BITS + within
        self._columns = columns
        self._count = len(free.starts)
        self._rows_at_once = max(1, _CACHED_BYTES // (8 * self._days * self._words))
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
        for block in row_blocks(np.arange(len(bits)), width * _WORD_BITS):
            bit_rows = np.zeros((len(block), width * _WORD_BITS), dtype=np.bool_)
            bit_rows[:, self._places] = unpack(bits[block], self._count)[:, self._columns]
            packed_rows[block] = pack(bit_rows)
        return packed_rows

    def common(self, coachee: NDArray[np.int32], coach: NDArray[np.int32]) -> Bits:
        """Return `uint64[B, ceil(D / 64)]`: the days on which each pair has a common start."""
        width = -(-self._days // _WORD_BITS) * _WORD_BITS
        common = np.zeros((len(coachee), width), dtype=np.bool_)
        for first in range(0, len(coachee), self._rows_at_once):
            some = slice(first, first + self._rows_at_once)
            both = self._coachees[coachee[some]]
            both &= self._coaches[coach[some]]
            if self._words > 1:
                both = np.bitwise_or.reduce(
                    both.reshape(len(both), self._days, self._words), axis=2
                )
            np.not_equal(both, 0, out=common[some, : self._days])
        return pack(common)
