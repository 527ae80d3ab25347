"""Ruin and recreate proposes only feasible choices, each better than the previous one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from random import Random

import numpy as np
import pytest

from coach.cycle import Cycle
from coach.people import Roster
from matching.deadline import EffortExceededError
from matching.search.column_generation import Choice
from matching.search.ruin_and_recreate import RuinAndRecreate
from tests.matching.both_roles import both_roles
from tests.matching.crowded import crowded
from tests.matching.plans import every_plan, never, oracles_of
from tests.matching.roomy import sociable

EFFORT = 0.05
NOBODY = np.zeros(0, dtype=np.int64)


def recorder(proposed: list[Choice]) -> Callable[[Choice], bool]:
    """Return a function that records each choice and accepts none."""

    def record(choice: Choice) -> bool:
        proposed.append(choice)
        return False

    return record


@pytest.mark.parametrize("kind", [crowded, sociable, both_roles])
def test_each_proposed_choice_is_feasible_and_better(
    kind: Callable[[Random], tuple[Roster, Cycle]],
) -> None:
    improved = optimal = 0
    for seed in range(30):
        oracles = oracles_of(*kind(Random(seed)))
        problem = oracles.problem
        pinned = np.flatnonzero(problem.pinned)
        if oracles.infeasible_coaches(pinned, never) or oracles.infeasible_linked_set(
            pinned, never
        ):
            continue
        profit = 1 + problem.points
        proposed: list[Choice] = [pinned]
        search = RuinAndRecreate(oracles, pinned, np.arange(problem.size), profit)
        if problem.size:
            with suppress(EffortExceededError):
                search.run(recorder(proposed), never.with_effort(EFFORT))
        values = [int(profit[choice].sum()) for choice in proposed]
        assert values == sorted(set(values)), seed
        for choice in proposed:
            assert not oracles.infeasible_coaches(choice, never), seed
            assert oracles.infeasible_linked_set(choice, never) is None, seed
            assert len(np.unique(problem.coachee[choice])) == len(choice), seed
            assert np.isin(pinned, choice).all(), seed
        improved += len(proposed) > 2
        if kind is sociable and not len(pinned):
            best = max(int(profit[plan].sum()) for plan in every_plan(oracles))
            optimal += values[-1] == best
    assert improved > 0
    assert optimal > 5 or kind is not sociable


def test_search_ends_once_a_choice_is_accepted() -> None:
    oracles = oracles_of(*sociable(Random(3)))
    search = RuinAndRecreate(
        oracles, NOBODY, np.arange(oracles.problem.size), 1 + oracles.problem.points
    )
    search.run(lambda choice: len(choice) > 0, never.with_effort(10.0))
