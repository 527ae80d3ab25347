"""The restricted master problem: an LP to which columns and rows are added on demand.

    max c x
    sum_j x_ij <= 1                each coachee; also >= 1 if they must be placed
    sum_i x_ij <= capacity_j       each coach
    x_ij <= sum_{S with i} z_jS    each pair of an *expanded* coach (linking rows)
    sum_S z_jS <= 1                each expanded coach (convexity)
    sum_{S} x_ij <= |S| - 1        each infeasible set S of pairs of several coaches
    a x >= b                       floors: levels already decided, cross-border share

An expanded coach chooses one of its known feasible sets, whose list grows by column generation. If
`x` is integral, the coachees of an expanded coach are a subset of some known set, and therefore
feasible, even if `z` is fractional. Slack columns measure the violation of floors and of the rows
of coachees who must be placed. Phase one minimises the total slack, so the LP is always feasible,
and its duals price in sets until the violation is 0 or proven unavoidable (Farkas pricing).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

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
from matching.deadline import Deadline, SolverError
from matching.instance.problem import MatchingProblem

_FINAL = {highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kSolutionLimit}
_FEASIBLE = int(highspy.SolutionStatus.kSolutionStatusFeasible)
_ROUNDING_THRESHOLD = 0.5

ALL_NODES: int = highspy.kHighsIInf
PairWeights = NDArray[np.float64]
Chosen = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class LpSolution:
    """A solution of the LP.

    Attributes:
        value: the objective value; in phase one, the negated total slack.
        excess: an upper bound on how much sets that have not been generated yet could increase
            `value`.
        chosen: `float64[P]`, the values of `x`.
        pair_dual: the duals of the linking rows, keyed by expanded coach and pair.
        convexity_dual: the duals of the convexity rows, keyed by expanded coach.
    """

    value: float
    chosen: NDArray[np.float64]
    pair_dual: Mapping[int, Mapping[int, float]]
    convexity_dual: Mapping[int, float]
    excess: float = 0.0


@dataclass(frozen=True, eq=False)
class FloorConstraint:
    """The constraint `weights x >= minimum`, with `weights: float64[P]`."""

    weights: PairWeights
    minimum: float


class RestrictedMaster:
    """The restricted master problem of a matching problem."""

    def __init__(
        self, problem: MatchingProblem, pairs: NDArray[np.int64], floors: Sequence[FloorConstraint]
    ) -> None:
        """Build the LP with no coach expanded; pairs outside `pairs` have no column."""
        self._problem = problem
        self._pair_of_column = pairs
        self._column = dict(zip(pairs.tolist(), range(len(pairs)), strict=True))
        self._pairs = len(pairs)
        self._solver = create_highs_solver()
        self._link_rows: dict[int, dict[int, int]] = {}
        self._convexity_row: dict[int, int] = {}
        self._sets: dict[int, set[tuple[int, ...]]] = {}
        self._phase_one = False
        self._objective = np.zeros(self._pairs)
        self._build(floors)

    def set_objective(self, objective: PairWeights) -> None:
        """Set the objective to maximise, `float64[P]`."""
        self._objective = objective[self._pair_of_column]
        self._set_costs(phase_one=False)

    def expand(self, coach: int) -> None:
        """Add linking and convexity rows for a coach, unless the coach is already expanded."""
        if coach in self._link_rows:
            return
        own = self._problem.by_coach[coach].tolist()
        pairs = [pair for pair in own if pair in self._column]
        first = self._solver.getNumRow()
        rows: list[LpRow] = [
            (-highspy.kHighsInf, 0.0, [self._column[pair]], [1.0]) for pair in pairs
        ]
        # A single call, since each call takes time proportional to the size of the model.
        add_rows(self._solver, [*rows, (-highspy.kHighsInf, 1.0, [], [])])
        self._link_rows[coach] = {pair: first + place for place, pair in enumerate(pairs)}
        self._convexity_row[coach] = first + len(pairs)
        self._sets[coach] = set()

    @property
    def expanded(self) -> frozenset[int]:
        """The expanded coaches."""
        return frozenset(self._link_rows)

    def add_set(self, coach: int, pairs: tuple[int, ...]) -> bool:
        """Add a column for a feasible set of an expanded coach; return whether it is new."""
        links = self._link_rows[coach]
        pairs = tuple(pair for pair in pairs if pair in links)
        if pairs in self._sets[coach]:
            return False
        self._sets[coach].add(pairs)
        rows = [*(links[pair] for pair in pairs), self._convexity_row[coach]]
        values = [-1.0] * len(pairs) + [1.0]
        self._solver.addCol(
            0.0, 0.0, highspy.kHighsInf, len(rows), np.array(rows), np.array(values)
        )
        return True

    def forbid(self, pairs: Collection[int]) -> None:
        """Add a row that forbids choosing all of `pairs` together.

        No row is needed if one of the pairs has no column.
        """
        columns = [self._column[pair] for pair in sorted(pairs) if pair in self._column]
        if len(columns) == len(pairs):
            row = -highspy.kHighsInf, len(columns) - 1.0, columns, [1.0] * len(columns)
            add_rows(self._solver, [row])

    def set_bounds(
        self, must_place: NDArray[np.bool_], allowed: NDArray[np.bool_] | NDArray[np.float64]
    ) -> None:
        """Set the coachees who must be placed, `bool[n]`, and the allowed pairs, `[P]`.

        `allowed` may also contain an upper bound between 0 and 1 for each pair.
        """
        every = np.arange(self._pairs, dtype=np.int32)
        self._solver.changeColsBounds(
            self._pairs,
            every,
            np.zeros(self._pairs),
            allowed[self._pair_of_column].astype(np.float64),
        )
        coachees = len(must_place)
        self._solver.changeRowsBounds(  # type: ignore[attr-defined] # missing in the stubs
            coachees,
            np.arange(coachees, dtype=np.int32),
            must_place.astype(np.float64),
            np.ones(coachees),
        )

    def solve_relaxation(self, deadline: Deadline) -> LpSolution | None:
        """Return the LP optimum without slack, or `None` if the LP is infeasible.

        Raises:
            CancelledError, DeadlineExceededError: see `Deadline.check`.
        """
        status = self._run(deadline, phase_one=False)
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        return self._read(status)

    def minimise_infeasibility(self, deadline: Deadline) -> LpSolution:
        """Return a solution with minimum total slack over the known sets (phase one).

        Raises:
            CancelledError, DeadlineExceededError: see `Deadline.check`.
        """
        return self._read(self._run(deadline, phase_one=True))

    def _run(self, deadline: Deadline, *, phase_one: bool) -> highspy.HighsModelStatus:
        if phase_one != self._phase_one:
            self._set_costs(phase_one=phase_one)
        deadline.run_interruptible(self._solver.run, lambda: None)
        deadline.spend(simplex_effort(self._solver))
        if self._solver.getModelStatus() == highspy.HighsModelStatus.kUnknown:
            self._run_without_presolve(deadline)
        return self._solver.getModelStatus()

    def _run_without_presolve(self, deadline: Deadline) -> None:
        """Solve again without presolve, which sometimes makes HiGHS end with status "unknown"."""
        self._solver.clearSolver()
        self._solver.setOptionValue("presolve", "off")
        try:
            deadline.run_interruptible(self._solver.run, lambda: None)
        finally:
            self._solver.setOptionValue("presolve", "choose")

    def _read(self, status: highspy.HighsModelStatus) -> LpSolution:
        if status != highspy.HighsModelStatus.kOptimal:
            raise SolverError(f"HiGHS returned {self._solver.modelStatusToString(status)}")
        solution = self._solver.getSolution()
        dual = np.asarray(solution.row_dual)
        return LpSolution(
            value=self._solver.getObjectiveValue(),
            chosen=self._scatter(np.asarray(solution.col_value)[: self._pairs]),
            pair_dual={
                coach: {pair: max(0.0, float(dual[row])) for pair, row in links.items()}
                for coach, links in self._link_rows.items()
            },
            convexity_dual={coach: float(dual[row]) for coach, row in self._convexity_row.items()},
        )

    def solve_integer(self, deadline: Deadline, nodes: int = ALL_NODES) -> Chosen | None:
        """Return the best integral choice of pairs; `None` if the search does not finish in time.

        At most `nodes` nodes are searched, so better choices may be missed.
        """
        if self._phase_one:
            self._set_costs(phase_one=False)
        solver = create_highs_solver()
        solver.passModel(self._solver.getModel())
        every = np.arange(self._pairs, dtype=np.int32)
        solver.changeColsIntegrality(
            self._pairs, every, np.full(self._pairs, highspy.HighsVarType.kInteger)
        )
        for option, value in (("mip_rel_gap", 0.0), ("mip_abs_gap", 0.0), ("mip_max_nodes", nodes)):
            solver.setOptionValue(option, value)
        if deadline.remaining is not None:
            solver.setOptionValue("time_limit", deadline.remaining)
        solver.HandleUserInterrupt = True
        deadline.run_interruptible(solver.run, solver.cancelSolve)
        deadline.spend(simplex_effort(solver))
        is_feasible = solver.getInfo().primal_solution_status == _FEASIBLE
        if solver.getModelStatus() not in _FINAL or not is_feasible:
            return None
        chosen = np.asarray(solver.getSolution().col_value)[: self._pairs]
        return self._scatter(chosen) > _ROUNDING_THRESHOLD

    def _scatter(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Expand column values to `float64[P]`, with 0 for pairs without a column."""
        spread = np.zeros(self._problem.size)
        spread[self._pair_of_column] = values
        return spread

    def _build(self, floors: Sequence[FloorConstraint]) -> None:
        problem = self._problem
        coachees, coaches = len(problem.priority), len(problem.capacity)
        infinity = highspy.kHighsInf
        self._solver.addVars(self._pairs, np.zeros(self._pairs), np.ones(self._pairs))
        self._solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
        for rows, places, upper in (
            (coachees, problem.coachee[self._pair_of_column], np.ones(coachees)),
            (coaches, problem.coach[self._pair_of_column], problem.capacity.astype(np.float64)),
        ):
            order = np.argsort(places, kind="stable").astype(np.int32)
            begin = np.searchsorted(places[order], np.arange(rows)).astype(np.int32)
            lower, ones = np.full(rows, -infinity), np.ones(self._pairs)
            self._solver.addRows(rows, lower, upper, self._pairs, begin, order, ones)
        for floor in floors:
            weights = floor.weights[self._pair_of_column]
            index = np.flatnonzero(weights).astype(np.int32)
            require_ok(
                self._solver.addRow(floor.minimum, infinity, len(index), index, weights[index])
            )
        self._slack = range(self._pairs, self._pairs + coachees + len(floors))
        first = coachees + coaches
        slack_rows = np.array(
            [*range(coachees), *range(first, first + len(floors))], dtype=np.int32
        )
        nothing = np.zeros(len(slack_rows))
        require_ok(
            self._solver.addCols(
                len(slack_rows),
                nothing,
                nothing,
                nothing,
                len(slack_rows),
                np.arange(len(slack_rows), dtype=np.int32),
                slack_rows,
                np.ones(len(slack_rows)),
            )
        )

    def _set_costs(self, *, phase_one: bool) -> None:
        self._phase_one = phase_one
        every = np.arange(self._pairs, dtype=np.int32)
        cost = np.zeros(self._pairs) if phase_one else self._objective
        self._solver.changeColsCost(self._pairs, every, cost)
        slack = np.array(self._slack, dtype=np.int32)
        size = len(slack)
        self._solver.changeColsCost(size, slack, np.full(size, -1.0 if phase_one else 0.0))
        limit = highspy.kHighsInf if phase_one else 0.0
        self._solver.changeColsBounds(size, slack, np.zeros(size), np.full(size, limit))
