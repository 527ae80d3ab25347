"""Packs sessions of different coachees into one day, one after another.

A set `T` fits if it fits in some order, with each session at its first start after the previous
one. The earliest end over all orders obeys `end(T) = min over i in T of next(i, end(T - i)) +
spacing_minutes`, since an earlier end never hurts later sessions (the recursion of Held and Karp
over subsets).
"""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache

Options = tuple[int, ...]
"""Starts of one coachee on the day, ascending, in minutes of any origin."""


@lru_cache(maxsize=1 << 16)
def pack_starts(options: tuple[Options, ...], spacing_minutes: int) -> tuple[int, ...] | None:
    """Return a start for each of `options`, at least `spacing_minutes` apart, or `None`."""
    everybody = (1 << len(options)) - 1
    ends = [0] * (everybody + 1)
    # The last coachee in the order in which the subset ends earliest; -1 if it does not fit.
    placed = [-1] * (everybody + 1)
    ends[0] = -(1 << 60)
    for part in range(1, everybody + 1):
        for last in range(len(options)):
            before = part & ~(1 << last)
            if before == part or (before and placed[before] < 0):
                continue
            at = bisect_left(options[last], ends[before])
            if at == len(options[last]):
                continue
            end = options[last][at] + spacing_minutes
            if placed[part] < 0 or end < ends[part]:
                ends[part], placed[part] = end, last
    if placed[everybody] < 0:
        return None
    starts = [0] * len(options)
    part = everybody
    while part:
        last = placed[part]
        starts[last] = ends[part] - spacing_minutes
        part &= ~(1 << last)
    return tuple(starts)


def pack_day(options: tuple[Options, ...], spacing_minutes: int) -> tuple[int, ...] | None:
    """Call `pack_starts`, with a cache shared among days with the same times."""
    origin = min(starts[0] for starts in options)
    placed = pack_starts(
        tuple(tuple(start - origin for start in starts) for starts in options), spacing_minutes
    )
    return None if placed is None else tuple(start + origin for start in placed)


def exclusive_crowds(
    options: tuple[Options, ...], spacing_minutes: int
) -> tuple[tuple[int, ...], ...]:
    """Return the maximal crowds (indices into `options`) in which no two can share the day."""
    origin = min((starts[0] for starts in options), default=0)
    return _maximal_cliques(
        tuple(tuple(start - origin for start in one) for one in options), spacing_minutes
    )


@lru_cache(maxsize=1 << 12)
def _maximal_cliques(
    options: tuple[Options, ...], spacing_minutes: int
) -> tuple[tuple[int, ...], ...]:
    everybody = range(len(options))
    conflicts_of = [
        sum(
            1 << other
            for other in everybody
            if other != one and pack_starts((options[one], options[other]), spacing_minutes) is None
        )
        for one in everybody
    ]
    found: list[int] = []

    def extend_clique(crowd: int, open_to: int, closed: int) -> None:
        """Run the algorithm of Bron and Kerbosch (1973), with a pivot."""
        if not open_to | closed:
            found.append(crowd)
            return
        pivot = max(
            _set_bits(open_to | closed), key=lambda one: (open_to & conflicts_of[one]).bit_count()
        )
        for one in _set_bits(open_to & ~conflicts_of[pivot]):
            extend_clique(crowd | 1 << one, open_to & conflicts_of[one], closed & conflicts_of[one])
            open_to &= ~(1 << one)
            closed |= 1 << one

    extend_clique(0, (1 << len(options)) - 1, 0)
    return tuple(tuple(_set_bits(crowd)) for crowd in found if crowd.bit_count() > 1)


def _set_bits(bits: int) -> list[int]:
    return [bit for bit in range(bits.bit_length()) if bits >> bit & 1]
