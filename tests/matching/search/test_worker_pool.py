"""Several processes for one run: the same answers whatever their number, and none left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from random import Random
from typing import Any

import pytest

from matching.coach_timetable.feasibility_and_pricing import CoachOracle
from matching.deadline import Deadline, SolverError
from matching.errors import CancelledError
from matching.instance.availability_grid import build_availability_grid
from matching.instance.problem import MatchingProblem, build_problem
from matching.parent_watchdog import EXIT_ORPHANED
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator, evaluate_pairs
from matching.search.column_generation import PricingOracles, price_sets
from matching.search.worker_pool import OracleTask, WorkerPool
from matching.thread_pool import thread_map
from tests.bench.instances import REGION, TIGHT, instance

NEVER = Deadline(time.monotonic, None, lambda: False)
Asked = list[tuple[int, dict[int, float]]]


@pytest.fixture(scope="module")
def problem() -> MatchingProblem:
    roster, cycle = instance(TIGHT, 1)
    free = build_availability_grid(roster, cycle)
    return build_problem(roster, cycle, free, evaluate_pairs(roster, cycle, free))


def some_worths(problem: MatchingProblem, seed: int) -> Asked:
    random = Random(seed)
    coaches = [coach for coach, pairs in enumerate(problem.by_coach) if len(pairs) > 4][:12]
    return [
        (
            coach,
            {place: random.uniform(0.1, 3.0) for place in range(len(problem.by_coach[coach]))},
        )
        for coach in coaches
    ]


def exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def asked(worker_pool: WorkerPool, oracles: PricingOracles, worths: Asked) -> list[Any]:
    oracle_by_coach = {coach: oracles.oracle(coach) for coach, _ in worths}
    oracle_tasks = [OracleTask(coach, price_sets, (worth, 0.0)) for coach, worth in worths]
    answers = worker_pool.run_oracle_tasks(oracle_tasks, oracle_by_coach, NEVER)
    for (coach, _), sets in zip(worths, answers, strict=True):
        known = [sum(1 << one for one in placed) for placed in oracle_by_coach[coach].held]
        assert all(any(held & found == found for held in known) for found in sets)
    return answers


def test_answers_are_the_same_whatever_the_size(problem: MatchingProblem) -> None:
    told = []
    for size in (1, 2, 3):
        with closing(WorkerPool(size, problem, 0)) as worker_pool:
            oracles = PricingOracles(problem, 0)
            told.append(
                [asked(worker_pool, oracles, some_worths(problem, seed)) for seed in range(3)]
            )
            assert len(worker_pool.pids) == (size if size > 1 else 0)
    assert told[0] == told[1] == told[2]
    assert any(sets for answers in told[0] for sets in answers)


def test_processes_are_started_only_where_there_is_much_to_ask(problem: MatchingProblem) -> None:
    worker_pool = WorkerPool(2, problem, 0)
    assert not worker_pool.is_worthwhile(10)
    assert not worker_pool.is_worthwhile(100)
    assert worker_pool.is_worthwhile(100)
    assert worker_pool.pids == []


def test_no_process_outlives_its_crew(problem: MatchingProblem) -> None:
    worker_pool = WorkerPool(2, problem, 0)
    asked(worker_pool, PricingOracles(problem, 0), some_worths(problem, 1))
    pids = worker_pool.pids
    assert all(exists(pid) for pid in pids)
    worker_pool.close()
    assert not any(exists(pid) for pid in pids)


def test_where_a_process_is_lost_the_run_works_for_it(problem: MatchingProblem) -> None:
    worths = some_worths(problem, 2)
    with closing(WorkerPool(1, problem, 0)) as worker_pool:
        expected = asked(worker_pool, PricingOracles(problem, 0), worths)
    with closing(WorkerPool(2, problem, 0)) as worker_pool:
        oracles = PricingOracles(problem, 0)
        asked(worker_pool, oracles, worths[:2])
        os.kill(worker_pool.pids[0], signal.SIGKILL)
        assert [sets[-1:] for sets in asked(worker_pool, oracles, worths)] == [
            sets[-1:] for sets in expected
        ]
        assert worker_pool.pids == []


def slowly(_oracle: CoachOracle, seconds: float, _watch: Deadline) -> None:
    time.sleep(seconds)


def badly(_oracle: CoachOracle, what: str, _watch: Deadline) -> None:
    raise ValueError(what)


def test_cancelling_ends_the_processes_whatever_they_are_at(problem: MatchingProblem) -> None:
    oracles = PricingOracles(problem, 0)
    coach = some_worths(problem, 1)[0][0]
    looks = iter([False, False, True])
    cancelled = Deadline(time.monotonic, None, lambda: next(looks, True))
    worker_pool = WorkerPool(2, problem, 0)
    asked(worker_pool, oracles, some_worths(problem, 1)[:1])
    pids = worker_pool.pids
    with pytest.raises(CancelledError):
        worker_pool.run_oracle_tasks(
            [OracleTask(coach, slowly, 3600.0)], {coach: oracles.oracle(coach)}, cancelled
        )
    assert not any(exists(pid) for pid in pids)


def test_a_fault_in_a_process_is_one_of_the_run(problem: MatchingProblem) -> None:
    oracles = PricingOracles(problem, 0)
    coach = some_worths(problem, 1)[0][0]
    oracle_task = OracleTask(coach, badly, "no good")
    with (
        closing(WorkerPool(2, problem, 0)) as worker_pool,
        pytest.raises(SolverError, match=r"ValueError.*no good"),
    ):
        worker_pool.run_oracle_tasks([oracle_task], {coach: oracles.oracle(coach)}, NEVER)


def test_a_process_ends_when_whoever_asked_has_gone() -> None:
    member = subprocess.Popen(
        [sys.executable, "-m", "matching.search.worker_process", str(os.getpid())],
        stdin=subprocess.PIPE,
    )
    assert member.stdin is not None
    member.stdin.close()
    assert member.wait(60) == EXIT_ORPHANED


def test_a_process_ends_with_its_parent_though_its_input_stays_open() -> None:
    nobody = 0  # no process has it as its parent, so that the parent is seen to have gone
    with subprocess.Popen(
        [sys.executable, "-m", "matching.search.worker_process", str(nobody)],
        stdin=subprocess.PIPE,
    ) as member:
        assert member.wait(60) == EXIT_ORPHANED


def test_pairs_are_judged_the_same_by_any_number_of_threads() -> None:
    roster, cycle = instance(REGION, 1)
    free = build_availability_grid(roster, cycle)
    evaluator = RuleEvaluator(RuleInputs(roster, cycle, free))
    for workers in (2, 3):
        one, other = evaluator.table(), evaluator.table(parallel_map=thread_map(workers))
        assert (one.points == other.points).all()
        first = build_problem(roster, cycle, free, one)
        second = build_problem(roster, cycle, free, other, parallel_map=thread_map(workers))
        assert (first.coachee == second.coachee).all()
        assert (first.coach == second.coach).all()
    assert list(thread_map(3)(lambda number: number * number, range(20))) == [
        n * n for n in range(20)
    ]


def squared(number: int, _watch: Deadline) -> int:
    return number * number


def test_errands_come_back_in_their_order_by_any_number_of_processes(
    problem: MatchingProblem,
) -> None:
    expected = [number * number for number in range(101)]
    for size in (1, 3):
        with closing(WorkerPool(size, problem, 0)) as worker_pool:
            assert list(worker_pool.run(squared, range(101), NEVER)) == expected
            assert len(worker_pool.pids) == (size if size > 1 else 0)
    with closing(WorkerPool(2, problem, 0)) as worker_pool:
        assert list(worker_pool.run(squared, range(3), NEVER)) == [0, 1, 4]
        assert worker_pool.pids == []


def test_errands_of_a_lost_process_are_done_by_the_run(problem: MatchingProblem) -> None:
    with closing(WorkerPool(2, problem, 0)) as worker_pool:
        answers = worker_pool.run(squared, range(60), NEVER)
        first = next(answers)
        os.kill(worker_pool.pids[1], signal.SIGKILL)
        assert [first, *answers] == [number * number for number in range(60)]
        assert worker_pool.pids == []
