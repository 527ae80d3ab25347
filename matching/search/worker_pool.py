"""Subproblems of single coaches, solved by the workers of a pool or by the calling thread.

An *oracle task* is a call of a function on the oracle of a coach. Each coach belongs to one worker,
which keeps an oracle of that coach. With the first task of a coach the worker is sent what the
run's own oracle has learned so far; with each result it sends back what its oracle has learned
since. The result of an oracle task depends only on the earlier tasks of that coach,
so that runs with any number of workers return equal results.

A *task* is a function of its argument alone, and goes to any worker.

The pool is started when there have been enough tasks for its start to pay off, and stopped at the
end of the search. If a worker is lost, the calling thread solves what is left.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from matching.coach_timetable.calendar import CoachCalendar
from matching.coach_timetable.feasibility_and_pricing import CoachOracle
from matching.coach_timetable.model import Placed
from matching.concurrency import ProcessPool, WorkerLostError
from matching.deadline import Deadline
from matching.instance.problem import MatchingProblem

_MIN_TASKS_TO_START = 150  # oracle tasks; a search that has had so many will have many more
_TASK_WEIGHT = 5  # a task counts as so many oracle tasks
_TASKS_IN_FLIGHT = 2  # tasks that are submitted to each worker at a time


@dataclass(frozen=True)
class OracleTask:
    """A call of the module-level `function(oracle, argument, deadline)` for one coach."""

    coach: int
    function: Callable[[CoachOracle, Any, Deadline], Any]
    argument: Any


@dataclass(frozen=True)
class Task:
    """A call of the module-level `function(argument, deadline)`."""

    function: Callable[[Any, Deadline], Any]
    argument: Any


@dataclass(frozen=True)
class OracleSnapshot:
    """What the run's oracle of a coach knows: its candidates, timetables and infeasible sets."""

    coachees: tuple[int, ...]
    held: list[Placed]
    infeasible_sets: list[int]


@dataclass(frozen=True)
class TaskResult:
    """The value of an oracle task, and what the oracle has learned: timetables, infeasible sets."""

    value: Any
    held: list[Placed]
    infeasible_sets: list[int]


class OracleWorker:
    """The state of a worker: oracles of some coaches, and how much of them has been sent back."""

    def __init__(self, problem: MatchingProblem, seed: int) -> None:
        """Reads of `problem` only what concerns coaches and hours."""
        self._problem = problem
        self._seed = seed
        self._oracles: dict[int, CoachOracle] = {}
        self._reported: dict[int, tuple[int, frozenset[int]]] = {}

    def run(
        self, oracle_task: OracleTask, snapshot: OracleSnapshot | None, deadline: Deadline
    ) -> TaskResult:
        """Run one oracle task; `snapshot` comes with the first of a coach."""
        coach = oracle_task.coach
        if snapshot is not None:
            calendar = CoachCalendar(self._problem, coach, snapshot.coachees)
            self._oracles[coach] = oracle = CoachOracle(calendar, self._seed)
            oracle.merge_knowledge(snapshot.held, snapshot.infeasible_sets)
            self._reported[coach] = len(oracle.held), frozenset(oracle.infeasible_sets)
        oracle = self._oracles[coach]
        value = oracle_task.function(oracle, oracle_task.argument, deadline)
        held, infeasible_sets = self._reported[coach]
        self._reported[coach] = len(oracle.held), frozenset(oracle.infeasible_sets)
        return TaskResult(
            value,
            oracle.held[held:],
            [core for core in oracle.infeasible_sets if core not in infeasible_sets],
        )


