"""LP relaxation of a coach's timetable, which often decides feasibility and yields cuts.

If the optimum is smaller than the size of the set, the dual values yield a Lagrangian cut that
proves the set infeasible. An integral optimum is a timetable. Positions must be starts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf

import highspy
import numpy as np
from numpy.typing import NDArray

from matching.assignment.highs import (
    add_rows,
    create_highs_solver,
    require_ok,
    simplex_effort,
)
from matching.coach_timetable.calendar import CoachCalendar
from matching.coach_timetable.lagrangian_cut import UNIT, LagrangianCut
from matching.coach_timetable.relaxation_rows import RelaxationRows
from matching.coach_timetable.shared_capacity import INTEGRALITY_TOLERANCE
from matching.deadline import Deadline

_MAX_CANDIDATES = 50  # maximum size of a relaxation


class LpRelaxation:
    """The relaxation over the candidates queried so far, rebuilt when a query contains new ones.

    If there would be too many candidates, it contains only those of the latest query.
    """

    def __init__(self, calendar: CoachCalendar) -> None:
        self._calendar = calendar
        self._rows: RelaxationRows | None = (
            None  # `None` before the first solve and after an interrupted one
        )

    def decide(
        self, wanted: Sequence[int], deadline: Deadline
    ) -> LagrangianCut | dict[int, list[int]] | None:
        """Return a cut that excludes `wanted`, or a timetable for it, or `None` if undecided.

        A timetable contains the positions of each candidate's series.

        Raises:
            CancelledError, DeadlineExceededError: see `Deadline.check`.
        """
        rows = self._with_candidates(wanted, deadline)
        self._maximise(rows, dict.fromkeys(wanted, 1.0), deadline)
        solution = self._solver.getSolution()
        if self._solver.getObjectiveValue() > len(wanted) - INTEGRALITY_TOLERANCE:
            return self._integral_series(rows, np.asarray(solution.col_value), wanted)
        cut = self._cut(rows, np.asarray(solution.row_dual))
        return cut if cut.excludes(wanted) else None

    def cut_for(
        self,
        profit: Mapping[int, float],
        deadline: Deadline,
        threshold: float = -inf,  # noqa: ARG002 - the LP is solved in a single step
    ) -> LagrangianCut | None:
        """Return the cut that best bounds the profit of sets, or `None` for too many candidates.

        Raises:
            CancelledError, DeadlineExceededError: see `Deadline.check`.
        """
        if len(profit) > _MAX_CANDIDATES:
            return None
        rows = self._with_candidates(sorted(profit), deadline)
        self._maximise(rows, profit, deadline)
        return self._cut(rows, np.asarray(self._solver.getSolution().row_dual))

    def _with_candidates(self, wanted: Sequence[int], deadline: Deadline) -> RelaxationRows:
        """Return rows for `wanted` and, unless they become too many, for all earlier candidates."""
        rows = self._rows
        if rows is None or not set(wanted) <= set(rows.candidates):
            all_candidates = sorted({*(rows.candidates if rows else ()), *wanted})
            self._rows = None
            rows = self._build(
                all_candidates if len(all_candidates) <= _MAX_CANDIDATES else sorted(wanted),
                deadline,
            )
            self._rows = rows
        return rows

    def _build(self, candidates: list[int], deadline: Deadline) -> RelaxationRows:
        rows = RelaxationRows(self._calendar, candidates, deadline.check)
        self._solver = create_highs_solver()
        self._solver.addVars(rows.size, np.zeros(rows.size), np.ones(rows.size))
        self._solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
        if self._calendar.contracting:
            self._solver.setOptionValue("presolve", "off")
        add_rows(self._solver, rows.rows())
        return rows

    def _maximise(
        self, rows: RelaxationRows, profit: Mapping[int, float], deadline: Deadline
    ) -> None:
        """Solve the relaxation; the solver is not reused after an interruption."""
        costs = np.array([profit.get(one, 0.0) for one in rows.candidates])
        index = np.arange(len(costs), dtype=np.int32)
        self._solver.changeColsCost(len(costs), index, costs)
        if self._calendar.contracting:
            # From the previous basis, these larger relaxations take several times as long.
            self._solver.clearSolver()
        self._rows = None
        require_ok(deadline.run_interruptible(self._solver.run, lambda: None))
        deadline.spend(simplex_effort(self._solver))
        self._rows = rows

    def _integral_series(
        self, rows: RelaxationRows, values: NDArray[np.float64], wanted: Sequence[int]
    ) -> dict[int, list[int]] | None:
        """Return the positions of each series if the solution is integral."""
        theirs = np.array([candidate in wanted for candidate, _ in rows.sessions])
        sessions = np.where(theirs, values[len(rows.candidates) :], 0.0)
        if np.abs(sessions - np.round(sessions)).max(initial=0.0) > INTEGRALITY_TOLERANCE:
            return None
        placed: dict[int, list[int]] = {one: [] for one in wanted}
        for column in np.flatnonzero(np.round(sessions)).tolist():
            candidate, position = rows.sessions[column]
            placed[candidate].append(position)
        return {one: sorted(series) for one, series in placed.items()}

    def _cut(self, rows: RelaxationRows, duals: NDArray[np.float64]) -> LagrangianCut:
        """Return a cut from the rounded dual values of the shared rows."""
        calendar = self._calendar
        price = [0] * calendar.positions
        places, *shared = duals[rows.first_shared :].tolist()
        each = round(max(0.0, places) * UNIT)
        total = each * calendar.max_coachees
        for row, dual in zip(rows.shared, shared, strict=True):
            profit = round(max(0.0, dual) * UNIT)
            if not profit:
                continue
            total += profit * row.limit
            for position in row.positions:
                price[position] += profit
        return LagrangianCut(calendar, price, (), each=each, total=total)
