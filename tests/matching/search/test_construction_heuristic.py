"""The construction heuristic: its choice is feasible, and no coachee can be added."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from matching.instance.problem import cross_border_balance
from matching.search.construction_heuristic import construct_choice
from tests.bench.instances import REGION, instance
from tests.matching.crowded import crowded
from tests.matching.plans import never, oracles_of


@pytest.mark.parametrize("first", range(0, 120, 30))
def test_choice_respects_pins_capacities_share_and_timetables(first: int) -> None:
    compared = 0
    for seed in range(first, first + 30):
        roster, cycle = crowded(Random(seed))
        oracles = oracles_of(roster, cycle)
        problem = oracles.problem
        pinned = np.flatnonzero(problem.pinned)
        balance = cross_border_balance(problem)
        if oracles.infeasible_coaches(pinned, never) or balance[pinned].sum() < 0:
            continue
        choice = construct_choice(oracles, pinned, never)
        assert set(pinned) <= set(choice), seed
        assert len(set(problem.coachee[choice])) == len(choice), seed
        assert balance[choice].sum() >= 0, seed
        assert not oracles_of(roster, cycle).infeasible_coaches(choice, never), seed
        compared += len(choice) > len(pinned)
    assert compared > 5


@pytest.mark.parametrize("share", [0.0, 0.9])
@pytest.mark.parametrize("seed", range(4))
def test_coachee_is_unplaced_only_if_no_coach_could_add_them(seed: int, share: float) -> None:
    roster, cycle = instance(REGION, seed)
    country = cycle.rules.country.model_copy(update={"minimum_cross_border_share": share})
    rules = cycle.rules.model_copy(update={"country": country})
    oracles = oracles_of(roster, cycle.model_copy(update={"rules": rules}))
    problem = oracles.problem
    choice = construct_choice(oracles, np.flatnonzero(problem.pinned), never)
    held, balance = oracles.pairs_by_coach(choice), cross_border_balance(problem)
    for pair in range(problem.size):
        if problem.coachee[pair] not in problem.coachee[choice]:
            coach = int(problem.coach[pair])
            more = oracles.local(coach, [*held.get(coach, ()), pair])
            within_share = balance[choice].sum() + balance[pair] >= 0
            assert not (within_share and oracles.oracle(coach).can_hold(more, never))
