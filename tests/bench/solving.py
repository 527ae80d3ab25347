"""Solving, timing and auditing instances for the benchmarks."""

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
    """Solve an instance; return the result and the running time in seconds."""
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
    """Raise `AssertionError` if the audit of the result has findings."""
    findings = audit(roster, cycle, result)
    if findings:
        raise AssertionError("; ".join(map(str, findings)))
