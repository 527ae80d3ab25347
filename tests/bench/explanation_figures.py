"""Explanations at the size of a mission: next best coaches, remedies, and advice.

Advice is computed as in the command. Next best coaches are computed for ten seconds, whereas the
report limits their search to a number of steps. The time for solving the cycle is not included.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from api.engine_threads import run_in_thread
from api.plan_queries.resolve import solve_again
from coach.cycle import Cycle
from coach.people import Roster
from coach.texts.renderer import english
from matching.deadline import Deadline
from matching.engine import SolveOptions
from matching.explanation import advise
from matching.explanation.runner_ups import RunnerUps
from matching.result import Result
from tests.bench.figures import Figure
from tests.bench.instances import TIGHT, UN_WIDE, instance
from tests.bench.solving import solved

REPORT_SECONDS = 10.0  # elapsed time for all next best coaches
ADVICE_SECONDS = 30.0  # time limit for each policy
CROWDED = replace(UN_WIDE, capacity=(1, 4))
_CLASSES = (
    ("UN-wide, 1,200 x 400", UN_WIDE),
    ("the same with 1 to 4 places per coach", CROWDED),
    ("tight, 300 x 80", TIGHT),
)


def explanation_figures() -> Iterator[Figure]:
    """Yield figures on next best coaches, remedies and advice for each class."""
    for name, shape in _CLASSES:
        roster, cycle = instance(shape, 1)
        result, seconds = solved(roster, cycle, SolveOptions(explain=False))
        yield _runner_ups(name, roster, cycle, result)
        if result.unmatched:
            yield _remedies(name, roster, cycle, seconds)
            yield _advice(name, roster, cycle, result, seconds)


def _runner_ups(name: str, roster: Roster, cycle: Cycle, result: Result) -> Figure:
    """Measure how many next best coaches are found within `REPORT_SECONDS`."""
    started = time.perf_counter()
    deadline = Deadline(time.monotonic, REPORT_SECONDS, lambda: False, run_in_thread)
    found = list(RunnerUps(roster, cycle, result, deadline).all())
    proven = sum(one is None or one.proven for _, one in found)
    return Figure(
        f"{name}: next best coach of each match, {REPORT_SECONDS:g} s",
        f"{proven:,} of {len(result.matches):,} proven in {time.perf_counter() - started:.1f} s",
        f"ends within {REPORT_SECONDS + 2:g} s",
        time.perf_counter() - started < REPORT_SECONDS + 2,
    )


def _remedies(name: str, roster: Roster, cycle: Cycle, without: float) -> Figure:
    result, seconds = solved(roster, cycle, SolveOptions())
    helped = sum(bool(one.remedies) for one in result.unmatched)
    return Figure(
        f"{name}: verified remedies for unmatched coachees",
        f"for {helped} of {len(result.unmatched)} in {seconds - without:.1f} s",
        comparison=f"{seconds / without:.1f} x solving without",
    )


def _advice(name: str, roster: Roster, cycle: Cycle, result: Result, solving: float) -> Figure:
    tried = 0
    again = partial(solve_again, limit_seconds=ADVICE_SECONDS, workers=1, under_way=None)

    def counted(people: Roster, policy: Cycle, keep: Result) -> Result:
        nonlocal tried
        tried += 1
        return again(people, policy, keep)

    started = time.perf_counter()
    advice = advise(roster, cycle, result, counted)
    seconds = time.perf_counter() - started
    gains = ", ".join(f"{english(one.change)} ({one.gain} more)" for one in advice)
    return Figure(
        f"{name}: the changes that place the most people, {tried} policies solved again",
        f"{seconds:.1f} s; {gains or 'none helps'}",
        comparison=f"{seconds / tried / solving:.1f} x solving, for each" if tried else "",
    )
