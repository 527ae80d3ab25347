"""Day cuts: valid inequalities for sets of candidates who share a day, with exact separation.

    sum of coefficient(i) x_i <= limit    for every set of candidates that fits the day

The nondominated inequalities are the vertices `w` of `{w >= 0 : w(C) <= 1 for every set C that
fits}`; together they describe the day completely. The inequality that a fractional `x` violates
most is found by a small LP over the feasible sets of the candidates with positive `x` (separation
over the anti-blocking polyhedron, Fulkerson 1971; if a day has room for two sessions, `w` is
half-integral). Other candidates' coefficients are computed by sequential lifting on first use
(Padberg 1973). Coefficients are integers, and the limit is computed by enumerating feasible sets,
so a cut is exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import highspy
import numpy as np

from matching.assignment.highs import add_rows, create_highs_solver, require_ok
from matching.coach_timetable.calendar import CoachCalendar

_MIN_VIOLATION = 1e-4  # smaller violations are ignored
_MAX_CANDIDATES = 14  # candidates in a separation problem, those with the greatest load
_MAX_ROOM = 5  # sessions on a day; with more room, too many sets fit to be enumerated
_DENOMINATORS = (1, 2, 3, 4, 6, 12, 60)
_INTEGRALITY_TOLERANCE = 1e-6


class DayCut:
    """A valid inequality for the candidates with a session on one day."""

    def __init__(
        self,
        calendar: CoachCalendar,
        position: int,
        coefficients: Mapping[int, int],
        limit: int | None = None,
    ) -> None:
        """Create the cut, computing `limit` if it is `None`."""
        self._calendar = calendar
        self.position = position
        self._coefficients = dict(coefficients)
        self.limit = self._heaviest(0) if limit is None else limit

    def coefficient(self, candidate: int) -> int:
        """Return a candidate's coefficient, the largest for which the inequality remains valid."""
        known = self._coefficients.get(candidate)
        if known is None:
            known = self.limit - self._heaviest(1 << candidate)
            self._coefficients[candidate] = known
        return known

    def _heaviest(self, group: int) -> int:
        """Return the greatest weight that can be added to `group` while it still fits the day.

        `group` is a bit set of occupants.
        """
        calendar, position = self._calendar, self.position
        by_coefficient = sorted(
            (
                (coefficient, one)
                for one, coefficient in self._coefficients.items()
                if coefficient and not group >> one & 1
            ),
            reverse=True,
        )
        places = calendar.day_limit[calendar.position_day[position]]

        def add(first: int, group: int, least: int) -> int:
            """Return the greatest weight from `first` on; exact only if it exceeds `least`."""
            best, left = 0, places - group.bit_count()
            for place in range(first, len(by_coefficient)):
                coefficient, one = by_coefficient[place]
                if coefficient * left <= max(best, least):
                    break
                more = group | 1 << one
                if calendar.fits_together(position, more):
                    above = max(best, least) - coefficient
                    best = max(best, coefficient + add(place + 1, more, above))
            return best

        return add(0, group, 0)


def most_violated_cut(
    calendar: CoachCalendar, position: int, load: Mapping[int, float]
) -> DayCut | None:
    """Return the day cut that `load` violates most, or `None` if it violates none.

    `load` contains each candidate's fraction of a session on the day. Only the candidates with the
    greatest loads are considered. For days with room for many sessions, the result is always
    `None`.
    """
    if calendar.day_limit[calendar.position_day[position]] > _MAX_ROOM:
        return None
    present = sorted(load, key=lambda one: (-load[one], one))[:_MAX_CANDIDATES]
    if sum(load[one] for one in present) <= 1 + _MIN_VIOLATION:
        return None
    if calendar.fits(position, present):
        return None
    groups = _maximal_feasible_sets(calendar, position, present)
    if _is_covered({one: load[one] for one in present}, groups):
        return None
    place = {one: column for column, one in enumerate(present)}
    solver = create_highs_solver()
    solver.addVars(len(present), np.zeros(len(present)), np.ones(len(present)))
    index = np.arange(len(present), dtype=np.int32)
    solver.changeColsCost(len(present), index, np.array([load[one] for one in present]))
    solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
    add_rows(
        solver,
        [
            (-highspy.kHighsInf, 1.0, [place[one] for one in group], [1.0] * len(group))
            for group in groups
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


def _is_covered(load: dict[int, float], groups: Sequence[tuple[int, ...]]) -> bool:
    """Return whether a greedy search shows that no day cut is violated.

    If shares of `groups` that add up to 1 cover the load, every cut holds for the load, since it
    holds for each group.
    """
    left, share = load, 0.0
    while left and share <= 1:
        heaviest = max(groups, key=lambda group: sum(left.get(one, 0.0) for one in group))
        part = min((left[one] for one in heaviest if one in left), default=1.0)
        share += part
        left = {
            one: value - part if one in heaviest else value
            for one, value in left.items()
            if one not in heaviest or value > part
        }
    return share <= 1 + _MIN_VIOLATION


def _maximal_feasible_sets(
    calendar: CoachCalendar, position: int, present: Sequence[int]
) -> list[tuple[int, ...]]:
    """Return the maximal subsets of `present` that fit the day."""
    fitting: list[tuple[tuple[int, ...], int, int]] = [((), 0, 0)]
    largest = []
    for group, bits, first in fitting:
        others = [
            place
            for place, one in enumerate(present)
            if not bits >> one & 1 and calendar.fits_together(position, bits | 1 << one)
        ]
        fitting.extend(
            ((*group, present[place]), bits | 1 << present[place], place + 1)
            for place in others
            if place >= first
        )
        if not others:
            largest.append(group)
    return largest
