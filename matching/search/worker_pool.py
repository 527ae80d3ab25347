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
from matching.deadline import Watch
from matching.instance.problem import Problem

_WORTH_STARTING = 150  # questions, after which there will be many more
_ERRAND = 5  # an errand counts as so many questions
_AHEAD = 2  # errands each process is given at once
_POLL_SECONDS = 0.05
_GRACE_SECONDS = 2.0
_COMMAND = (sys.executable, "-m", "matching.search.worker_process")


@dataclass(frozen=True)
class Question:
    """What is asked about a coach: `ask(oracle, argument, watch)`, a function of a module."""

    coach: int
    ask: Callable[[CoachOracle, Any, Watch], Any]
    argument: Any


@dataclass(frozen=True)
class Errand:
    """Something to work out: `work(argument, watch)`, a function of a module."""

    work: Callable[[Any, Watch], Any]
    argument: Any


@dataclass(frozen=True)
class Brief:
    """What a member is told with the first question about a coach."""

    coachees: tuple[int, ...]
    held: list[Placed]
    impossible: list[int]


@dataclass(frozen=True)
class Answer:
    """The answer, and what was found out on the way: timetables and impossible sets."""

    value: Any
    held: list[Placed]
    impossible: list[int]


class Member:
    """Oracles of some coaches, and what of theirs has been told."""

    def __init__(self, problem: Problem, seed: int) -> None:
        """Of `problem` only what concerns coaches and hours is looked at."""
        self._problem = problem
        self._seed = seed
        self._oracles: dict[int, CoachOracle] = {}
        self._told: dict[int, tuple[int, frozenset[int]]] = {}

    def answer(self, question: Question, brief: Brief | None, watch: Watch) -> Answer:
        """Answer one question; `brief` comes with the first about a coach."""
        coach = question.coach
        if brief is not None:
            calendar = CoachCalendar(self._problem, coach, brief.coachees)
            self._oracles[coach] = oracle = CoachOracle(calendar, self._seed)
            oracle.hear(brief.held, brief.impossible)
            self._told[coach] = len(oracle.held), frozenset(oracle.impossible)
        oracle = self._oracles[coach]
        value = question.ask(oracle, question.argument, watch)
        held, impossible = self._told[coach]
        self._told[coach] = len(oracle.held), frozenset(oracle.impossible)
        return Answer(
            value,
            oracle.held[held:],
            [core for core in oracle.impossible if core not in impossible],
        )


