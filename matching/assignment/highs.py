"""HiGHS configured for the engine: silent, single-threaded, and raising on errors."""

from __future__ import annotations

from collections.abc import Sequence

import highspy
import numpy as np

from matching.deadline import SolverError

_EFFORT_PER_ITERATION = 2e-8

LpRow = tuple[float, float, list[int], list[float]]
"""A row's lower and upper bounds, its columns, and their coefficients."""


class SilentHighs(highspy.Highs):
    """A single-threaded HiGHS instance that prints nothing, not even its banner."""

    def enableCallbacks(self) -> None:  # noqa: N802 - called by the base class's __init__
        """Disable output before the base class prints its banner."""
        self.setOptionValue("output_flag", False)
        self.setOptionValue("threads", 1)
        super().enableCallbacks()  # type: ignore[no-untyped-call]


def create_highs_solver() -> SilentHighs:
    """Return a new solver without a model."""
    return SilentHighs()  # type: ignore[no-untyped-call]


def require_ok(status: highspy.HighsStatus) -> None:
    """Check that HiGHS accepted a change to its model.

    Raises:
        SolverError: `status` is an error.
    """
    if status == highspy.HighsStatus.kError:
        raise SolverError("HiGHS rejected a change to its model")


def add_rows(solver: highspy.Highs, rows: Sequence[LpRow]) -> None:
    """Add several rows in a single call."""
    sizes = [len(columns) for _, _, columns, _ in rows]
    begin = np.concatenate([[0], np.cumsum(sizes)])[:-1].astype(np.int32)
    require_ok(
        solver.addRows(
            len(rows),
            np.array([row[0] for row in rows]),
            np.array([row[1] for row in rows]),
            sum(sizes),
            begin,
            np.array([column for row in rows for column in row[2]], dtype=np.int32),
            np.array([value for row in rows for value in row[3]]),
        )
    )


def simplex_effort(solver: highspy.Highs) -> float:
    """Return the effort of the latest run: its iterations, weighted by the size of the model."""
    iterations = max(0, solver.getInfo().simplex_iteration_count)
    return 1e-3 + _EFFORT_PER_ITERATION * iterations * (solver.getNumRow() + solver.getNumCol())
