"""The input and output of a run's child process, in a module that does not load a solver.

The server passes on input, result and record as JSON text. The input is parsed by the child
process, and the result when the plan is read.
"""

from __future__ import annotations

from api.runs.draft_plan import DraftPlan
from api.runs.run_input import RunOptions
from api.values import FrozenModel


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
