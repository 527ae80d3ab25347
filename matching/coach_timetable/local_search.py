"""Local search on a timetable: removes one series at a time and reinserts it optimally."""

from __future__ import annotations

from collections.abc import Sequence

from matching.coach_timetable.shortest_path import cheapest_series
from matching.coach_timetable.subproblem import CoachSubproblem, SessionOption, SessionOptions
from matching.deadline import Deadline

_MAX_SWEEPS = 6


def local_search(
    subproblem: CoachSubproblem, independent_costs: Sequence[int], deadline: Deadline
) -> tuple[SessionOptions, ...]:
    """Return a timetable in which, usually, no single series can be improved.

    The search ends after a few rounds even if more improvements are possible. The result is never
    worse than `subproblem.initial`. `independent_costs` are the minimum costs of the series if the
    coach had no other coachees. A series that reaches its minimum is skipped.
    """
    initial = list(subproblem.initial)
    occupancy = _Occupancy(subproblem)
    for options in initial:
        occupancy.add(options)
    for _ in range(_MAX_SWEEPS):
        better = False
        for series_index in sorted(
            range(len(initial)),
            key=lambda series_index: (-subproblem.cost(initial[series_index]), series_index),
        ):
            if subproblem.cost(initial[series_index]) <= independent_costs[series_index]:
                continue
            deadline.check()
            occupancy.remove(initial[series_index])
            found = cheapest_series(
                subproblem, occupancy.feasible_options(subproblem.series[series_index])
            )
            if (
                found
                and found[1] < subproblem.cost(initial[series_index])
                and occupancy.accepts(found[0])
            ):
                initial[series_index] = tuple(found[0])
                better = True
            occupancy.add(initial[series_index])
        if not better:
            break
    return tuple(initial)


class _Occupancy:
    """The session options in use."""

    def __init__(self, subproblem: CoachSubproblem) -> None:
        self._subproblem = subproblem
        self._options_by_place: dict[int, list[SessionOption]] = {}
        self._day: dict[int, int] = {}
        self._week: dict[int, int] = {}

    def feasible_options(self, series: Sequence[SessionOptions]) -> list[SessionOptions]:
        """Return, for each session, the options that are compatible with the options in use."""
        free: dict[SessionOption, bool] = {}
        for option in {option for options in series for option in options}:
            free[option] = self._fits(option)
        return [tuple(option for option in options if free[option]) for options in series]

    def accepts(self, options: Sequence[SessionOption]) -> bool:
        """Return whether all sessions of a series fit together with the options in use."""
        taken: list[SessionOption] = []
        fits = True
        for option in options:
            fits = self._fits(option)
            if not fits:
                break
            self.add([option])
            taken.append(option)
        self.remove(taken)
        return fits

    def add(self, options: Sequence[SessionOption]) -> None:
        """Mark options as in use."""
        for option in options:
            self._options_by_place.setdefault(self._subproblem.place(option), []).append(option)
            self._count(option.position, 1)

    def remove(self, options: Sequence[SessionOption]) -> None:
        """Mark options as no longer in use."""
        for option in options:
            place = self._subproblem.place(option)
            self._options_by_place[place].remove(option)
            if not self._options_by_place[place]:
                del self._options_by_place[place]
            self._count(option.position, -1)

    def _count(self, position: int, change: int) -> None:
        day, week = self._subproblem.day[position], self._subproblem.week[position]
        self._day[day] = self._day.get(day, 0) + change
        self._week[week] = self._week.get(week, 0) + change

    def _fits(self, option: SessionOption) -> bool:
        subproblem = self._subproblem
        day, week = subproblem.day[option.position], subproblem.week[option.position]
        if self._day.get(day, 0) >= subproblem.day_limit[day]:
            return False
        if week in subproblem.week_limit and self._week.get(week, 0) >= subproblem.week_limit[week]:
            return False
        if subproblem.by_day:
            return subproblem.fits(
                [*self._options_by_place.get(subproblem.place(option), ()), option]
            )
        end = subproblem.end(option)
        return all(
            end <= other.starts[0] or subproblem.end(other) <= option.starts[0]
            for taken in self._options_by_place.values()
            for other in taken
        )
