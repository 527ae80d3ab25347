"""The engine as explanations ask it: solved anew beside a result that is kept."""

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
    """The best result within the limit, without looking for remedies; `under_way` as `keep` was.

    Raises:
        ProgrammeError: there is none, and the engine says why.
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
