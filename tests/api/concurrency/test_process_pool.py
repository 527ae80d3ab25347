"""Worker processes of the engine: the same results as without them, and none left behind."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from api.concurrency.process_pool import ChildProcessPool
from matching.coach_timetable.feasibility_and_pricing import CoachOracle
from matching.deadline import Deadline, SolverError
from matching.errors import CancelledError
from matching.instance.problem import MatchingProblem
from matching.search.column_generation import PricingOracles
from matching.search.worker_pool import OracleTask, WorkerPool
from tests.matching.search.tasks import NEVER, priced, some_worths, squared, tight_problem


@pytest.fixture(scope="module")
def problem() -> MatchingProblem:
    return tight_problem()


@pytest.fixture
def pool() -> Iterator[ChildProcessPool]:
    pool = ChildProcessPool(2)
    yield pool
    pool.stop()


def exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def slowly(_oracle: CoachOracle, seconds: float, _deadline: Deadline) -> None:
    time.sleep(seconds)


def badly(_oracle: CoachOracle, what: str, _deadline: Deadline) -> None:
    raise ValueError(what)


def test_results_are_equal_with_and_without_processes(
    problem: MatchingProblem, pool: ChildProcessPool
) -> None:
    results = []
    for used in (None, pool):
        with closing(WorkerPool(problem, 0, used)) as worker_pool:
            oracles = PricingOracles(problem, 0)
            results.append(
                [priced(worker_pool, oracles, some_worths(problem, seed)) for seed in range(3)]
            )
            assert len(pool.pids) == (0 if used is None else 2)
    assert results[0] == results[1]
    assert any(sets for answers in results[0] for sets in answers)


def test_tasks_come_back_in_their_order(problem: MatchingProblem, pool: ChildProcessPool) -> None:
    with closing(WorkerPool(problem, 0, pool)) as worker_pool:
        expected = [number * number for number in range(101)]
        assert list(worker_pool.run(squared, range(101), NEVER)) == expected
        assert len(pool.pids) == 2


def test_no_process_outlives_the_pool(problem: MatchingProblem, pool: ChildProcessPool) -> None:
    worker_pool = WorkerPool(problem, 0, pool)
    priced(worker_pool, PricingOracles(problem, 0), some_worths(problem, 1))
    pids = pool.pids
    assert all(exists(pid) for pid in pids)
    worker_pool.close()
    assert not any(exists(pid) for pid in pids)


def test_where_a_process_is_killed_the_caller_works_for_it(
    problem: MatchingProblem, pool: ChildProcessPool
) -> None:
    worths = some_worths(problem, 2)
    with closing(WorkerPool(problem, 0)) as worker_pool:
        expected = priced(worker_pool, PricingOracles(problem, 0), worths)
    with closing(WorkerPool(problem, 0, pool)) as worker_pool:
        oracles = PricingOracles(problem, 0)
        priced(worker_pool, oracles, worths[:2])
        os.kill(pool.pids[0], signal.SIGKILL)
        assert [sets[-1:] for sets in priced(worker_pool, oracles, worths)] == [
            sets[-1:] for sets in expected
        ]
        assert pool.pids == []


def test_tasks_of_a_killed_process_are_done_by_the_caller(
    problem: MatchingProblem, pool: ChildProcessPool
) -> None:
    with closing(WorkerPool(problem, 0, pool)) as worker_pool:
        results = worker_pool.run(squared, range(60), NEVER)
        first = next(results)
        os.kill(pool.pids[1], signal.SIGKILL)
        assert [first, *results] == [number * number for number in range(60)]
        assert pool.pids == []


def test_cancelling_ends_the_processes_whatever_they_are_doing(
    problem: MatchingProblem, pool: ChildProcessPool
) -> None:
    oracles = PricingOracles(problem, 0)
    coach = some_worths(problem, 1)[0][0]
    looks = iter([False, False, True])
    cancelled = Deadline(time.monotonic, None, lambda: next(looks, True))
    worker_pool = WorkerPool(problem, 0, pool)
    priced(worker_pool, oracles, some_worths(problem, 1)[:1])
    pids = pool.pids
    assert pids
    with pytest.raises(CancelledError):
        worker_pool.run_oracle_tasks(
            [OracleTask(coach, slowly, 3600.0)], {coach: oracles.oracle(coach)}, cancelled
        )
    assert not any(exists(pid) for pid in pids)


def test_an_exception_in_a_process_is_raised_in_the_run(
    problem: MatchingProblem, pool: ChildProcessPool
) -> None:
    oracles = PricingOracles(problem, 0)
    coach = some_worths(problem, 1)[0][0]
    oracle_task = OracleTask(coach, badly, "no good")
    with (
        closing(WorkerPool(problem, 0, pool)) as worker_pool,
        pytest.raises(SolverError, match=r"ValueError.*no good"),
    ):
        worker_pool.run_oracle_tasks([oracle_task], {coach: oracles.oracle(coach)}, NEVER)
