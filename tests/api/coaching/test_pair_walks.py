"""Random walks through the whole life of a pair; see `pair_walk` for the invariants."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coach.pair_life import LifeState
from tests.api.coaching.pair_walk import walk_of

if TYPE_CHECKING:
    from conftest import World

SEEDS, STEPS = (0, 3), 60  # `python -m tests.force.pair_lives` walks many more


def test_invariants_hold_at_every_step_of_a_pair(world: World) -> None:
    reached: set[LifeState] = set()
    asked = 0
    for seed in SEEDS:
        walk = walk_of(world, seed)
        walk.run(STEPS)
        reached |= set(walk.reached)
        asked += len(walk.pair.posts())
    assert {LifeState.LEFT, LifeState.COMPLETED} <= reached
    assert asked > 0
