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

from matching.assignment.highs import Row, add_rows, quiet_solver, sure
from matching.coach_timetable import cp_sat as quiet_cp_sat
from matching.coach_timetable.local_search import improve
from matching.coach_timetable.series_lp import Held, Price, Programme, Shared, misfits
from matching.coach_timetable.shortest_path import NEVER, paths
from matching.coach_timetable.subproblem import Berths, CoachAnswer, CoachTask
from matching.deadline import SolverFaultError, Watch

_UNIT = 1 << 20
_WHOLE = 1e-6
_LARGEST = 60_000  # columns beyond which nothing is searched
_ROOMS = (4, 16)  # above the bound, in which a timetable is looked for before all that is better


def series_one_by_one(task: CoachTask, watch: Watch) -> CoachAnswer:
    """A timetable no single series of which can be bettered; the bound is each series alone."""
    least = alone(task)
    timetable = improve(task, least, watch)
    return CoachAnswer(timetable, task.costs(timetable), sum(least))


def best_timetable(
    task: CoachTask, known: CoachAnswer, watch: Watch, *, effort: float, seed: int = 0
) -> CoachAnswer:
    """The best timetable, or the best found with the bound reached.

    `effort` is CP-SAT's deterministic time. The answer is never worse than `known`.

    Raises:
        CancelledError, OutOfTimeError: `known` stands.
    """
    if known.proven:
        return known
    least = alone(task)
    slack = known.cost - sum(least)  # what all series together may lose
    programme = Programme(task, Price(), [one + slack for one in least])
    if len(programme.cost) > _LARGEST:
        return known
    relaxed = _Relaxation(programme, watch)
    found = relaxed.whole()
    if found is not None and task.costs(found) < known.cost:
        known = CoachAnswer(found, task.costs(found), known.bound)
    price, bound = relaxed.prices()
    known = CoachAnswer(known.timetable, known.cost, max(known.bound, _whole_part(bound)))
    if known.proven:
        return known
    priced = [_least(task, price, who) for who in range(len(task.series))]
    for room in (*_ROOMS, known.cost - known.bound):
        most = min(known.cost - 1, known.bound + room)
        slack = most * _UNIT - bound
        left = Programme(task, price, [one + slack for one in priced])
        for crowd in relaxed.forbidden:
            if all(left.has(one) for one in crowd):
                left.forbid(crowd)
        known = _search(left, known, most, watch, effort=effort, seed=seed)
        if known.cost <= most + 1:
            break  # found, or all that is better was searched
    return known


def alone(task: CoachTask) -> list[int]:
    """What each series costs at least, were the coach theirs alone."""
    return [_least(task, Price(), who) for who in range(len(task.series))]


def _least(task: CoachTask, price: Price, who: int) -> int:
    cost: list[dict[int, int]] = []
    for berths in task.series[who]:
        here: dict[int, int] = {}
        for berth in berths:
            value = price.of(who, berth)
            here[berth.position] = min(value, here.get(berth.position, NEVER))
        cost.append(here)
    return paths(task, cost, price.scale).best


def _whole_part(bound: int) -> int:
    """The least whole cost not below a bound in parts of the unit."""
    return -(-bound // _UNIT)


class _Relaxation:
    """The linear relaxation, with crowds that do not fit cut off as they turn up."""

    def __init__(self, programme: Programme, watch: Watch) -> None:
        self._programme = programme
        self.forbidden: list[tuple[Held, ...]] = []
        size = len(programme.cost)
        self._solver = quiet_solver()
        self._solver.HandleUserInterrupt = True  # without it nothing stops the solver
        self._solver.addVars(size, np.zeros(size), np.ones(size))
        every = np.arange(size, dtype=np.int32)
        self._solver.changeColsCost(size, every, np.array(programme.cost, dtype=np.float64))
        add_rows(self._solver, [*programme.rows, *map(_row, programme.shared)])
        while True:
            sure(watch.call(self._solver.run, self._solver.cancelSolve))
            if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                raise SolverFaultError(f"HiGHS on a timetable: {self._solver.getModelStatus()}")
            crowds = [] if self._whole() is None else list(misfits(programme.task, self._taken()))
            if not crowds:
                break
            self.forbidden += crowds
            add_rows(self._solver, [_row(programme.forbid(crowd)) for crowd in crowds])

    def whole(self) -> tuple[Berths, ...] | None:
        """The timetable, where the solution is one."""
        return self._whole()

    def prices(self) -> tuple[Price, int]:
        """The prices of shared rows, and what no timetable costs less than, in `1 / _UNIT`."""
        task, shared = self._programme.task, self._programme.shared
        duals = np.asarray(self._solver.getSolution().row_dual)[len(self._programme.rows) :]
        position: dict[int, int] = {}
        held: dict[Held, int] = {}
        sold = 0
        for row, dual in zip(shared, duals.tolist(), strict=True):
            worth = round(max(0.0, -dual) * _UNIT)
            sold += worth * row.limit
            for one in row.positions if worth else ():
                position[one] = position.get(one, 0) + worth
            for pair in row.held if worth else ():
                held[pair] = held.get(pair, 0) + worth
        price = Price(position, held, _UNIT)
        return price, sum(_least(task, price, who) for who in range(len(task.series))) - sold

    def _whole(self) -> tuple[Berths, ...] | None:
        values = np.asarray(self._solver.getSolution().col_value)
        whole = np.abs(values - np.round(values)).max(initial=0.0) < _WHOLE
        return self._taken() if whole else None

    def _taken(self) -> tuple[Berths, ...]:
        values = np.asarray(self._solver.getSolution().col_value)
        return self._programme.taken((values > 0.5).tolist())  # noqa: PLR2004 - 0 or 1


def _row(shared: Shared) -> Row:
    columns = shared.columns
    return -highspy.kHighsInf, float(shared.limit), columns, [1.0] * len(columns)


def _search(
    programme: Programme, known: CoachAnswer, most: int, watch: Watch, *, effort: float, seed: int
) -> CoachAnswer:
    """CP-SAT on what a timetable that costs no more than `most` may use."""
    model = cp_model.CpModel()
    terms = [model.new_bool_var("") for _ in programme.cost]
    for low, _, columns, signs in programme.rows:
        value = sum(
            (int(sign) * terms[column] for column, sign in zip(columns, signs, strict=True)),
            start=0,
        )
        model.add(value == int(low))
    for shared in programme.shared:
        _limit(model, terms, shared)
    total = sum(cost * term for cost, term in zip(programme.cost, terms, strict=True) if cost)
    model.add(total <= most)
    model.minimize(total)
    while True:
        solver = quiet_cp_sat.quiet_solver(seed, effort)
        status = quiet_cp_sat.status_of(solver, model, watch)
        if status == cp_model.INFEASIBLE:
            return CoachAnswer(known.timetable, known.cost, most + 1)
        bound = min(most + 1, max(known.bound, ceil(solver.best_objective_bound - _WHOLE)))
        if status == cp_model.UNKNOWN:
            return CoachAnswer(known.timetable, known.cost, bound)
        found = programme.taken([solver.boolean_value(term) for term in terms])
        crowds = list(misfits(programme.task, found))
        if not crowds:
            cost = programme.task.costs(found)
            return CoachAnswer(found, cost, min(bound, cost))
        for crowd in crowds:
            _limit(model, terms, programme.forbid(crowd))


def _limit(model: cp_model.CpModel, terms: Sequence[cp_model.IntVar], shared: Shared) -> None:
    some = [terms[column] for column in shared.columns]
    if shared.limit == 1:
        model.add_at_most_one(some)
    else:
        model.add(sum(some) <= shared.limit)