class Crew:
    """Those who answer for one run, `size` of them."""

    def __init__(self, size: int, problem: Problem, seed: int) -> None:
        self._size = size
        # What pairs still have to place in a cycle under way is told by pair; else none is needed.
        pairs = np.full(problem.size, problem.demand is not None)
        self._hours = problem.only(pairs)
        self._seed = seed
        self._asked = 0
        self._briefed: set[int] = set()
        self._own = Member(self._hours, seed)
        self._processes: list[_Process] = []

    def wanted(self, questions: int) -> bool:
        """Whether enough has been asked, with so many `questions` now, to ask the crew."""
        self._asked += questions
        return self._asked >= _WORTH_STARTING

    def ask(
        self,
        questions: Sequence[Question],
        oracles: Mapping[int, CoachOracle],
        watch: Watch,
    ) -> list[Any]:
        """The answers; `oracles` of the run tell what is known, and learn.

        Raises:
            CancelledError, OutOfTimeError: as `Watch.check`; what was asked is lost.
        """
        self._start()
        asked = [(question, self._brief(question, oracles)) for question in questions]
        try:
            if self._processes:
                answers = self._from_processes(asked, watch)
            else:
                answers = [self._own.answer(question, brief, watch) for question, brief in asked]
        except _LostError:
            self.close()
            self._size = 1
            return self.ask(questions, oracles, watch)
        except BaseException:
            self.close()  # nobody waits any more for what they are at
            raise
        for question, answer in zip(questions, answers, strict=True):
            oracles[question.coach].hear(answer.held, answer.impossible)
        return [answer.value for answer in answers]

    def run(
        self, work: Callable[[Any, Watch], Any], arguments: Sequence[Any], watch: Watch
    ) -> Iterator[Any]:
        """What `work` makes of each of the `arguments`, in their order.

        Raises:
            CancelledError, OutOfTimeError: as `Watch.check`; what was begun is lost.
        """
        done = 0
        if self.wanted(_ERRAND * len(arguments)):
            self._start()
            try:
                for answer in self._errands(work, arguments, watch):
                    yield answer
                    done += 1
            except _LostError:
                self.close()
                self._size = 1
            except BaseException:
                self.close()  # nobody waits any more for what they are at
                raise
        for argument in arguments[done:]:
            yield work(argument, watch)

    def _errands(
        self, work: Callable[[Any, Watch], Any], arguments: Sequence[Any], watch: Watch
    ) -> Iterator[Any]:
        """Errands in turn to every process; nothing where there is none."""
        begun: deque[_Process] = deque()
        for place, argument in enumerate(arguments if self._processes else ()):
            process = self._processes[place % self._size]
            process.put((Errand(work, argument), None))
            begun.append(process)
            if len(begun) == _AHEAD * self._size:
                yield begun.popleft().get(watch)
        while begun:
            yield begun.popleft().get(watch)

    def _start(self) -> None:
        if self._size > 1 and not self._processes:
            self._processes = [_Process(self._hours, self._seed) for _ in range(self._size)]

    @property
    def pids(self) -> list[int]:
        """The numbers of the processes that are there."""
        return [process.pid for process in self._processes]

    def close(self) -> None:
        """End all processes now."""
        for process in self._processes:
            process.end()
        self._processes = []
        self._briefed.clear()

    def _brief(self, question: Question, oracles: Mapping[int, CoachOracle]) -> Brief | None:
        if question.coach in self._briefed:
            return None
        self._briefed.add(question.coach)
        oracle = oracles[question.coach]
        return Brief(oracle.calendar.coachees, oracle.held, oracle.impossible)

    def _from_processes(
        self, asked: Sequence[tuple[Question, Brief | None]], watch: Watch
    ) -> list[Answer]:
        theirs = [self._processes[question.coach % self._size] for question, _ in asked]
        for process, one in zip(theirs, asked, strict=True):
            process.put(one)
        return [process.get(watch) for process in theirs]


class _LostError(Exception):
    """A process has gone."""


class _Process:
    """A member in a process of its own; questions are answered in their order."""

    def __init__(self, hours: Problem, seed: int) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own module, no words of others
            (*_COMMAND, str(os.getpid())),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._questions: SimpleQueue[Any] = SimpleQueue()
        self._answers: SimpleQueue[Any] = SimpleQueue()
        self._threads = [Thread(target=work, daemon=True) for work in (self._write, self._read)]
        for thread in self._threads:
            thread.start()
        self.put((hours, seed))

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def put(self, what: object) -> None:
        """Send something, without waiting until it is read."""
        self._questions.put(what)

    def get(self, watch: Watch) -> Any:  # noqa: ANN401 - whatever was asked for
        """The next answer.

        Raises:
            CancelledError, OutOfTimeError: as `Watch.check`.
        """
        while True:
            watch.check()
            try:
                answer = self._answers.get(timeout=_POLL_SECONDS)
            except Empty:
                continue
            if isinstance(answer, BaseException):
                raise answer
            return answer

    def end(self) -> None:
        """End the process now, and wait until it has gone."""
        self._process.kill()
        self._process.wait()
        self._questions.put(None)
        for thread in self._threads:
            thread.join(_GRACE_SECONDS)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was still to be sent is of no use to anybody
                    pipe.close()

    def _write(self) -> None:
        sink = self._process.stdin
        try:
            while sink and (what := self._questions.get()) is not None:
                pickle.dump(what, sink, protocol=pickle.HIGHEST_PROTOCOL)
                sink.flush()
        except OSError:
            return  # the reader sees that the process has gone

    def _read(self) -> None:
        source = self._process.stdout
        try:
            while source:
                self._answers.put(pickle.load(source))  # noqa: S301 - from our own process
        except (EOFError, OSError, pickle.UnpicklingError):
            self._answers.put(_LostError())
