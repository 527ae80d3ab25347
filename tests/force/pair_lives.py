"""Random walks through the whole life of pairs: all invariants must hold after every step."""

from __future__ import annotations

import time
from collections import Counter

from coach.pair_life import LifeState
from tests.api.coaching.pair_walk import walk_of
from tests.bench.figures import Figure
from tests.force.measuring import DATABASES, command, deployment, seconds

TIMES = 200
STEPS = 150
MUST = "0 states lost, 0 links that open too much, 0 questions too many"


def measure(times: int, database: str) -> Figure:
    """Walk through the lives of `times` pairs, using seeds that the tests do not use."""
    started = time.monotonic()
    broken: list[str] = []
    reached: Counter[LifeState] = Counter()
    with deployment(database) as world:
        for seed in range(1000, 1000 + times):
            walk = walk_of(world, seed)
            try:
                walk.run(STEPS)
            except AssertionError as error:
                broken.append(f"seed {seed}: {error}"[:300])
            reached.update(walk.reached)
    last = ", ".join(f"{state} {number}" for state, number in sorted(reached.items()))
    faults = f" ({'; '.join(broken)})" if broken else ""
    return Figure(
        f"lives of pairs, {database}",
        f"{times} walks of {STEPS} steps, {len(broken)} broken{faults}; reached: {last} "
        f"({seconds(started)})",
        MUST,
        not broken,
    )


if __name__ == "__main__":
    command("Lives of pairs", measure, TIMES, DATABASES)
