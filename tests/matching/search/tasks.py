"""Pricing tasks for a worker pool, drawn at random, and the check of their results."""

from __future__ import annotations

import time
from random import Random
from typing import Any

from matching.deadline import Deadline
from matching.instance.availability_grid import build_availability_grid
from matching.instance.problem import MatchingProblem, build_problem
from matching.rules.evaluation import evaluate_pairs
from matching.search.column_generation import PricingOracles, price_sets
from matching.search.worker_pool import OracleTask, WorkerPool
from tests.bench.instances import TIGHT, instance

NEVER = Deadline(time.monotonic, None, lambda: False)
Worths = list[tuple[int, dict[int, float]]]


def tight_problem() -> MatchingProblem:
    roster, cycle = instance(TIGHT, 1)
    free = build_availability_grid(roster, cycle)
    return build_problem(roster, cycle, free, evaluate_pairs(roster, cycle, free))


def some_worths(problem: MatchingProblem, seed: int) -> Worths:
    """The worth of each pair of twelve coaches, by local index."""
    random = Random(seed)
    coaches = [coach for coach, pairs in enumerate(problem.by_coach) if len(pairs) > 4][:12]
    return [
        (
            coach,
            {place: random.uniform(0.1, 3.0) for place in range(len(problem.by_coach[coach]))},
        )
        for coach in coaches
    ]


def priced(worker_pool: WorkerPool, oracles: PricingOracles, worths: Worths) -> list[Any]:
    """The best sets of each coach; the run's oracles have learned that they can be held."""
    oracle_by_coach = {coach: oracles.oracle(coach) for coach, _ in worths}
    oracle_tasks = [OracleTask(coach, price_sets, (worth, 0.0)) for coach, worth in worths]
    results = worker_pool.run_oracle_tasks(oracle_tasks, oracle_by_coach, NEVER)
    for (coach, _), sets in zip(worths, results, strict=True):
        known = [sum(1 << one for one in placed) for placed in oracle_by_coach[coach].held]
        assert all(any(held & found == found for held in known) for found in sets)
    return results


def squared(number: int, _deadline: Deadline) -> int:
    return number * number
