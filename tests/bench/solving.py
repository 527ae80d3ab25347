"""The engine as the benchmarks call it: solved, timed, and audited."""

from __future__ import annotations

import time

from api.engine_threads import engine_threads
from coach.cycle import Cycle
from coach.people import Roster
from matching.auditor import audit
from matching.engine import SolveOptions, solve
from matching.progress import IsCancelled, ReportProgress
from matching.result import Result


def solved(
    roster: Roster,
    cycle: Cycle,
    options: SolveOptions,
    *,
    report: ReportProgress = lambda _progress: None,
    cancelled: IsCancelled = lambda: False,
) -> tuple[Result, float]:
    """The result, and the seconds that it took."""
    started = time.perf_counter()
    result = solve(
        roster,
        cycle,
        options=options,
        input_sha256="",
        clock=time.monotonic,
        concurrency=engine_threads(1),
        report=report,
        cancelled=cancelled,
    )
    return result, time.perf_counter() - started


def require_sound(roster: Roster, cycle: Cycle, result: Result) -> None:
    """Tell no figure of a result in which the auditor finds anything."""
    findings = audit(roster, cycle, result)
    if findings:
        raise AssertionError("; ".join(map(str, findings)))
