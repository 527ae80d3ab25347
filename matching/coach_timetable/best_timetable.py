"""The best timetable of one coach, and a bound no timetable beats: a task in, an answer out.

First series are bettered one by one. What each costs alone bounds the sum; where that leaves a
gap, the linear relaxation of all series together is solved. It is mostly integral, and then its
solution is the best timetable. Else its prices bound the cost (Lagrange), and rule out whatever no
timetable of a given cost uses; CP-SAT searches what is left, within an effort that no clock enters.
The best timetable is mostly a little above the bound, so it is looked for there first: far less is
left of what costs so little (a third of the time on the field-wide class).

Prices are rounded to whole numbers before anything is bounded with them, so a bound holds whatever
the tolerance of the linear solver.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import highspy
import numpy as np
from ortools.sat.python import cp_model

from matching.assignment.highs import LpRow, add_rows, create_highs_solver, require_ok
from matching.coach_timetable import cp_sat
from matching.coach_timetable.local_search import local_search
from matching.coach_timetable.series_lp import (
    AssignedOption,
    RowPrices,
    SeriesLp,
    SharedRow,
    infeasible_crowds,
)
from matching.coach_timetable.shortest_path import INFINITE_COST, path_costs
from matching.coach_timetable.subproblem import CoachIncumbent, CoachSubproblem, SessionOptions
from matching.deadline import Deadline, SolverError

_UNIT = 1 << 20
_INTEGRALITY_TOLERANCE = 1e-6
_MAX_COLUMNS = 60_000  # columns beyond which nothing is searched
_COST_MARGINS = (
    4,
    16,
)  # above the bound, in which a timetable is looked for before all that is better


def improve_by_local_search(subproblem: CoachSubproblem, deadline: Deadline) -> CoachIncumbent:
    """A timetable no single series of which can be bettered; the bound is each series alone."""
    least = independent_costs(subproblem)
    timetable = local_search(subproblem, least, deadline)
    return CoachIncumbent(timetable, subproblem.total_cost(timetable), sum(least))


def best_timetable(
    subproblem: CoachSubproblem,
    incumbent: CoachIncumbent,
    deadline: Deadline,
    *,
    effort: float,
    seed: int = 0,
) -> CoachIncumbent:
    """The best timetable, or the best found with the bound reached.

    `effort` is CP-SAT's deterministic time. The answer is never worse than `incumbent`.

    Raises:
        CancelledError, OutOfTimeError: `incumbent` stands.
    """
    if incumbent.proven:
        return incumbent
    least = independent_costs(subproblem)
    slack = incumbent.cost - sum(least)  # what all series together may lose
    series_lp = SeriesLp(subproblem, RowPrices(), [one + slack for one in least])
    if len(series_lp.cost) > _MAX_COLUMNS:
        return incumbent
    relaxation = _SeriesRelaxation(series_lp, deadline)
    found = relaxation.integral_timetable()
    if found is not None and subproblem.total_cost(found) < incumbent.cost:
        incumbent = CoachIncumbent(found, subproblem.total_cost(found), incumbent.bound)
    price, bound = relaxation.row_prices()
    incumbent = CoachIncumbent(
        incumbent.timetable, incumbent.cost, max(incumbent.bound, _round_up(bound))
    )
    if incumbent.proven:
        return incumbent
    priced = [
        _independent_cost(subproblem, price, series_index)
        for series_index in range(len(subproblem.series))
    ]
    for margin in (*_COST_MARGINS, incumbent.cost - incumbent.bound):
        most = min(incumbent.cost - 1, incumbent.bound + margin)
        slack = most * _UNIT - bound
        left = SeriesLp(subproblem, price, [one + slack for one in priced])
        for crowd in relaxation.infeasible_crowds_found:
            if all(left.has(one) for one in crowd):
                left.forbid(crowd)
        incumbent = _search(left, incumbent, most, deadline, effort=effort, seed=seed)
        if incumbent.cost <= most + 1:
            break  # found, or all that is better was searched
    return incumbent


def independent_costs(subproblem: CoachSubproblem) -> list[int]:
    """What each series costs at least, were the coach theirs alone."""
    return [
        _independent_cost(subproblem, RowPrices(), series_index)
        for series_index in range(len(subproblem.series))
    ]


def _independent_cost(subproblem: CoachSubproblem, price: RowPrices, series_index: int) -> int:
    cost: list[dict[int, int]] = []
    for options in subproblem.series[series_index]:
        here: dict[int, int] = {}
        for option in options:
            value = price.cost_of(series_index, option)
            here[option.position] = min(value, here.get(option.position, INFINITE_COST))
        cost.append(here)
    return path_costs(subproblem, cost, price.scale).best


def _round_up(bound: int) -> int:
    """The least whole cost not below a bound in parts of the unit."""
    return -(-bound // _UNIT)


class _SeriesRelaxation:
    """The linear relaxation, with crowds that do not fit cut off as they turn up."""

    def __init__(self, series_lp: SeriesLp, deadline: Deadline) -> None:
        self._series_lp = series_lp
        self.infeasible_crowds_found: list[tuple[AssignedOption, ...]] = []
        size = len(series_lp.cost)
        self._solver = create_highs_solver()
        self._solver.HandleUserInterrupt = True  # without it nothing stops the solver
        self._solver.addVars(size, np.zeros(size), np.ones(size))
        every = np.arange(size, dtype=np.int32)
        self._solver.changeColsCost(size, every, np.array(series_lp.cost, dtype=np.float64))
        add_rows(self._solver, [*series_lp.rows, *map(_row, series_lp.shared)])
        while True:
            require_ok(deadline.run_interruptible(self._solver.run, self._solver.cancelSolve))
            if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                raise SolverError(f"HiGHS on a timetable: {self._solver.getModelStatus()}")
            crowds = (
                []
                if self._integral_timetable() is None
                else list(infeasible_crowds(series_lp.subproblem, self._selected_options()))
            )
            if not crowds:
                break
            self.infeasible_crowds_found += crowds
            add_rows(self._solver, [_row(series_lp.forbid(crowd)) for crowd in crowds])

    def integral_timetable(self) -> tuple[SessionOptions, ...] | None:
        """The timetable, where the solution is one."""
        return self._integral_timetable()

    def row_prices(self) -> tuple[RowPrices, int]:
        """The prices of shared rows, and what no timetable costs less than, in `1 / _UNIT`."""
        subproblem, shared = self._series_lp.subproblem, self._series_lp.shared
        duals = np.asarray(self._solver.getSolution().row_dual)[len(self._series_lp.rows) :]
        position: dict[int, int] = {}
        held: dict[AssignedOption, int] = {}
        sold = 0
        for row, dual in zip(shared, duals.tolist(), strict=True):
            worth = round(max(0.0, -dual) * _UNIT)
            sold += worth * row.limit
            for one in row.positions if worth else ():
                position[one] = position.get(one, 0) + worth
            for pair in row.held if worth else ():
                held[pair] = held.get(pair, 0) + worth
        price = RowPrices(position, held, _UNIT)
        return price, sum(
            _independent_cost(subproblem, price, series_index)
            for series_index in range(len(subproblem.series))
        ) - sold

    def _integral_timetable(self) -> tuple[SessionOptions, ...] | None:
        values = np.asarray(self._solver.getSolution().col_value)
        integral_timetable = (
            np.abs(values - np.round(values)).max(initial=0.0) < _INTEGRALITY_TOLERANCE
        )
        return self._selected_options() if integral_timetable else None

    def _selected_options(self) -> tuple[SessionOptions, ...]:
        values = np.asarray(self._solver.getSolution().col_value)
        return self._series_lp.selected_options((values > 0.5).tolist())  # noqa: PLR2004 - 0 or 1


def _row(shared: SharedRow) -> LpRow:
    columns = shared.columns
    return -highspy.kHighsInf, float(shared.limit), columns, [1.0] * len(columns)


def _search(
    series_lp: SeriesLp,
    incumbent: CoachIncumbent,
    most: int,
    deadline: Deadline,
    *,
    effort: float,
    seed: int,
) -> CoachIncumbent:
    """CP-SAT on what a timetable that costs no more than `most` may use."""
    model = cp_model.CpModel()
    terms = [model.new_bool_var("") for _ in series_lp.cost]
    for low, _, columns, signs in series_lp.rows:
        value = sum(
            (int(sign) * terms[column] for column, sign in zip(columns, signs, strict=True)),
            start=0,
        )
        model.add(value == int(low))
    for shared in series_lp.shared:
        _add_limit(model, terms, shared)
    total = sum(cost * term for cost, term in zip(series_lp.cost, terms, strict=True) if cost)
    model.add(total <= most)
    model.minimize(total)
    while True:
        solver = cp_sat.create_cp_sat_solver(seed, effort)
        status = cp_sat.status_of(solver, model, deadline)
        if status == cp_model.INFEASIBLE:
            return CoachIncumbent(incumbent.timetable, incumbent.cost, most + 1)
        bound = min(
            most + 1,
            max(incumbent.bound, ceil(solver.best_objective_bound - _INTEGRALITY_TOLERANCE)),
        )
        if status == cp_model.UNKNOWN:
            return CoachIncumbent(incumbent.timetable, incumbent.cost, bound)
        found = series_lp.selected_options([solver.boolean_value(term) for term in terms])
        crowds = list(infeasible_crowds(series_lp.subproblem, found))
        if not crowds:
            cost = series_lp.subproblem.total_cost(found)
            return CoachIncumbent(found, cost, min(bound, cost))
        for crowd in crowds:
            _add_limit(model, terms, series_lp.forbid(crowd))


def _add_limit(
    model: cp_model.CpModel, terms: Sequence[cp_model.IntVar], shared: SharedRow
) -> None:
    some = [terms[column] for column in shared.columns]
    if shared.limit == 1:
        model.add_at_most_one(some)
    else:
        model.add(sum(some) <= shared.limit)
