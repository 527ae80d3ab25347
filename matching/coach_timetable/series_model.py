"""A linear program over whole series, solved by column generation (Dantzig and Wolfe 1960).

Rows limit each candidate to one series, the coach to their capacity, and the sessions to each
shared capacity. Columns are series, found by shortest paths, and remain for later queries. The
prices of each iteration yield a valid Lagrangian cut, so a query often ends before its program is
solved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import inf

import highspy
import numpy as np
from numpy.typing import NDArray

from matching.assignment.highs import (
    LpRow,
    add_rows,
    create_highs_solver,
    require_ok,
    simplex_effort,
)
from matching.coach_timetable.calendar import CoachCalendar
from matching.coach_timetable.cheapest_series import CheapestSeries
from matching.coach_timetable.day_cuts import DayCut, most_violated_cut
from matching.coach_timetable.lagrangian_cut import UNIT, LagrangianCut
from matching.coach_timetable.shared_capacity import (
    INTEGRALITY_TOLERANCE,
    CandidatePosition,
    SharedCapacity,
    shared_capacities,
)
from matching.deadline import Deadline

_MAX_COLUMNS = 4000
_CHOOSE = 0  # lets HiGHS choose the simplex method; the default is the dual one
_CUT_ROUNDS = 8  # rounds of day cut separation
_MAX_PRICE = 1 << 14  # maximum price of a unit of capacity; lower prices are also valid
_ROUNDING = 64  # tolerance on reduced profits, in multiples of `1 / UNIT`
_EFFORT_PER_ROUND = 5e-4

_Column = tuple[int, tuple[int, ...]]
"""A candidate's row and the positions of a series."""


