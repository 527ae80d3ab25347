"""The room that contracting sessions take from a coach's other sessions.

On a day with room for `L` other sessions, `o` of them leave room for at most `c(o)` contracting
sessions. So every contracting session takes the room of at least `w = min over o of (L - o) / c(o)`
other sessions: `others + w contracting <= L`. On days with `w = 0`, contracting sessions may take
no room at all.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

_NEVER = 1 << 60


@dataclass(frozen=True, slots=True)
class DayStarts:
    """The starts of contracting and other sessions on one day, in ascending order, in minutes."""

    contracting: Sequence[int]
    others: Sequence[int]


@dataclass(frozen=True, slots=True)
class ContractingLoad:
    """The room that contracting sessions take.

    Attributes:
        share: a lower bound on the room that a contracting session takes, in units of one other
            session; it does not apply to the `free` ones.
        free: an upper bound on the number of contracting sessions that take no room.
    """

    share: Fraction
    free: int

    def most_series(self, most: int, room: int, sessions: int) -> int:
        """Return the greatest number of series, at most `most`, for which there is room.

        Args:
            most: an upper bound on the number of series.
            room: an upper bound on the number of other sessions.
            sessions: the number of other sessions of a series.
        """
        while most and most * sessions + self.share * max(0, most - self.free) > room:
            most -= 1
        return most


def load_of_days(
    days: Sequence[DayStarts], day_cap: int, spacing: tuple[int, int]
) -> ContractingLoad:
    """Return the load of contracting sessions.

    `day_cap` is the maximum number of sessions on a day. `spacing` contains the minimum number of
    minutes from the start of a contracting session to the next start, and likewise for any other
    session.
    """
    share, free = Fraction(1), 0
    for day in days:
        beside = _most_beside(day, day_cap, spacing)
        if not beside[0]:
            continue
        places = len(beside) - 1
        own = min(Fraction(places - o, some) for o, some in enumerate(beside) if some)
        if own:
            share = min(share, own)
        else:
            free += beside[0]
    return ContractingLoad(share, free)


def _most_beside(day: DayStarts, day_cap: int, spacing: tuple[int, int]) -> list[int]:
    """Return the maximum number of contracting sessions alongside 0, 1, 2, … other sessions."""
    found: list[int] = []
    # The earliest end of the sessions so far, by the number of contracting ones.
    ends = [-_NEVER]
    for others in range(day_cap + 1):
        if others:
            ends = [_end(day.others, end, spacing[1]) for end in ends]
        for some in range(1, day_cap - others + 1):
            end = _end(day.contracting, ends[some - 1], spacing[0])
            if some == len(ends):
                ends.append(end)
            ends[some] = min(ends[some], end)
        ends = ends[: day_cap - others + 1]
        possible = [some for some, end in enumerate(ends) if end < _NEVER]
        if not possible:
            break
        found.append(possible[-1])
    return found


def _end(starts: Sequence[int], after: int, spacing: int) -> int:
    """Return the end of the first session that starts at `after` or later, or `_NEVER`."""
    place = bisect_left(starts, after)
    return starts[place] + spacing if place < len(starts) and after < _NEVER else _NEVER
