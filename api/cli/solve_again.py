"""The engine as explanations ask it: the same people again under something else."""

from __future__ import annotations

import time

from api.cli.run import processors
from coach.cycle import Cycle
from coach.people import Roster
from matching.engine import SolveOptions, solve
from matching.result import Result

_LIMIT_SECONDS = 120.0


def solve_again(roster: Roster, cycle: Cycle, keep: Result) -> Result:
    """The best result within two minutes, without looking for remedies."""
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
    )
