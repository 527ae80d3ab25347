"""The cost of contracting sessions for the engine: processor time with and without them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from coach.objective import LISTED_LEVELS, ObjectivePolicy
from matching.engine import SolveOptions
from tests.bench.figures import Figure
from tests.bench.instances import TIGHT, instance
from tests.bench.solving import require_sound, solved

MINUTES = 45
MOST = 2.0
_SEEDS = range(1, 9)
_TIME_LIMIT_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class _Run:
    """A run without the level `schedule`: its processor time, and the number of coachees placed."""

    seconds: float
    placed: int
    proven: bool


def contracting_figures() -> Iterator[Figure]:
    """Compare runs with and without contracting sessions, one after the other, with one worker."""
    for seed in _SEEDS:
        without, with_them = _run(seed, 0), _run(seed, MINUTES)
        ratio = with_them.seconds / without.seconds
        yield Figure(
            f"tight, 300 x 80, seed {seed}: all levels but `schedule`",
            f"{with_them.seconds:.1f} s, {with_them.placed} placed; without contracting sessions "
            f"{without.seconds:.1f} s, {without.placed} placed; {ratio:.1f} times",
            f"proven in {MOST:g} times the processor time",
            with_them.proven and without.proven and ratio <= MOST,
        )


def _run(seed: int, minutes: int) -> _Run:
    roster, cycle = instance(TIGHT, seed)
    sessions = cycle.sessions.model_copy(update={"contracting_minutes": minutes})
    objective = ObjectivePolicy(levels=LISTED_LEVELS[:-1])
    cycle = cycle.model_copy(update={"sessions": sessions, "objective": objective})
    started = time.process_time()
    options = SolveOptions(explain=False, time_limit_seconds=_TIME_LIMIT_SECONDS)
    result, _ = solved(roster, cycle, options)
    seconds = time.process_time() - started
    require_sound(roster, cycle, result)
    return _Run(seconds, len(result.matches), result.status == "optimal")
