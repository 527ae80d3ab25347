"""The task of the child process of a run and its result, in a module that loads no solver.

Input, result and record pass through the server as JSON text: the child process parses the input,
and the result is parsed when the plan is read.
"""

from __future__ import annotations

from api.runs.draft_plan import DraftPlan
from api.runs.run_input import RunOptions
from api.values import FrozenModel


class RunTask(FrozenModel):
    """A run for the child process to execute.

    Attributes:
        input_json: the `RunInput` of the run as it is stored.
        options: how to run.
        input_sha256: the digest of the input.
    """

    input_json: str
    options: RunOptions
    input_sha256: str


class SolvedRun(FrozenModel):
    """A finished run: its plan, and its `RunRecord` as it is stored."""

    plan: DraftPlan
    record_json: str
