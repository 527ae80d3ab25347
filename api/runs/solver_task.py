"""The input and output of a run's child process, in a module that does not load a solver.

The server forwards input, result and record as JSON text. The input is parsed by the child process,
and the result when the plan is read.
"""

from __future__ import annotations

from api.runs.frozen_input import RunOptions
from api.values import FrozenModel
from matching.result import Result


class DraftPlan(FrozenModel):
    """A plan to be stored.

    Attributes:
        status: whether the result is proven optimal.
        placed: the number of coachees with a coach.
        unplaced: the number of coachees without a coach.
        result_json: the `Result` as JSON, which is parsed only when the plan is read.
    """

    status: str
    placed: int
    unplaced: int
    result_json: str

    @classmethod
    def of(cls, result: Result) -> DraftPlan:
        """Create the plan for a result."""
        return cls(
            status=result.status,
            placed=len(result.matches),
            unplaced=len(result.unmatched),
            result_json=result.model_dump_json(),
        )


class RunTask(FrozenModel):
    """A run to execute in the child process.

    Attributes:
        input_json: the run's `RunInput`, as stored.
        options: the options of the run.
        input_sha256: the SHA-256 digest of the input, in hex.
    """

    input_json: str
    options: RunOptions
    input_sha256: str


class SolvedRun(FrozenModel):
    """The output of a finished run: its plan, and its `RunRecord` as JSON."""

    plan: DraftPlan
    record_json: str
