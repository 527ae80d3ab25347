"""How quickly runs of the largest instances respond to cancellation and time limits.

A run stops at its next check of the deadline, so the response time is limited by the longest time
between two checks. A running solver gets an additional half second.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

from coach.cycle import Cycle
from coach.objective import ObjectiveLevel
from coach.people import Roster
from matching.engine import SolveOptions
from matching.errors import CancelledError
from tests.bench.figures import Figure
from tests.bench.instances import FIELD_WIDE, TIGHT, UN_WIDE, InstanceClass, instance
from tests.bench.solving import require_sound, solved

CANCELLED_WITHIN = 1.0
LIMIT_SHARE, LIMIT_SECONDS = 0.1, 2.0
MIDDLE = replace(UN_WIDE, coachees=2_000, coaches=500)
_CANCEL_AT = (5.0, 25.0, 40.0, 60.0)
_LIMITS = (
    ("field-wide, 10,000 x 2,000", FIELD_WIDE, 1, 60.0),
    ("field-wide, 10,000 x 2,000", FIELD_WIDE, 1, 100.0),
    ("2,000 x 500, 2 or 3 windows a week", MIDDLE, 1, 5.0),
    ("tight, 300 x 80, seed 2", TIGHT, 2, 5.0),
    ("tight, 300 x 80, seed 3", TIGHT, 3, 10.0),
)


def anytime_figures() -> Iterator[Figure]:
    """Yield figures on deadline checks, cancelled runs, and runs with a time limit."""
    field = instance(FIELD_WIDE, 1)
    for name, people in (
        ("field-wide, 10,000 x 2,000", field),
        ("2,000 x 500", instance(MIDDLE, 1)),
    ):
        yield _longest_gap(name, people)
    for delay in _CANCEL_AT:
        yield _cancelled(field, delay)
    for name, shape, seed, limit in _LIMITS:
        yield _limited(name, shape, seed, limit)


def _longest_gap(name: str, people: tuple[Roster, Cycle]) -> Figure:
    """Measure the longest time between two checks during a run."""
    last = started = time.monotonic()
    longest, when = 0.0, 0.0

    def check() -> bool:
        nonlocal last, longest, when
        now = time.monotonic()
        if now - last > longest:
            longest, when = now - last, last - started
        last = now
        return False

    solved(*people, SolveOptions(), cancelled=check)
    check()
    return Figure(
        f"{name}: longest time between two checks",
        f"{longest:.2f} s, {when:.0f} s into a run of {last - started:.0f} s",
        f"under {CANCELLED_WITHIN:g} s",
        longest < CANCELLED_WITHIN,
    )


def _cancelled(people: tuple[Roster, Cycle], delay: float) -> Figure:
    started = time.monotonic()
    try:
        solved(*people, SolveOptions(), cancelled=lambda: time.monotonic() - started > delay)
    except CancelledError:
        response = f"after {(late := time.monotonic() - started - delay):.2f} s"
        kept = late < CANCELLED_WITHIN
    else:
        response, kept = "too late: the run had already ended", False
    return Figure(
        f"field-wide, cancelled after {delay:g} s: response",
        response,
        f"within {CANCELLED_WITHIN:g} s",
        kept,
    )


def _limited(name: str, shape: InstanceClass, seed: int, limit: float) -> Figure:
    roster, cycle = instance(shape, seed)
    result, seconds = solved(roster, cycle, SolveOptions(time_limit_seconds=limit))
    require_sound(roster, cycle, result)
    levels = ", ".join(
        f"{one.name} {one.value:,}" + (" proven" if one.proven else f" of at most {one.bound:,}")
        for one in result.levels
        if one.name is not ObjectiveLevel.KEPT
    )
    most = max(limit * (1 + LIMIT_SHARE), limit + LIMIT_SECONDS)
    return Figure(
        f"{name}, limit {limit:g} s",
        f"{seconds:.1f} s; {levels}",
        f"ends within {most:g} s, audited",
        seconds < most,
    )
