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
from matching.deadline import SolverFaultError, Watch
from matching.errors import CancelledError
from matching.instance.availability_grid import free_time
from matching.instance.problem import Problem, build_problem
from matching.parent_watchdog import ORPHANED
from matching.rules import Facts
from matching.rules.evaluation import Judges, judge_pairs
from matching.search.branch_and_price import Desk, best_sets
from matching.search.worker_pool import Crew, Question
from matching.thread_pool import threads
from tests.bench.instances import REGION, TIGHT, instance

NEVER = Watch(time.monotonic, None, lambda: False)
Asked = list[tuple[int, dict[int, float]]]


@pytest.fixture(scope="module")
def problem() -> Problem:
    roster, cycle = instance(TIGHT, 1)
    free = free_time(roster, cycle)
    return build_problem(roster, cycle, free, judge_pairs(roster, cycle, free))


def some_worths(problem: Problem, seed: int) -> Asked:
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


def asked(crew: Crew, desk: Desk, worths: Asked) -> list[Any]:
    oracles = {coach: desk.oracle(coach) for coach, _ in worths}
    questions = [Question(coach, best_sets, (worth, 0.0)) for coach, worth in worths]
    answers = crew.ask(questions, oracles, NEVER)
    for (coach, _), sets in zip(worths, answers, strict=True):
        known = [sum(1 << one for one in placed) for placed in oracles[coach].held]
        assert all(any(held & found == found for held in known) for found in sets)
    return answers


def test_answers_are_the_same_whatever_the_size(problem: Problem) -> None:
    told = []
    for size in (1, 2, 3):
        with closing(Crew(size, problem, 0)) as crew:
            desk = Desk(problem, 0)
            told.append([asked(crew, desk, some_worths(problem, seed)) for seed in range(3)])
            assert len(crew.pids) == (size if size > 1 else 0)
    assert told[0] == told[1] == told[2]
    assert any(sets for answers in told[0] for sets in answers)


def test_processes_are_started_only_where_there_is_much_to_ask(problem: Problem) -> None:
    crew = Crew(2, problem, 0)
    assert not crew.wanted(10)
    assert not crew.wanted(100)
    assert crew.wanted(100)
    assert crew.pids == []


def test_no_process_outlives_its_crew(problem: Problem) -> None:
    crew = Crew(2, problem, 0)
    asked(crew, Desk(problem, 0), some_worths(problem, 1))
    pids = crew.pids
    assert all(exists(pid) for pid in pids)
    crew.close()
    assert not any(exists(pid) for pid in pids)


def test_where_a_process_is_lost_the_run_works_for_it(problem: Problem) -> None:
    worths = some_worths(problem, 2)
    with closing(Crew(1, problem, 0)) as crew:
        expected = asked(crew, Desk(problem, 0), worths)
    with closing(Crew(2, problem, 0)) as crew:
        desk = Desk(problem, 0)
        asked(crew, desk, worths[:2])
        os.kill(crew.pids[0], signal.SIGKILL)
        assert [sets[-1:] for sets in asked(crew, desk, worths)] == [sets[-1:] for sets in expected]
        assert crew.pids == []


def slowly(_oracle: CoachOracle, seconds: float, _watch: Watch) -> None:
    time.sleep(seconds)


def badly(_oracle: CoachOracle, what: str, _watch: Watch) -> None:
    raise ValueError(what)


def test_cancelling_ends_the_processes_whatever_they_are_at(problem: Problem) -> None:
    desk = Desk(problem, 0)
    coach = some_worths(problem, 1)[0][0]
    looks = iter([False, False, True])
    cancelled = Watch(time.monotonic, None, lambda: next(looks, True))
    crew = Crew(2, problem, 0)
    asked(crew, desk, some_worths(problem, 1)[:1])
    pids = crew.pids
    with pytest.raises(CancelledError):
        crew.ask([Question(coach, slowly, 3600.0)], {coach: desk.oracle(coach)}, cancelled)
    assert not any(exists(pid) for pid in pids)


def test_a_fault_in_a_process_is_one_of_the_run(problem: Problem) -> None:
    desk = Desk(problem, 0)
    coach = some_worths(problem, 1)[0][0]
    question = Question(coach, badly, "no good")
    with (
        closing(Crew(2, problem, 0)) as crew,
        pytest.raises(SolverFaultError, match=r"ValueError.*no good"),
    ):
        crew.ask([question], {coach: desk.oracle(coach)}, NEVER)


def test_a_process_ends_when_whoever_asked_has_gone() -> None:
    member = subprocess.Popen(
        [sys.executable, "-m", "matching.search.worker_process", str(os.getpid())],
        stdin=subprocess.PIPE,
    )
    assert member.stdin is not None
    member.stdin.close()
    assert member.wait(60) == ORPHANED


def test_a_process_ends_with_its_parent_though_its_input_stays_open() -> None:
    nobody = 0  # no process has it as its parent, so that the parent is seen to have gone
    with subprocess.Popen(
        [sys.executable, "-m", "matching.search.worker_process", str(nobody)],
        stdin=subprocess.PIPE,
    ) as member:
        assert member.wait(60) == ORPHANED


def test_pairs_are_judged_the_same_by_any_number_of_threads() -> None:
    roster, cycle = instance(REGION, 1)
    free = free_time(roster, cycle)
    judges = Judges(Facts(roster, cycle, free))
    for workers in (2, 3):
        one, other = judges.table(), judges.table(spread=threads(workers))
        assert (one.points == other.points).all()
        first = build_problem(roster, cycle, free, one)
        second = build_problem(roster, cycle, free, other, spread=threads(workers))
        assert (first.coachee == second.coachee).all()
        assert (first.coach == second.coach).all()
    assert list(threads(3)(lambda number: number * number, range(20))) == [n * n for n in range(20)]


def squared(number: int, _watch: Watch) -> int:
    return number * number


def test_errands_come_back_in_their_order_by_any_number_of_processes(problem: Problem) -> None:
    expected = [number * number for number in range(101)]
    for size in (1, 3):
        with closing(Crew(size, problem, 0)) as crew:
            assert list(crew.run(squared, range(101), NEVER)) == expected
            assert len(crew.pids) == (size if size > 1 else 0)
    with closing(Crew(2, problem, 0)) as crew:
        assert list(crew.run(squared, range(3), NEVER)) == [0, 1, 4]
        assert crew.pids == []


def test_errands_of_a_lost_process_are_done_by_the_run(problem: Problem) -> None:
    with closing(Crew(2, problem, 0)) as crew:
        answers = crew.run(squared, range(60), NEVER)
        first = next(answers)
        os.kill(crew.pids[1], signal.SIGKILL)
        assert [first, *answers] == [number * number for number in range(60)]
        assert crew.pids == []
