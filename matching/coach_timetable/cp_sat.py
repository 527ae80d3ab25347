"""CP-SAT for small timetables: single-threaded and independent of the clock."""

from __future__ import annotations

from functools import partial
from math import inf
from typing import TYPE_CHECKING

from matching.deadline import Deadline, EffortExceededError, SolverError

if TYPE_CHECKING:
    from ortools.sat.python import cp_model
else:
    from matching.coach_timetable import lazy_cp_model as cp_model

# Search strategies, each with its linearization level and its limit in CP-SAT's deterministic time,
# which does not depend on the clock. Instances that are hard for one strategy are often easy for
# another.
_SEARCHES = (
    ("AUTOMATIC_SEARCH", 2, 0.4),
    ("PORTFOLIO_WITH_QUICK_RESTART_SEARCH", 2, 2.0),
    ("AUTOMATIC_SEARCH", 2, inf),
)
_SEARCHES_WITHOUT_LP = (
    ("AUTOMATIC_SEARCH", 0, 0.12),
    ("PORTFOLIO_SEARCH", 0, 3.0),
    ("AUTOMATIC_SEARCH", 2, inf),
)
EFFORT_PER_UNIT = 1.5  # seconds per unit of CP-SAT's deterministic time


def create_cp_sat_solver(seed: int, effort: float) -> cp_model.CpSolver:
    """Return a solver that stops after `effort`, in CP-SAT's deterministic time.

    Presolve is disabled because it costs more than it saves on such small models.
    """
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.linearization_level = 2
    solver.parameters.cp_model_presolve = False
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.max_deterministic_time = effort
    return solver


def status_of(
    solver: cp_model.CpSolver, model: cp_model.CpModel, deadline: Deadline
) -> cp_model.CpSolverStatus:
    """Solve `model` and return its status: optimal, feasible, infeasible or unknown.

    Raises:
        CancelledError, DeadlineExceededError: see `Deadline.check`.
        SolverError: the model is invalid.
    """
    status = deadline.run_interruptible(partial(solver.solve, model), solver.stop_search)
    deadline.spend(EFFORT_PER_UNIT * solver.response_proto.deterministic_time)
    if status == cp_model.MODEL_INVALID:
        raise SolverError(f"CP-SAT returned {solver.status_name(status)}")
    return status


def find_solution(
    model: cp_model.CpModel,
    deadline: Deadline,
    *,
    seed: int,
    effort: float = inf,
    uses_lp: bool = True,
) -> cp_model.CpSolver | None:
    """Return a solver with a solution, or `None` if infeasible; short searches run first.

    The search is limited by `effort`, in CP-SAT's deterministic time, and by the deadline's effort.
    If `uses_lp` is false, only the last search solves linear relaxations.

    Raises:
        CancelledError, DeadlineExceededError: the run ended before the model was solved.
        EffortExceededError: the model was not solved within the effort.
        SolverError: the model is invalid or could not be solved.
    """
    for search, level, own_limit in _SEARCHES if uses_lp else _SEARCHES_WITHOUT_LP:
        deadline.check()
        limit = min(own_limit, effort, deadline.effort_left / EFFORT_PER_UNIT)
        solver = create_cp_sat_solver(seed, limit)
        solver.parameters.linearization_level = level
        solver.parameters.search_branching = getattr(cp_model, search)
        status = status_of(solver, model, deadline)
        if status == cp_model.INFEASIBLE:
            return None
        if status != cp_model.UNKNOWN:
            return solver
        effort -= limit
        if effort <= 0:
            raise EffortExceededError
    deadline.check()
    raise SolverError(f"CP-SAT returned {solver.status_name(status)}")


def find_presolved_solution(
    model: cp_model.CpModel, deadline: Deadline, *, seed: int
) -> cp_model.CpSolver | None:
    """Search with presolve; return a solver with a solution, or `None` if infeasible.

    Raises:
        CancelledError, DeadlineExceededError: the run ended before the model was solved.
        EffortExceededError: the deadline's effort was spent before the model was solved.
        SolverError: the model is invalid.
    """
    deadline.check()
    solver = create_cp_sat_solver(seed, deadline.effort_left / EFFORT_PER_UNIT)
    solver.parameters.cp_model_presolve = True
    solver.parameters.linearization_level = 1
    status = status_of(solver, model, deadline)
    if status == cp_model.UNKNOWN:
        deadline.check()
        raise EffortExceededError
    return None if status == cp_model.INFEASIBLE else solver
