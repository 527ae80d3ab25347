"""The engine as explanations ask it: the same people again under something else."""

from __future__ import annotations

import time
from functools import partial

from api.cli.run import processors
from api.intake import CycleInputs
from coach.cycle import Cycle
from coach.people import Roster
from matching.engine import SolveOptions, solve
from matching.explanation import Solve
from matching.result import Result
from matching.under_way import UnderWay

_LIMIT_SECONDS = 120.0


def solver_of(inputs: CycleInputs) -> Solve:
    """The engine as it solved these inputs, in mid-cycle too; within two minutes, no remedies."""
    return partial(_solve_again, inputs.under_way)


def _solve_again(under_way: UnderWay | None, roster: Roster, cycle: Cycle, keep: Result) -> Result:
    options = SolveOptions(
        time_limit_seconds=_LIMIT_SECONDS, workers=processors(), seed=keep.seed, explain=False
    )
    return solve(
        roster,
        cycle,
        options=options,
        input_sha256=keep.input_sha256,
        clock=time.monotonic,
        keep=keep,
        under_way=under_way,
    )