class WorkerPool:
    """Runs the tasks of one search, on a process pool if there is one."""

    def __init__(
        self, problem: MatchingProblem, seed: int, process_pool: ProcessPool | None = None
    ) -> None:
        self._process_pool = process_pool
        # Sessions still owed in a cycle under way are kept by pair; otherwise no pair is needed.
        pairs = np.full(problem.size, problem.demand is not None)
        self._problem_of_workers = problem.subset(pairs)
        self._seed = seed
        self._submitted = 0
        self._known_coaches: set[int] = set()
        self._own = OracleWorker(self._problem_of_workers, seed)

    def is_worthwhile(self, oracle_tasks: int) -> bool:
        """Whether, with these `oracle_tasks`, there have been enough to use the pool."""
        self._submitted += oracle_tasks
        return self._submitted >= _MIN_TASKS_TO_START

    def run_oracle_tasks(
        self,
        oracle_tasks: Sequence[OracleTask],
        oracles: Mapping[int, CoachOracle],
        deadline: Deadline,
    ) -> list[Any]:
        """Return the values of the tasks; what is learned is merged into the run's `oracles`.

        Raises:
            CancelledError, DeadlineExceededError: as `Deadline.check`; all results are lost.
            SolverError: a task failed in a worker.
        """
        pool = self._started_pool()
        requests = [
            (oracle_task, self._snapshot(oracle_task, oracles)) for oracle_task in oracle_tasks
        ]
        try:
            if pool is None:
                results = [self._own.run(*request, deadline) for request in requests]
            else:
                results = _run_requests(pool, requests, deadline)
        except WorkerLostError:
            self._give_up_pool()
            return self.run_oracle_tasks(oracle_tasks, oracles, deadline)
        except BaseException:
            self.close()  # nobody waits for the other results
            raise
        for oracle_task, result in zip(oracle_tasks, results, strict=True):
            oracles[oracle_task.coach].merge_knowledge(result.held, result.infeasible_sets)
        return [result.value for result in results]

    def run(
        self, function: Callable[[Any, Deadline], Any], arguments: Sequence[Any], deadline: Deadline
    ) -> Iterator[Any]:
        """Yield `function(argument, deadline)` for all `arguments`, in their order.

        Raises:
            CancelledError, DeadlineExceededError: as `Deadline.check`; unfinished tasks are lost.
            SolverError: a task failed in a worker.
        """
        done = 0
        if self.is_worthwhile(_TASK_WEIGHT * len(arguments)):
            pool = self._started_pool()
            tasks = [Task(function, argument) for argument in arguments]
            try:
                for result in () if pool is None else _run_tasks(pool, tasks, deadline):
                    yield result
                    done += 1
            except WorkerLostError:
                self._give_up_pool()
            except BaseException:
                self.close()  # nobody waits for the other results
                raise
        for argument in arguments[done:]:
            yield function(argument, deadline)

    def close(self) -> None:
        """Stop the pool. It is started again if there are further tasks."""
        if self._process_pool is not None:
            self._process_pool.stop()
        self._known_coaches.clear()

    def _give_up_pool(self) -> None:
        self.close()
        self._process_pool = None

    def _started_pool(self) -> ProcessPool | None:
        pool = self._process_pool
        if pool is not None and not pool.is_running:
            pool.start(_create_worker, (self._problem_of_workers, self._seed))
        return pool

    def _snapshot(
        self, oracle_task: OracleTask, oracles: Mapping[int, CoachOracle]
    ) -> OracleSnapshot | None:
        """What the worker has to be sent with a task: nothing after the first of its coach."""
        if oracle_task.coach in self._known_coaches:
            return None
        self._known_coaches.add(oracle_task.coach)
        oracle = oracles[oracle_task.coach]
        return OracleSnapshot(oracle.calendar.coachees, oracle.held, oracle.infeasible_sets)


_OracleRequest = tuple[OracleTask, OracleSnapshot | None]


def _run_requests(
    pool: ProcessPool, requests: Sequence[_OracleRequest], deadline: Deadline
) -> list[TaskResult]:
    """Run each request on the worker of its coach."""
    workers = [oracle_task.coach % pool.size for oracle_task, _ in requests]
    for worker, request in zip(workers, requests, strict=True):
        pool.submit(worker, _run_oracle_task, request)
    return [pool.result(worker, deadline.check) for worker in workers]


def _run_tasks(pool: ProcessPool, tasks: Sequence[Task], deadline: Deadline) -> Iterator[Any]:
    """Run tasks on all workers in turn; yields the results in the order of the tasks."""
    pending: deque[int] = deque()
    for number, task in enumerate(tasks):
        worker = number % pool.size
        pool.submit(worker, _run_task, task)
        pending.append(worker)
        if len(pending) == _TASKS_IN_FLIGHT * pool.size:
            yield pool.result(pending.popleft(), deadline.check)
    while pending:
        yield pool.result(pending.popleft(), deadline.check)


# What workers are sent. They have no deadline of their own: the pool is stopped instead.


def _create_worker(argument: tuple[MatchingProblem, int]) -> OracleWorker:
    return OracleWorker(*argument)


def _run_oracle_task(worker: OracleWorker, request: _OracleRequest) -> TaskResult:
    return worker.run(*request, Deadline.unlimited())


def _run_task(_worker: OracleWorker, task: Task) -> object:
    return task.function(task.argument, Deadline.unlimited())
