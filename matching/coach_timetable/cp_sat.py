"""CP-SAT for small models of a single coach: single-threaded and independent of the clock."""

from __future__ import annotations

from functools import partial

from ortools.sat.python import cp_model

from matching.deadline import Deadline, SolverError

_ANSWERS = frozenset({cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.INFEASIBLE, cp_model.UNKNOWN})


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
        CancelledError, DeadlineExceededError: as `Deadline.check`.
        SolverError: the model is invalid.
    """
    status = deadline.run_interruptible(partial(solver.solve, model), solver.stop_search)
    if status not in _ANSWERS:
        raise SolverError(f"CP-SAT returned {solver.status_name(status)}")
    return status