class SeriesModel:
    """The linear program over some candidates.

    Attributes:
        candidates: their local indices; row `n` belongs to the `n`-th candidate.
    """

    def __init__(
        self,
        calendar: CoachCalendar,
        candidates: Sequence[int],
        known: Mapping[int, Sequence[tuple[int, ...]]],
    ) -> None:
        """Build the program; its first columns are the series of candidates in `known`."""
        self._calendar = calendar
        self.candidates = list(candidates)
        self._paths = CheapestSeries(calendar, candidates)
        self._row_of = {one: row for row, one in enumerate(candidates)}
        self._columns: dict[_Column, int] = {}
        self._shared: list[SharedCapacity] = []
        # Each entry of shared rows: the row, the place of a candidate's position, the coefficient.
        self._entries = [np.zeros((3, 0), dtype=np.int64)]
        self._rows_at: dict[CandidatePosition, list[tuple[int, int]]] = {}
        self._solver = create_highs_solver()
        self._solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
        self._solver.setOptionValue("presolve", "off")
        # After columns are added, the basis is primal feasible, so HiGHS chooses primal simplex.
        self._solver.setOptionValue("simplex_strategy", _CHOOSE)
        limits = [*[1.0] * len(candidates), float(calendar.max_coachees)]
        add_rows(self._solver, [(-highspy.kHighsInf, limit, [], []) for limit in limits])
        self._pairs = [
            (one, position) for one in candidates for position in calendar.candidate(one).starts
        ]
        self._add_shared(shared_capacities(calendar, self._pairs))
        self._add_columns(
            [(row, series) for row, one in enumerate(candidates) for series in known.get(one, ())],
            [0.0] * len(candidates),
        )

    @property
    def is_full(self) -> bool:
        """Whether the program has so many columns that it should be rebuilt."""
        return len(self._columns) > _MAX_COLUMNS

    def known_series(self) -> dict[int, list[tuple[int, ...]]]:
        """Return each candidate's series that are columns of the program."""
        known: dict[int, list[tuple[int, ...]]] = {}
        for row, series in self._columns:
            known.setdefault(self.candidates[row], []).append(series)
        return known

    def maximise(
        self,
        profit: Mapping[int, float],
        deadline: Deadline,
        suffices: Callable[[LagrangianCut, float], bool] = lambda _cut, _bound: False,
        *,
        enough: float = inf,
        separates: bool = True,
    ) -> LagrangianCut:
        """Return the cut that best bounds the profit of sets, or the first one that `suffices`.

        Args:
            profit: the profit of each candidate.
            deadline: limits the time and the effort.
            suffices: called with each cut and its bound on the profit of sets.
            enough: the profit at which no more columns are sought.
            separates: whether violated day cuts are added.

        Raises:
            CancelledError, DeadlineExceededError: see `Deadline.check`.
        """
        profits = [profit.get(one, 0.0) for one in self.candidates]
        self._set_profits(profits)
        least, best, cut_rounds, most_rounds = 0, None, 0, _CUT_ROUNDS if separates else 0
        while True:
            deadline.check()
            self._run(deadline)
            cut, weights = self._cut()
            gains = [
                round(value * UNIT) - weight for value, weight in zip(profits, weights, strict=True)
            ]
            bound = cut.total + sum(gain for gain in gains if gain > 0)
            if best is None or bound < least:
                least, best = bound, cut
            if suffices(cut, bound / UNIT):
                return cut
            is_enough = self._solver.getObjectiveValue() >= enough - INTEGRALITY_TOLERANCE
            added = [] if is_enough else self._improving_columns(gains)
            if added:
                self._add_columns(added, profits)
            elif cut_rounds == most_rounds or not self._add_violated_cuts(deadline):
                return best
            else:
                cut_rounds += 1

    def timetable(self, wanted: Sequence[int]) -> dict[int, list[int]] | None:
        """Return the series of `wanted` if the latest solution is integral and fits each day."""
        calendar = self._calendar
        placed: dict[int, list[int]] = {}
        for (row, series), value in zip(self._columns, self._values, strict=True):
            if value > 1 - INTEGRALITY_TOLERANCE:
                placed[self.candidates[row]] = list(series)
        if not set(wanted) <= set(placed):
            return None
        on: dict[int, int] = {}
        for one in wanted:
            for position in placed[one]:
                home = calendar.home[position]
                on[home] = on.get(home, 0) | 1 << calendar.occupant(one, position)
        fits = all(calendar.fits_together(home, group) for home, group in on.items())
        return {one: placed[one] for one in wanted} if fits else None

    def _set_profits(self, profits: Sequence[float]) -> None:
        if self._columns:
            costs = np.array([profits[row] for row, _ in self._columns])
            index = np.arange(len(costs), dtype=np.int32)
            require_ok(self._solver.changeColsCost(len(costs), index, costs))

    def _run(self, deadline: Deadline) -> None:
        require_ok(self._solver.run())
        deadline.spend(_EFFORT_PER_ROUND + simplex_effort(self._solver))
        solution = self._solver.getSolution()
        self._values: list[float] = np.asarray(solution.col_value).tolist()
        duals = np.clip(np.asarray(solution.row_dual), 0.0, _MAX_PRICE)
        self._duals: NDArray[np.int64] = np.rint(duals * UNIT).astype(np.int64)

    def _cut(self) -> tuple[LagrangianCut, list[int]]:
        """Return a cut from the rounded prices of the shared rows, and each candidate's weight."""
        calendar, some = self._calendar, len(self.candidates)
        each, prices = int(self._duals[some]), self._duals[some + 1 :]
        entries = np.concatenate(self._entries, axis=1)
        costs = np.zeros(some * calendar.positions, dtype=np.int64)
        np.add.at(costs, entries[1], prices[entries[0]] * entries[2])
        cheapest = self._paths.solve(costs.reshape(some, calendar.positions))
        weights = [each + cost for cost in cheapest]
        price = [0] * calendar.positions
        day_cuts: list[tuple[int, DayCut]] = []
        total = each * calendar.max_coachees
        for row in np.flatnonzero(prices).tolist():
            shared, value = self._shared[row], int(prices[row])
            total += value * shared.limit
            for position in shared.positions:
                price[position] += value
            if shared.day_cut:
                day_cuts.append((value, shared.day_cut))
        known = dict(zip(self.candidates, weights, strict=True))
        return LagrangianCut(calendar, price, day_cuts, each=each, total=total, weights=known), (
            weights
        )

    def _improving_columns(self, gains: Sequence[int]) -> list[_Column]:
        """Return the cheapest series of each candidate whose reduced profit is positive."""
        found = []
        for row, gain in enumerate(gains):
            if gain > self._duals[row] + _ROUNDING:
                column = row, self._paths.series(row)
                if column not in self._columns:
                    found.append(column)
        return found

    def _add_columns(self, columns: Sequence[_Column], profits: Sequence[float]) -> None:
        if not columns:
            return
        some = len(self.candidates)
        begin: list[int] = []
        rows: list[int] = []
        values: list[float] = []
        for column in columns:
            row, series = column
            self._columns[column] = len(self._columns)
            load: dict[int, int] = {}
            for position in series:
                for shared, coefficient in self._rows_at.get((self.candidates[row], position), ()):
                    load[shared] = load.get(shared, 0) + coefficient
            begin.append(len(rows))
            rows += [row, some, *(some + 1 + shared for shared in load)]
            values += [1.0, 1.0, *map(float, load.values())]
        require_ok(
            self._solver.addCols(
                len(columns),
                np.array([profits[row] for row, _ in columns]),
                np.zeros(len(columns)),
                np.full(len(columns), highspy.kHighsInf),
                len(rows),
                np.array(begin, dtype=np.int32),
                np.array(rows, dtype=np.int32),
                np.array(values),
            )
        )

    def _add_shared(self, capacities: Sequence[SharedCapacity]) -> None:
        """Add rows of shared capacity."""
        calendar = self._calendar
        rows: list[LpRow] = []
        for shared in capacities:
            row = len(self._shared)
            self._shared.append(shared)
            coefficients = [shared.coefficient(calendar, pair) for pair in shared.pairs]
            places = [
                self._row_of[one] * calendar.positions + position for one, position in shared.pairs
            ]
            self._entries.append(np.array([[row] * len(places), places, coefficients]))
            coefficient_at = dict(zip(shared.pairs, coefficients, strict=True))
            for pair, coefficient in coefficient_at.items():
                self._rows_at.setdefault(pair, []).append((row, coefficient))
            columns, values = [], []
            for (candidate, series), column in self._columns.items():
                one = self.candidates[candidate]
                load = sum(coefficient_at.get((one, position), 0) for position in series)
                if load:
                    columns.append(column)
                    values.append(float(load))
            rows.append((-highspy.kHighsInf, float(shared.limit), columns, values))
        add_rows(self._solver, rows)

    def _add_violated_cuts(self, deadline: Deadline) -> bool:
        """Add the most violated cut of each day; return whether any was added."""
        calendar, cuts = self._calendar, []
        for home, load in self._loads().items():
            deadline.check()
            cut = most_violated_cut(calendar, home, load)
            if cut is not None:
                cuts.append(SharedCapacity.of_cut(calendar, cut, self._pairs))
        self._add_shared(cuts)
        return bool(cuts)

    def _loads(self) -> dict[int, dict[int, float]]:
        """Return the latest solution's loads on days with a limit above 1, by day and occupant."""
        calendar = self._calendar
        loads: dict[int, dict[int, float]] = {}
        for (row, series), value in zip(self._columns, self._values, strict=True):
            if value > INTEGRALITY_TOLERANCE:
                for position in series:
                    if calendar.day_limit[calendar.position_day[position]] > 1:
                        load = loads.setdefault(calendar.home[position], {})
                        occupant = calendar.occupant(self.candidates[row], position)
                        load[occupant] = load.get(occupant, 0.0) + value
        return loads
