"""CP-SAT as the small models of one coach want it: one thread, and no clock in what it finds."""

from __future__ import annotations

from functools import partial

from ortools.sat.python import cp_model

from matching.deadline import Deadline, SolverError

_ANSWERS = frozenset({cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.INFEASIBLE, cp_model.UNKNOWN})


def create_cp_sat_solver(seed: int, effort: float) -> cp_model.CpSolver:
    """A solver that gives up after `effort`, in CP-SAT's deterministic time.

    Presolve costs such models more than it saves.
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
    """What comes of solving: a solution, a proof that there is none, or nothing yet.

    Raises:
        CancelledError, OutOfTimeError: `deadline` says so meanwhile.
        SolverError: the model is not one.
    """
    status = deadline.run_interruptible(partial(solver.solve, model), solver.stop_search)
    if status not in _ANSWERS:
        raise SolverError(f"CP-SAT answered {solver.status_name(status)}")
    return status
