"""The flow-and-repair heuristic proposes feasible choices, first with as few drops as needed."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import numpy as np
import pytest

from coach.cycle import Cycle
from coach.people import Roster
from matching.search.column_generation import Choice
from matching.search.flow_and_repair import flow_and_repair
from matching.search.lexicographic_weights import Objective
from matching.search.search_state import SearchState
from tests.matching.crowded import crowded
from tests.matching.plans import never, oracles_of
from tests.matching.roomy import sociable


@pytest.mark.parametrize("kind", [crowded, sociable])
def test_all_coaches_can_schedule_each_proposed_choice(
    kind: Callable[[Random], tuple[Roster, Cycle]],
) -> None:
    proposed: list[Choice] = []
    repaired = 0
    for seed in range(120):
        oracles = oracles_of(*kind(Random(seed)))
        state = SearchState(oracles, never, lambda *_: None)
        found = state.flow([Objective(oracles.problem.points)], state.allowed)
        assert found is not None
        proposed.clear()
        flow_and_repair(oracles, found[0], proposed.append, 0, never)
        for choice in proposed:
            assert not oracles.infeasible_coaches(choice, never), seed
            assert len(set(oracles.problem.coachee[choice])) == len(choice), seed
        for pair in np.setdiff1d(found[0].choice, proposed[0]):
            assert oracles.infeasible_coaches(np.union1d(proposed[0], pair), never), seed
        repaired += len(proposed) > 1
    assert repaired > 0
