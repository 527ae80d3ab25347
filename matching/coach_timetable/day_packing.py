"""Sessions of different coachees on one day, one after the other.

The set `T` fits where some order of it does, each at its first start after the one before. The
earliest end over all orders obeys `end(T) = min over i in T of next(i, end(T - i)) + apart`, since
ending a part earlier never hurts the rest (Held and Karp's recursion on sets).
"""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache

Options = tuple[int, ...]
"""Starts of one coachee on the day, ascending, in minutes of any origin."""


@lru_cache(maxsize=1 << 16)
def place(options: tuple[Options, ...], apart: int) -> tuple[int, ...] | None:
    """A start for each entry of `options`, all at least `apart` minutes apart, or `None`."""
    everybody = (1 << len(options)) - 1
    ends = [0] * (everybody + 1)
    placed = [-1] * (
        everybody + 1
    )  # who comes last where the part ends earliest; -1: it never fits
    ends[0] = -(1 << 60)
    for part in range(1, everybody + 1):
        for last in range(len(options)):
            before = part & ~(1 << last)
            if before == part or (before and placed[before] < 0):
                continue
            at = bisect_left(options[last], ends[before])
            if at == len(options[last]):
                continue
            end = options[last][at] + apart
            if placed[part] < 0 or end < ends[part]:
                ends[part], placed[part] = end, last
    if placed[everybody] < 0:
        return None
    starts = [0] * len(options)
    part = everybody
    while part:
        last = placed[part]
        starts[last] = ends[part] - apart
        part &= ~(1 << last)
    return tuple(starts)


def place_on_day(options: tuple[Options, ...], apart: int) -> tuple[int, ...] | None:
    """As `place`, remembering the answer for every day with the same times."""
    origin = min(starts[0] for starts in options)
    placed = place(tuple(tuple(start - origin for start in starts) for starts in options), apart)
    return None if placed is None else tuple(start + origin for start in placed)


def exclusive_on_day(options: tuple[Options, ...], apart: int) -> tuple[tuple[int, ...], ...]:
    """The largest crowds (places in `options`) of whom no two can share the day."""
    origin = min((starts[0] for starts in options), default=0)
    return _exclusive(tuple(tuple(start - origin for start in one) for one in options), apart)


@lru_cache(maxsize=1 << 12)
def _exclusive(options: tuple[Options, ...], apart: int) -> tuple[tuple[int, ...], ...]:
    everybody = range(len(options))
    against = [
        sum(
            1 << other
            for other in everybody
            if other != one and place((options[one], options[other]), apart) is None
        )
        for one in everybody
    ]
    found: list[int] = []

    def grow(crowd: int, open_to: int, closed: int) -> None:
        """Bron and Kerbosch (1973), with a pivot."""
        if not open_to | closed:
            found.append(crowd)
            return
        pivot = max(_bits(open_to | closed), key=lambda one: (open_to & against[one]).bit_count())
        for one in _bits(open_to & ~against[pivot]):
            grow(crowd | 1 << one, open_to & against[one], closed & against[one])
            open_to &= ~(1 << one)
            closed |= 1 << one

    grow(0, (1 << len(options)) - 1, 0)
    return tuple(tuple(_bits(crowd)) for crowd in found if crowd.bit_count() > 1)


def _bits(bits: int) -> list[int]:
    return [place for place in range(bits.bit_length()) if bits >> place & 1]
