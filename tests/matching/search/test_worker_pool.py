"""Tasks on a pool of workers: equal results whatever their number, and whatever happens to them."""

from __future__ import annotations

import time
from contextlib import closing

import pytest

from matching.deadline import Deadline
from matching.errors import CancelledError
from matching.instance.problem import MatchingProblem
from matching.search.column_generation import PricingOracles
from matching.search.worker_pool import WorkerPool
from tests.matching.in_process_pool import InProcessPool
from tests.matching.search.tasks import NEVER, priced, some_worths, squared, tight_problem


@pytest.fixture(scope="module")
def problem() -> MatchingProblem:
    return tight_problem()


def test_results_are_equal_whatever_the_number_of_workers(problem: MatchingProblem) -> None:
    results = []
    for pool in (None, InProcessPool(1), InProcessPool(2), InProcessPool(3)):
        with closing(WorkerPool(problem, 0, pool)) as worker_pool:
            oracles = PricingOracles(problem, 0)
            results.append(
                [priced(worker_pool, oracles, some_worths(problem, seed)) for seed in range(3)]
            )
        assert pool is None or pool.starts == 1
    assert all(one == results[0] for one in results)
    assert any(sets for answers in results[0] for sets in answers)


def test_the_pool_is_used_only_once_there_have_been_many_tasks(problem: MatchingProblem) -> None:
    pool = InProcessPool(2)
    with closing(WorkerPool(problem, 0, pool)) as worker_pool:
        assert not worker_pool.is_worthwhile(10)
        assert list(worker_pool.run(squared, range(3), NEVER)) == [0, 1, 4]
        assert pool.starts == 0
        assert not worker_pool.is_worthwhile(100)
        assert worker_pool.is_worthwhile(100)


def test_tasks_come_back_in_their_order(problem: MatchingProblem) -> None:
    expected = [number * number for number in range(101)]
    for pool in (None, InProcessPool(1), InProcessPool(3)):
        with closing(WorkerPool(problem, 0, pool)) as worker_pool:
            assert list(worker_pool.run(squared, range(101), NEVER)) == expected
        assert pool is None or pool.starts == 1


def test_closing_stops_the_pool(problem: MatchingProblem) -> None:
    pool = InProcessPool(2)
    with closing(WorkerPool(problem, 0, pool)) as worker_pool:
        priced(worker_pool, PricingOracles(problem, 0), some_worths(problem, 1))
        assert pool.is_running
    assert not pool.is_running


def test_a_closed_pool_is_started_again_and_sent_what_is_known(problem: MatchingProblem) -> None:
    pool, worths = InProcessPool(2), some_worths(problem, 1)
    with closing(WorkerPool(problem, 0, pool)) as worker_pool:
        oracles = PricingOracles(problem, 0)
        priced(worker_pool, oracles, worths)
        worker_pool.close()
        priced(worker_pool, oracles, worths)
    assert pool.starts == 2


def test_cancelling_stops_the_pool(problem: MatchingProblem) -> None:
    pool, looks = InProcessPool(2), iter([False, False, True])
    cancelled = Deadline(time.monotonic, None, lambda: next(looks, True))
    worker_pool = WorkerPool(problem, 0, pool)
    with pytest.raises(CancelledError):
        list(worker_pool.run(squared, range(101), cancelled))
    assert not pool.is_running
    assert pool.starts == 1


def test_tasks_of_a_lost_worker_are_done_by_the_caller(problem: MatchingProblem) -> None:
    pool = InProcessPool(2)
    with closing(WorkerPool(problem, 0, pool)) as worker_pool:
        results = worker_pool.run(squared, range(60), NEVER)
        first = next(results)
        pool.lose(1)
        assert [first, *results] == [number * number for number in range(60)]
        assert not pool.is_running
        assert list(worker_pool.run(squared, range(60), NEVER)) == [n * n for n in range(60)]
    assert pool.starts == 1


def test_oracle_tasks_of_a_lost_worker_are_done_by_the_caller(problem: MatchingProblem) -> None:
    pool, worths = InProcessPool(2), some_worths(problem, 2)
    with closing(WorkerPool(problem, 0)) as worker_pool:
        expected = priced(worker_pool, PricingOracles(problem, 0), worths)
    with closing(WorkerPool(problem, 0, pool)) as worker_pool:
        oracles = PricingOracles(problem, 0)
        priced(worker_pool, oracles, worths[:2])
        pool.lose(0)
        assert [sets[-1:] for sets in priced(worker_pool, oracles, worths)] == [
            sets[-1:] for sets in expected
        ]
        assert not pool.is_running
