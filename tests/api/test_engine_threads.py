"""Engine threads: results do not depend on their number, and solvers can be stopped."""

from __future__ import annotations

import threading
import time

import pytest

from api.engine_threads import engine_threads, run_in_thread, thread_map
from matching.engine import SolveOptions, solve
from matching.errors import CancelledError
from matching.instance.availability_grid import build_availability_grid
from matching.instance.problem import build_problem
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator
from tests.bench.instances import REGION, instance


def test_points_of_pairs_do_not_depend_on_the_number_of_threads() -> None:
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


@pytest.mark.slow
def test_the_result_does_not_depend_on_the_number_of_workers() -> None:
    roster, cycle = instance(REGION, 1)
    first, *others = (
        solve(
            roster,
            cycle,
            options=SolveOptions(),
            input_sha256="",
            clock=lambda: 0.0,
            concurrency=engine_threads(workers),
        )
        for workers in (1, 2, 3)
    )
    assert first.matches
    assert others == [first, first]


def test_work_in_a_thread_returns_its_result_or_raises_its_exception() -> None:
    assert run_in_thread(lambda: 7, lambda: None, lambda: None) == 7
    with pytest.raises(ZeroDivisionError):
        run_in_thread(lambda: 1 // 0, lambda: None, lambda: None)


def test_work_in_a_thread_is_stopped_when_the_check_raises_an_exception() -> None:
    stopped, looks = threading.Event(), iter([None, None])

    def check() -> None:
        if next(looks, "cancelled"):
            raise CancelledError("cancelled")

    with pytest.raises(CancelledError):
        run_in_thread(lambda: stopped.wait(60), stopped.set, check)
    assert stopped.is_set()


def test_a_thread_that_does_not_stop_is_abandoned() -> None:
    ended, looks = threading.Event(), iter([None])

    def check() -> None:
        if next(looks, "cancelled"):
            raise CancelledError("cancelled")

    began = time.monotonic()
    with pytest.raises(CancelledError):
        run_in_thread(lambda: ended.wait(60), lambda: None, check)
    assert time.monotonic() - began < 30
    ended.set()


def test_no_work_starts_if_the_check_raises_an_exception() -> None:
    calls: list[int] = []

    def check() -> None:
        raise CancelledError("cancelled")

    with pytest.raises(CancelledError):
        run_in_thread(lambda: calls.append(1), lambda: None, check)
    assert calls == []
