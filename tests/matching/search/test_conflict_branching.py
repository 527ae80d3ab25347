"""Bounds, detours and the search among assignments against every plan, whatever hours cost."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from random import Random

import numpy as np
import pytest

from matching.assignment.min_cost_flow import best_flow
from matching.assignment.residual_paths import NO_WAY, Detours
from matching.deadline import Watch
from matching.instance.availability_grid import free_time
from matching.instance.problem import build_problem
from matching.rules.evaluation import judge_pairs
from matching.search.branch_and_price import Choice, Desk
from matching.search.conflict_branching import Beside, Conflicts
from matching.search.lagrangian_bound import PARTS, Priced, Rents
from tests.matching.roomy import sociable

_DEAR = 1000  # a place, in points
_MOST = 300  # assignments

never = Watch(lambda: 0.0, None, lambda: False)


def plans(desk: Desk) -> Iterator[Choice]:
    """Every choice that all coaches can hold."""
    coachee = desk.problem.coachee
    options = [[-1, *np.flatnonzero(coachee == row)] for row in range(len(desk.problem.priority))]
    for pairs in product(*options):
        choice = np.array([pair for pair in pairs if pair >= 0], dtype=np.int64)
        if not desk.offended(choice, never):
            yield choice


def at_any_price(random: Random, desk: Desk, worth: Choice) -> Priced:
    """The bare assignment where some hours cost something, mostly too much or too little."""
    problem, scale = desk.problem, PARTS
    dearest = random.choice([1, 20, 300, 2000])
    price = np.array(
        [random.choice([0, 0, random.randrange(dearest * scale)]) for _ in range(problem.size)],
        dtype=np.int64,
    )
    rents = Rents(desk, price, range(len(problem.capacity)), scale)
    left = np.maximum(0, PARTS * worth - price)
    flow = best_flow(problem, np.arange(problem.size), left)
    rent = sum(rents.most(coach, frozenset(), never)[0] for coach in rents.coaches)
    return Priced(worth, flow, rent, rents)


@pytest.mark.parametrize("first", range(0, 60, 15))
def test_at_any_price_the_best_plan_without_a_pair_is_found_and_bounded(first: int) -> None:
    proven = asked = 0
    for seed in range(first, first + 15):
        random = Random(seed)
        roster, cycle = sociable(random)
        free = free_time(roster, cycle)
        problem = build_problem(roster, cycle, free, judge_pairs(roster, cycle, free))
        desk = Desk(problem, 0)
        worth = problem.points + _DEAR * problem.priority[problem.coachee]
        every = [(int(worth[choice].sum()), choice) for choice in plans(desk)]
        best, chosen = max(every, key=lambda one: one[0])
        priced = at_any_price(random, desk, worth)
        assert priced.bound >= PARTS * best
        detours = Detours(priced.flow, chosen)
        more = random.choice([1, 30, 300]) * PARTS
        search = Conflicts(Beside(desk, priced, chosen), detours, more, never)
        for pair in chosen.tolist():
            coachee = int(problem.coachee[pair])
            others = [
                value
                for value, choice in every
                if coachee in problem.coachee[choice] and pair not in choice
            ]
            loss = detours.loss(coachee)
            if loss >= NO_WAY:
                assert not others
                continue
            asked += bool(others)
            assert not others or PARTS * max(others) <= priced.bound - loss
            allowed = np.arange(problem.size) != pair
            found = search.best(coachee, allowed, lambda _choice: True, _MOST)
            assert found.bound >= max(others, default=0)
            if found.choice is not None:
                assert not desk.offended(found.choice, never)
                assert pair not in found.choice
                assert coachee in problem.coachee[found.choice]
                assert found.worth == worth[found.choice].sum()
                assert found.worth <= max(others)
            if found.proven:
                proven += 1
                assert found.worth == max(others)
    assert proven > asked / 2 > 0
