"""The restricted master problem: expanded coaches, and numerically difficult LPs."""

from __future__ import annotations

import json
import time
from fractions import Fraction
from pathlib import Path

import numpy as np

from matching.assignment.min_cost_flow import solve_flow
from matching.assignment.restricted_master import RestrictedMaster
from matching.deadline import Deadline
from matching.instance.problem import MatchingProblem
from tests.matching.assignment.test_min_cost_flow import region

NEVER = Deadline(time.monotonic, None, lambda: False)


def test_expanded_coach_chooses_a_single_known_set() -> None:
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
    assert round(relaxed.value, 6) == 3  # limited only by the coach's capacity
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


def bare_problem(saved: dict[str, list[int]]) -> MatchingProblem:
    """Return a problem with stored pairs, and without points, rules or sessions."""
    pairs = len(saved["coachee"])
    nothing = np.zeros(pairs, dtype=np.int64)
    no_pair = np.zeros(pairs, dtype=np.bool_)
    return MatchingProblem(
        priority=np.ones(1 + max(saved["coachee"]), dtype=np.int64),
        capacity=np.array(saved["capacity"]),
        coachee=np.array(saved["coachee"]),
        coach=np.array(saved["coach"]),
        points=nothing,
        kept=no_pair,
        repeated=no_pair,
        cross=no_pair,
        pinned=no_pair,
        share=Fraction(0),
        limits=None,
        free=None,
    )


def test_lp_with_unknown_status_after_presolve_is_solved_to_optimality() -> None:
    saved = json.loads((Path(__file__).parent / "presolve_unknown.json").read_text())
    problem, unit = bare_problem(saved), saved["unit"]
    profit = np.array(saved["worth"])
    master = RestrictedMaster(problem, np.arange(problem.size), [])
    master.set_objective(profit / unit)
    upper = np.ones(problem.size)
    upper[saved["reduced"]] = 1 - 1e-4
    master.set_bounds(np.zeros(len(problem.priority), dtype=np.bool_), upper)
    relaxed = master.solve_relaxation(NEVER)
    assert relaxed is not None
    best = solve_flow(problem, np.arange(problem.size), profit)
    assert best.value * (1 - 2e-4) <= relaxed.value * unit <= best.value
