"""The task of the child process of a run, apart from it so that a server loads no solver."""

from __future__ import annotations

from api.runs.run_input import RunOptions
from api.values import FrozenModel


class RunTask(FrozenModel):
    """A run to do.

    Attributes:
        input_json: the `RunInput` of the run as it is stored; only the child process parses it.
        options: how to run.
        input_sha256: the fingerprint of the input.
    """

    input_json: str
    options: RunOptions
    input_sha256: str
