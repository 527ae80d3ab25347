"""The assignment master by itself: what an expanded coach may choose."""

from __future__ import annotations

import time

import numpy as np

from matching.assignment.restricted_master import RestrictedMaster
from matching.deadline import Deadline
from tests.matching.assignment.test_min_cost_flow import region

NEVER = Deadline(time.monotonic, None, lambda: False)


def test_an_expanded_coach_chooses_one_known_set_and_no_mixture() -> None:
    problem = region(20, 6, 1)
    coach = next(
        row
        for row, pairs in enumerate(problem.by_coach)
        if problem.capacity[row] >= 3 and len(pairs) >= 3
    )
    first, second, third = problem.by_coach[coach][:3].tolist()
    master = RestrictedMaster(problem, np.array([first, second, third]), [])
    master.set_objective(np.ones(problem.size))
    master.set_bounds(
        np.zeros(len(problem.priority), dtype=np.bool_), np.ones(problem.size, dtype=np.bool_)
    )
    relaxed = master.solve_relaxation(NEVER)
    assert relaxed is not None
    assert round(relaxed.value, 6) == 3  # the coach is known by capacity alone
    master.expand(coach)
    for known, most in (((first,), 1), ((second,), 1), ((third,), 1), ((first, third), 2)):
        assert master.add_set(coach, known)
        assert not master.add_set(coach, known)
        relaxed = master.solve_relaxation(NEVER)
        assert relaxed is not None
        assert round(relaxed.value, 6) == most
        chosen = master.solve_integer(NEVER)
        assert chosen is not None
        assert int(chosen.sum()) == most
