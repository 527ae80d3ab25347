"""Solves a cycle again, keeping as many pairs from a given result as possible."""

from __future__ import annotations

import time

from api.engine_threads import engine_threads
from coach.cycle import Cycle
from coach.people import Roster
from matching.engine import SolveOptions, solve
from matching.instance.partial_cycle import UnderWay
from matching.progress import Progress, ReportProgress
from matching.result import Result


def _ignore_progress(_progress: Progress) -> None:
    return


def solve_again(
    roster: Roster,
    cycle: Cycle,
    keep: Result,
    *,
    limit_seconds: float,
    workers: int,
    under_way: UnderWay | None,
    report: ReportProgress = _ignore_progress,
) -> Result:
    """Return the best result found within the time limit, without remedies.

    `under_way` is the progress of the cycle when `keep` was made.

    Raises:
        DomainError: the engine found no usable result. The message states the reason.
    """
    return solve(
        roster,
        cycle,
        options=SolveOptions(time_limit_seconds=limit_seconds, seed=keep.seed, explain=False),
        input_sha256=keep.input_sha256,
        clock=time.monotonic,
        concurrency=engine_threads(workers),
        keep=keep,
        under_way=under_way,
        report=report,
    )
