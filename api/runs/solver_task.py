"""What the solving process is given. Apart from it, so that a server loads no solver."""

from __future__ import annotations

from api.runs.run_input import RunInput, RunOptions
from api.values import FrozenModel


class RunTask(FrozenModel):
    """What the child is given: the frozen input of a run, its options, and its fingerprint."""

    work: RunInput
    options: RunOptions
    input_sha256: str
