"""Questions about single coaches, answered by several processes at once; and other errands.

Each coach belongs to one member of the crew, who keeps an oracle of theirs and is told what the
run's own oracle knows when the coach is first asked about; what a member finds out comes back with
the answer. A member may be a process or work within the run: an answer depends on what that coach's
oracle was asked before and on nothing else, so that results are the same whatever the size.

An errand is a function of its argument alone, and goes to any member.

Processes are started when there has been enough to ask that starting them pays. They end with the
run: when it closes them, and when their pipe ends because the run's process has gone. Where one of
them is lost the run works for it.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

import numpy as np

from matching.coach_timetable.calendar import CoachCalendar
from matching.coach_timetable.feasibility_and_pricing import CoachOracle
from matching.coach_timetable.model import Placed
from matching.deadline import Deadline
from matching.instance.problem import MatchingProblem

_MIN_TASKS_TO_START = 150  # questions, after which there will be many more
_TASK_WEIGHT = 5  # an errand counts as so many questions
_TASKS_IN_FLIGHT = 2  # errands each process is given at once
_POLL_SECONDS = 0.05
_GRACE_SECONDS = 2.0
_COMMAND = (sys.executable, "-m", "matching.search.worker_process")


@dataclass(frozen=True)
class OracleTask:
    """A call of the module-level `function(oracle, argument, deadline)` for one coach."""

    coach: int
    function: Callable[[CoachOracle, Any, Deadline], Any]
    argument: Any


@dataclass(frozen=True)
class Task:
    """Something to work out: `work(argument, deadline)`, a function of a module."""

    work: Callable[[Any, Deadline], Any]
    argument: Any


@dataclass(frozen=True)
class OracleSnapshot:
    """What a member is told with the first question about a coach."""

    coachees: tuple[int, ...]
    held: list[Placed]
    infeasible_sets: list[int]


@dataclass(frozen=True)
class TaskResult:
    """The answer, and what was found out on the way: timetables and impossible sets."""

    value: Any
    held: list[Placed]
    infeasible_sets: list[int]


class OracleWorker:
    """Oracles of some coaches, and what of theirs has been told."""

    def __init__(self, problem: MatchingProblem, seed: int) -> None:
        """Of `problem` only what concerns coaches and hours is looked at."""
        self._problem = problem
        self._seed = seed
        self._oracles: dict[int, CoachOracle] = {}
        self._reported: dict[int, tuple[int, frozenset[int]]] = {}

    def answer(
        self, oracle_task: OracleTask, snapshot: OracleSnapshot | None, deadline: Deadline
    ) -> TaskResult:
        """Answer one question; `snapshot` comes with the first about a coach."""
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
    """Those who answer for one run, `size` of them."""

    def __init__(self, size: int, problem: MatchingProblem, seed: int) -> None:
        self._size = size
        # What pairs still have to place in a cycle under way is told by pair; else none is needed.
        pairs = np.full(problem.size, problem.demand is not None)
        self._problem_of_workers = problem.subset(pairs)
        self._seed = seed
        self._submitted = 0
        self._known_coaches: set[int] = set()
        self._own = OracleWorker(self._problem_of_workers, seed)
        self._processes: list[_Process] = []

    def is_worthwhile(self, oracle_tasks: int) -> bool:
        """Whether enough has been asked, with so many `oracle_tasks` now, to ask the crew."""
        self._submitted += oracle_tasks
        return self._submitted >= _MIN_TASKS_TO_START

    def run_oracle_tasks(
        self,
        oracle_tasks: Sequence[OracleTask],
        oracles: Mapping[int, CoachOracle],
        deadline: Deadline,
    ) -> list[Any]:
        """The answers; `oracles` of the run tell what is known, and learn.

        Raises:
            CancelledError, OutOfTimeError: as `Deadline.check`; what was asked is lost.
        """
        self._start()
        requests = [
            (oracle_task, self._snapshot(oracle_task, oracles)) for oracle_task in oracle_tasks
        ]
        try:
            if self._processes:
                answers = self._from_processes(requests, deadline)
            else:
                answers = [
                    self._own.answer(oracle_task, snapshot, deadline)
                    for oracle_task, snapshot in requests
                ]
        except _WorkerLostError:
            self.close()
            self._size = 1
            return self.run_oracle_tasks(oracle_tasks, oracles, deadline)
        except BaseException:
            self.close()  # nobody waits any more for what they are at
            raise
        for oracle_task, answer in zip(oracle_tasks, answers, strict=True):
            oracles[oracle_task.coach].merge_knowledge(answer.held, answer.infeasible_sets)
        return [answer.value for answer in answers]

    def run(
        self, work: Callable[[Any, Deadline], Any], arguments: Sequence[Any], deadline: Deadline
    ) -> Iterator[Any]:
        """What `work` makes of each of the `arguments`, in their order.

        Raises:
            CancelledError, OutOfTimeError: as `Deadline.check`; what was begun is lost.
        """
        done = 0
        if self.is_worthwhile(_TASK_WEIGHT * len(arguments)):
            self._start()
            try:
                for answer in self._run_on_processes(work, arguments, deadline):
                    yield answer
                    done += 1
            except _WorkerLostError:
                self.close()
                self._size = 1
            except BaseException:
                self.close()  # nobody waits any more for what they are at
                raise
        for argument in arguments[done:]:
            yield work(argument, deadline)

    def _run_on_processes(
        self, work: Callable[[Any, Deadline], Any], arguments: Sequence[Any], deadline: Deadline
    ) -> Iterator[Any]:
        """Errands in turn to every process; nothing where there is none."""
        pending: deque[_Process] = deque()
        for place, argument in enumerate(arguments if self._processes else ()):
            process = self._processes[place % self._size]
            process.put((Task(work, argument), None))
            pending.append(process)
            if len(pending) == _TASKS_IN_FLIGHT * self._size:
                yield pending.popleft().get(deadline)
        while pending:
            yield pending.popleft().get(deadline)

    def _start(self) -> None:
        if self._size > 1 and not self._processes:
            self._processes = [
                _Process(self._problem_of_workers, self._seed) for _ in range(self._size)
            ]

    @property
    def pids(self) -> list[int]:
        """The numbers of the processes that are there."""
        return [process.pid for process in self._processes]

    def close(self) -> None:
        """End all processes now."""
        for process in self._processes:
            process.end()
        self._processes = []
        self._known_coaches.clear()

    def _snapshot(
        self, oracle_task: OracleTask, oracles: Mapping[int, CoachOracle]
    ) -> OracleSnapshot | None:
        if oracle_task.coach in self._known_coaches:
            return None
        self._known_coaches.add(oracle_task.coach)
        oracle = oracles[oracle_task.coach]
        return OracleSnapshot(oracle.calendar.coachees, oracle.held, oracle.infeasible_sets)

    def _from_processes(
        self, requests: Sequence[tuple[OracleTask, OracleSnapshot | None]], deadline: Deadline
    ) -> list[TaskResult]:
        theirs = [self._processes[oracle_task.coach % self._size] for oracle_task, _ in requests]
        for process, one in zip(theirs, requests, strict=True):
            process.put(one)
        return [process.get(deadline) for process in theirs]


class _WorkerLostError(Exception):
    """A process has gone."""


class _Process:
    """A member in a process of its own; questions are answered in their order."""

    def __init__(self, problem: MatchingProblem, seed: int) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own module, no words of others
            (*_COMMAND, str(os.getpid())),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._outbox: SimpleQueue[Any] = SimpleQueue()
        self._inbox: SimpleQueue[Any] = SimpleQueue()
        self._threads = [Thread(target=work, daemon=True) for work in (self._write, self._read)]
        for thread in self._threads:
            thread.start()
        self.put((problem, seed))

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def put(self, message: object) -> None:
        """Send something, without waiting until it is read."""
        self._outbox.put(message)

    def get(self, deadline: Deadline) -> Any:  # noqa: ANN401 - whatever was asked for
        """The next answer.

        Raises:
            CancelledError, OutOfTimeError: as `Deadline.check`.
        """
        while True:
            deadline.check()
            try:
                answer = self._inbox.get(timeout=_POLL_SECONDS)
            except Empty:
                continue
            if isinstance(answer, BaseException):
                raise answer
            return answer

    def end(self) -> None:
        """End the process now, and wait until it has gone."""
        self._process.kill()
        self._process.wait()
        self._outbox.put(None)
        for thread in self._threads:
            thread.join(_GRACE_SECONDS)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was still to be sent is of no use to anybody
                    pipe.close()

    def _write(self) -> None:
        sink = self._process.stdin
        try:
            while sink and (message := self._outbox.get()) is not None:
                pickle.dump(message, sink, protocol=pickle.HIGHEST_PROTOCOL)
                sink.flush()
        except OSError:
            return  # the reader sees that the process has gone

    def _read(self) -> None:
        source = self._process.stdout
        try:
            while source:
                self._inbox.put(pickle.load(source))  # noqa: S301 - from our own process
        except (EOFError, OSError, pickle.UnpicklingError):
            self._inbox.put(_WorkerLostError())
