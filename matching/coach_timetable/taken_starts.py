"""Finds the positions blocked by a timetable's sessions, if positions are single starts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from matching.coach_timetable.positions import CoachPositions


class TakenStarts:
    """Precomputed bit sets of the positions that a session, a full day or a full week blocks."""

    def __init__(self, positions: CoachPositions) -> None:
        self._day_limit, self._week_limit = positions.day_limit, positions.week_limit
        self._in_day = _bits_by(positions.position_day)
        self._in_week = _bits_by(positions.position_week)
        self._overlapping = [0] * positions.positions
        for *others, latest in positions.cells:
            for one in (*others, latest):
                self._overlapping[one] |= 1 << latest
                self._overlapping[latest] |= 1 << one

    def taken(
        self, used: Iterable[int], day_load: Mapping[int, int], week_load: Mapping[int, int]
    ) -> int:
        """Return the positions at which no further session fits, as a bit set.

        Args:
            used: the positions of the sessions.
            day_load: the number of sessions on each day.
            week_load: the number of sessions in each week.
        """
        taken = 0
        for position in used:
            taken |= self._overlapping[position]
        for limit, load, positions in (
            (self._day_limit, day_load, self._in_day),
            (self._week_limit, week_load, self._in_week),
        ):
            for time, most in limit.items():
                if load.get(time, 0) >= most:
                    taken |= positions[time]
        return taken


def _bits_by(time: Sequence[int]) -> dict[int, int]:
    """Return, for each value, a bit set of the indices at which it occurs."""
    bits: dict[int, int] = {}
    for index, value in enumerate(time):
        bits[value] = bits.get(value, 0) | 1 << index
    return bits
