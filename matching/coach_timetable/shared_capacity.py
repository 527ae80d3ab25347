"""Rows of shared capacity, which couple the candidates of a coach in a relaxation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from matching.coach_timetable.calendar import CoachCalendar
from matching.coach_timetable.day_cuts import DayCut
from matching.coach_timetable.day_packing import conflict_cliques

CandidatePosition = tuple[int, int]
"""A candidate and a position."""

INTEGRALITY_TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class SharedCapacity:
    """A row that couples candidates: at most `limit` of the sessions in `pairs` can take place.

    In a day cut, sessions count with the coefficients of their candidates.
    `positions` lists the positions at which the row limits all candidates; it is empty for a day
    cut.
    """

    pairs: Sequence[CandidatePosition]
    limit: int
    positions: Sequence[int]
    day_cut: DayCut | None = None

    @classmethod
    def of_cut(
        cls, calendar: CoachCalendar, cut: DayCut, pairs: Sequence[CandidatePosition]
    ) -> SharedCapacity:
        """Return the row of a day cut over `pairs`."""
        places = calendar.places(cut.position)
        counted = [
            pair
            for place in places
            for pair in pairs
            if pair[1] == place and cut.coefficient(calendar.occupant(*pair))
        ]
        return cls(counted, cut.limit, [], cut)

    def coefficient(self, calendar: CoachCalendar, pair: CandidatePosition) -> int:
        """Return how much a session in `pairs` counts towards `limit`."""
        return self.day_cut.coefficient(calendar.occupant(*pair)) if self.day_cut else 1


def shared_capacities(
    calendar: CoachCalendar, pairs: Sequence[CandidatePosition]
) -> list[SharedCapacity]:
    """Return the rows for the day and week limits, conflict cliques and grid cells of `pairs`."""
    on: dict[int, list[CandidatePosition]] = {}
    for pair in pairs:
        on.setdefault(pair[1], []).append(pair)
    found = [*_limits(on, calendar.position_day, calendar.day_limit)]
    if calendar.week_can_bind:
        found.extend(_limits(on, calendar.position_week, calendar.week_limit))
    if not calendar.by_day:
        # Sessions must not be closer than the required spacing, if positions are starts.
        for near in calendar.cells:
            found.extend(_limit([pair for one in near for pair in on.get(one, ())], 1, near))
        return found
    days: dict[int, list[CandidatePosition]] = {}
    for position, there in on.items():
        days.setdefault(calendar.home[position], []).extend(there)
    for home, there in days.items():
        if calendar.day_limit[calendar.position_day[home]] > 1:
            occupants = [calendar.occupant(*pair) for pair in there]
            for clique in conflict_cliques(*calendar.day_options(home, occupants)):
                exclusive = DayCut(calendar, home, {occupants[p]: 1 for p in clique}, 1)
                found.append(SharedCapacity([there[p] for p in clique], 1, [], exclusive))
    return found


def _limits(
    on: Mapping[int, list[CandidatePosition]], period: Sequence[int], limit: Mapping[int, int]
) -> Iterator[SharedCapacity]:
    """Yield a row for each day or week in which the limit can bind.

    `period` contains the day or week of each position.
    """
    groups: dict[int, list[int]] = {}
    for position, value in enumerate(period):
        groups.setdefault(value, []).append(position)
    for value, positions in groups.items():
        there = [pair for one in positions for pair in on.get(one, ())]
        yield from _limit(there, limit[value], positions)


def _limit(
    pairs: list[CandidatePosition], limit: int, positions: list[int]
) -> Iterator[SharedCapacity]:
    if len(pairs) > limit:
        yield SharedCapacity(pairs, limit, positions)
