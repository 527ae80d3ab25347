"""Linear rows that say who can share a day.

    sum of coefficient(i) x_i <= limit      for every crowd that fits the day

The rows that matter are the vertices `w` of `{w >= 0 : w(C) <= 1 for every crowd C that fits}`:
all of them together describe the day exactly. One that a fractional `x` breaks most is found by a
small linear programme over the crowds of those who are there (separation by the anti-blocking
polyhedron, Fulkerson 1971; where a day has two places, `w` is half-integral). Whoever was not there
is lifted in when first asked for, one after the other (Padberg 1973). Coefficients are whole
numbers and the limit is counted by trying the crowds, so that a row is exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import highspy
import numpy as np

from matching.assignment.highs import add_rows, create_highs_solver, require_ok
from matching.coach_timetable.calendar import CoachCalendar

_MIN_VIOLATION = 1e-4  # by how much a row is broken before it is worth having
_MAX_CANDIDATES = 14  # candidates of a day that a row is looked for among, those who are there most
_DENOMINATORS = (1, 2, 3, 4, 6, 12, 60)
_INTEGRALITY_TOLERANCE = 1e-6


class DayCut:
    """One row of a position that is a day."""

    def __init__(
        self,
        calendar: CoachCalendar,
        position: int,
        coefficients: Mapping[int, int],
        limit: int | None = None,
    ) -> None:
        """`limit` where it is known; it is counted otherwise."""
        self._calendar = calendar
        self.position = position
        self._coefficients = dict(coefficients)
        self.limit = self._heaviest(()) if limit is None else limit

    def coefficient(self, candidate: int) -> int:
        """What a session with a candidate counts; as much as keeps every crowd within the limit."""
        known = self._coefficients.get(candidate)
        if known is None:
            known = self.limit - self._heaviest((candidate,))
            self._coefficients[candidate] = known
        return known

    def _heaviest(self, crowd: tuple[int, ...]) -> int:
        """The most that others add to a crowd that fits, all together fitting the day."""
        calendar, position = self._calendar, self.position
        weighed = sorted(
            (
                (coefficient, one)
                for one, coefficient in self._coefficients.items()
                if coefficient and one not in crowd
            ),
            reverse=True,
        )
        places = calendar.day_limit[calendar.position_day[position]]

        def add(first: int, crowd: tuple[int, ...], least: int) -> int:
            """The most from `first` on, or anything where that is not above `least`."""
            best, left = 0, places - len(crowd)
            for place in range(first, len(weighed)):
                coefficient, one = weighed[place]
                if coefficient * left <= max(best, least):
                    break
                if calendar.fits(position, (*crowd, one)):
                    above = max(best, least) - coefficient
                    best = max(best, coefficient + add(place + 1, (*crowd, one), above))
            return best

        return add(0, crowd, 0)


def most_violated_cut(
    calendar: CoachCalendar, position: int, load: Mapping[int, float]
) -> DayCut | None:
    """The row that is broken most where each candidate is at a day to the part of their `load`."""
    present = sorted(load, key=lambda one: (-load[one], one))[:_MAX_CANDIDATES]
    if sum(load[one] for one in present) <= 1 + _MIN_VIOLATION:
        return None
    crowds = _maximal_crowds(calendar, position, present)
    place = {one: column for column, one in enumerate(present)}
    solver = create_highs_solver()
    solver.addVars(len(present), np.zeros(len(present)), np.ones(len(present)))
    index = np.arange(len(present), dtype=np.int32)
    solver.changeColsCost(len(present), index, np.array([load[one] for one in present]))
    solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
    add_rows(
        solver,
        [
            (-highspy.kHighsInf, 1.0, [place[one] for one in crowd], [1.0] * len(crowd))
            for crowd in crowds
        ],
    )
    require_ok(solver.run())
    if solver.getObjectiveValue() <= 1 + _MIN_VIOLATION:
        return None
    shares = np.asarray(solver.getSolution().col_value)
    unit = next(
        (
            unit
            for unit in _DENOMINATORS
            if np.abs(shares * unit - np.rint(shares * unit)).max() < _INTEGRALITY_TOLERANCE
        ),
        _DENOMINATORS[-1],
    )
    numerators = np.rint(shares * unit).astype(int).tolist()
    return DayCut(
        calendar,
        position,
        {one: numerators[place[one]] for one in present if numerators[place[one]]},
    )


def _maximal_crowds(
    calendar: CoachCalendar, position: int, present: Sequence[int]
) -> list[tuple[int, ...]]:
    """The crowds of `present` that fit the day and that nobody of them can join."""
    fitting: list[tuple[int, ...]] = [()]
    largest = []
    for crowd in fitting:
        later = present[present.index(crowd[-1]) + 1 :] if crowd else present
        fitting.extend((*crowd, one) for one in later if calendar.fits(position, (*crowd, one)))
        if not any(one not in crowd and calendar.fits(position, (*crowd, one)) for one in present):
            largest.append(crowd)
    return largest
