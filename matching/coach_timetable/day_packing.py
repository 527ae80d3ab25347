"""Packs the sessions of several coachees into one day.

A set `T` fits a day if it fits in some order, each session taking its first start after the
previous one. The earliest end over all orders is `end(T) = min over i in T of next(i, end(T - i)) +
spacing_minutes`, because an earlier end never delays later sessions (the Held-Karp recursion over
subsets). Subsets of many sessions are not enumerated but searched (`day_search`). If the
contracting session of a pair is on the same day as its first session, the first session comes later
in every order.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from matching.coach_timetable.day_search import search_starts

Options = tuple[int, ...]
"""A coachee's possible starts on the day, ascending, in minutes from any origin."""
Spacing = int | tuple[int, ...]
"""The minimum number of minutes between starts, for all coachees or for each one."""
Order = tuple[int, ...]
"""Labels of the sessions: `-n` comes after `n`, and 0 is unordered. Empty if all are unordered."""
_MAX_ENUMERATED = 6  # maximum number of sessions on a day whose subsets are enumerated


class DayOptions(NamedTuple):
    """Sessions to place on one day."""

    starts: tuple[Options, ...]
    spacing: Spacing
    order: Order = ()


@lru_cache(maxsize=1 << 16)
def pack_starts(
    options: tuple[Options, ...], spacing_minutes: Spacing, order: Order = ()
) -> tuple[int, ...] | None:
    """Return starts at least `spacing_minutes` apart, one per session, or `None` if impossible."""
    everybody = (1 << len(options)) - 1
    earlier = _earlier(order) if order else (0,) * len(options)
    spacing = _for_each(spacing_minutes, len(options))
    if len(options) > _MAX_ENUMERATED:
        return search_starts(options, spacing, earlier)
    ends = [0] * (everybody + 1)
    # For each subset, the last coachee in the order that ends earliest; -1 if it does not fit.
    placed = [-1] * (everybody + 1)
    ends[0] = -(1 << 60)
    for part in range(1, everybody + 1):
        for last in range(len(options)):
            before = part & ~(1 << last)
            if before == part or (before and placed[before] < 0) or earlier[last] & ~before:
                continue
            at = bisect_left(options[last], ends[before])
            if at == len(options[last]):
                continue
            end = options[last][at] + spacing[last]
            if placed[part] < 0 or end < ends[part]:
                ends[part], placed[part] = end, last
    if placed[everybody] < 0:
        return None
    starts = [0] * len(options)
    part = everybody
    while part:
        last = placed[part]
        starts[last] = ends[part] - spacing[last]
        part &= ~(1 << last)
    return tuple(starts)


def _for_each(spacing_minutes: Spacing, coachees: int) -> tuple[int, ...]:
    if isinstance(spacing_minutes, int):
        return (spacing_minutes,) * coachees
    return spacing_minutes


def _earlier(order: Order) -> tuple[int, ...]:
    """Return, for each session, a bit set of the sessions that must come before it."""
    return tuple(
        sum(1 << place for place, other in enumerate(order) if label < 0 and other == -label)
        for label in order
    )


def pack_day(
    options: tuple[Options, ...], spacing_minutes: Spacing, order: Order = ()
) -> tuple[int, ...] | None:
    """Return the result of `pack_starts`, cached for all days with the same relative starts."""
    origin = min(starts[0] for starts in options)
    relative = tuple(tuple(start - origin for start in starts) for starts in options)
    placed = pack_starts(relative, spacing_minutes, order)
    return None if placed is None else tuple(start + origin for start in placed)


def can_precede(starts: Options, spacing_minutes: int, others: Options) -> bool:
    """Return whether a session at one of `starts` can come before one at one of `others`."""
    return starts[0] + spacing_minutes <= others[-1]


def covering(sessions: Sequence[tuple[int, int, int]]) -> list[list[int]]:
    """Return, for each start in ascending order, the sessions that are under way at that time.

    Each session is given by its start, a label, and its length including the buffer. The returned
    lists contain labels.
    """
    found: list[list[int]] = []
    under_way: list[tuple[int, int]] = []
    for start, label, length in sorted(sessions):
        under_way = [(end, one) for end, one in under_way if end > start]
        under_way.append((start + length, label))
        found.append([one for _, one in under_way])
    return found


def conflict_cliques(
    options: tuple[Options, ...], spacing_minutes: Spacing, order: Order = ()
) -> tuple[tuple[int, ...], ...]:
    """Return the maximal cliques of coachees who pairwise conflict, as indices into `options`.

    Two coachees conflict if their sessions do not fit into the same day. Coachees without conflicts
    are in no clique.
    """
    origin = min((starts[0] for starts in options), default=0)
    relative = tuple(tuple(start - origin for start in one) for one in options)
    return _maximal_cliques(relative, spacing_minutes, order)


@lru_cache(maxsize=1 << 12)
def _maximal_cliques(
    options: tuple[Options, ...], spacing_minutes: Spacing, order: Order
) -> tuple[tuple[int, ...], ...]:
    everybody = range(len(options))
    spacing = _for_each(spacing_minutes, len(options))

    def conflict(one: int, other: int) -> bool:
        return not (precedes(one, other) or precedes(other, one))

    def precedes(one: int, other: int) -> bool:
        if order and order[one] < 0 and order[one] == -order[other]:
            return False
        return can_precede(options[one], spacing[one], options[other])

    conflicts_of = [
        sum(1 << other for other in everybody if other != one and conflict(one, other))
        for one in everybody
    ]
    found: list[int] = []

    def extend_clique(clique: int, open_to: int, closed: int) -> None:
        """Run the Bron-Kerbosch algorithm (1973) with a pivot."""
        if not open_to | closed:
            found.append(clique)
            return
        pivot = max(
            _set_bits(open_to | closed), key=lambda one: (open_to & conflicts_of[one]).bit_count()
        )
        for one in _set_bits(open_to & ~conflicts_of[pivot]):
            extend_clique(
                clique | 1 << one, open_to & conflicts_of[one], closed & conflicts_of[one]
            )
            open_to &= ~(1 << one)
            closed |= 1 << one

    extend_clique(0, (1 << len(options)) - 1, 0)
    return tuple(tuple(_set_bits(clique)) for clique in found if clique.bit_count() > 1)


def _set_bits(bits: int) -> list[int]:
    return [bit for bit in range(bits.bit_length()) if bits >> bit & 1]
