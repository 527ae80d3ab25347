"""When the chosen pairs meet: each coach's timetable made as good as it can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

from coach.cycle import ObjectiveLevel
from matching.coach_timetable.best_timetable import alone, best_timetable, series_one_by_one
from matching.coach_timetable.calendar import Series
from matching.coach_timetable.model import times as held_times
from matching.coach_timetable.quality import WHOLE, Moment, Quality
from matching.coach_timetable.subproblem import (
    CoachAnswer,
    CoachTask,
    Wish,
    coach_task,
    times,
    worth_of_staying,
)
from matching.deadline import OutOfTimeError, Watch
from matching.instance.problem import Pair
from matching.result import LevelOutcome
from matching.search.branch_and_price import Choice, Desk
from matching.search.search_state import Report

_EFFORTS = (1.0, 8.0)  # CP-SAT's deterministic time for one coach; nobody gets the second before
# everybody has had the first
_MOST = 250_000  # berths of all tasks that are searched, so that no clock has to end it


@dataclass(frozen=True, eq=False)
class Earlier:
    """What pairs had before.

    Attributes:
        starts: starts (epoch minutes) that should stay, by pair and number.
        past: the sessions that lie behind, by pair.
    """

    starts: Mapping[Pair, Mapping[int, int]] = field(default_factory=dict)
    past: Mapping[Pair, Sequence[Moment]] = field(default_factory=dict)


class Timing:
    """The timetables of all coaches who have anybody."""

    def __init__(
        self,
        desk: Desk,
        choice: Choice,
        quality: Quality,
        earlier: Earlier,
        watch: Watch,
    ) -> None:
        self._desk = desk
        self._choice = choice
        self._watch = watch
        self._coaches: dict[int, _Coach] = {}
        for coach, pairs in desk.loads(choice).items():
            watch.check_cancelled()
            self._coaches[coach] = _Coach(desk, pairs, quality, earlier, watch)

    def improve(self, report: Report) -> LevelOutcome:
        """Better every coach's series while time lasts, first a little for all of them."""
        self._tell(report)
        with suppress(OutOfTimeError):  # the series that are there stay, with the bound so far
            for coach in self._coaches.values():
                self._watch.check()
                coach.answer = series_one_by_one(coach.task, self._watch)
            self._tell(report)
            searched = self._searched()
            for effort in _EFFORTS:
                coaches = [one for one in searched if not one.proven]
                tasks = [(one.task, one.answer, effort, self._desk.seed) for one in coaches]
                answers = self._desk.crew.run(_bettered, tasks, self._watch)
                for coach, answer in zip(coaches, answers, strict=True):
                    coach.answer = answer
                    self._tell(report)
        value, bound = self._tell(report)
        return LevelOutcome(
            name=ObjectiveLevel.SCHEDULE, value=value, bound=bound, proven=value == bound
        )

    def series(self) -> tuple[Series, ...]:
        """The starts of every chosen pair."""
        starts = {
            pair: series
            for coach in self._coaches.values()
            for pair, series in zip(coach.pairs, coach.starts, strict=True)
        }
        return tuple(starts[pair] for pair in self._choice.tolist())

    def _searched(self) -> list[_Coach]:
        """Coaches whose best timetable will be looked for, the smallest task first."""
        waiting = sorted(
            (one for one in self._coaches.values() if not one.proven),
            key=lambda one: (one.task.size, one.row),
        )
        so_far = accumulate(one.task.size for one in waiting)
        return [one for one, size in zip(waiting, so_far, strict=True) if size <= _MOST]

    def _tell(self, report: Report) -> tuple[int, int]:
        value = sum(one.points for one in self._coaches.values())
        bound = sum(one.bound for one in self._coaches.values())
        report(ObjectiveLevel.SCHEDULE, value, bound)
        return value, bound


def _bettered(argument: tuple[CoachTask, CoachAnswer, float, int], watch: Watch) -> CoachAnswer:
    """As `best_timetable`, an errand for a crew."""
    task, answer, effort, seed = argument
    return best_timetable(task, answer, watch, effort=effort, seed=seed)


class _Coach:
    """One coach's task, and the best answer so far."""

    def __init__(
        self,
        desk: Desk,
        pairs: list[int],
        quality: Quality,
        earlier: Earlier,
        watch: Watch,
    ) -> None:
        self.row = row = int(desk.problem.coach[pairs[0]])
        oracle = desk.oracle(row)
        self.pairs = pairs
        self._quality = quality
        self._calendar = oracle.calendar
        self._placed = oracle.positions(desk.local(row, pairs), watch)
        self._worth = worth_of_staying(len(pairs))
        self._coachees = desk.problem.coachee[pairs].tolist()
        self._wishes = {
            local: Wish(earlier.starts[coachee, row], self._worth)
            for local, coachee in zip(self._placed, self._coachees, strict=True)
            if (coachee, row) in earlier.starts
        }
        self._past = [earlier.past.get((coachee, row), ()) for coachee in self._coachees]
        self._answer: CoachAnswer | None = None
        self._read()

    @cached_property
    def task(self) -> CoachTask:
        """What the coach has to hold; made only when there is time to better it."""
        return coach_task(self._calendar, self._quality, self._placed, self._wishes)

    @property
    def answer(self) -> CoachAnswer | None:
        """The best so far; `None` before anything was bettered."""
        return self._answer

    @answer.setter
    def answer(self, answer: CoachAnswer) -> None:
        if answer != self._answer:
            self._answer = answer
            self._read()

    @property
    def proven(self) -> bool:
        """Whether the best timetable is known."""
        return self._answer is not None and self._answer.proven

    def _read(self) -> None:
        """Starts, points, and what no timetable exceeds."""
        answer = self._answer
        self.starts = (
            times(self.task, answer.timetable)
            if answer
            else list(held_times(self._calendar, self._placed).values())
        )
        day = self._calendar.day_of
        self.points = sum(
            self._quality.of(coachee, self.row, [*past, *((day[one], one) for one in series)])
            for coachee, past, series in zip(self._coachees, self._past, self.starts, strict=True)
        )
        self.bound = WHOLE * len(self.pairs) - self._settled
        if answer is not None:
            self.bound -= max(self._alone, answer.bound + self._worth * self._staying())

    def _staying(self) -> int:
        """Sessions at the times they had."""
        return sum(
            wish.starts.get(number) == start
            for series, local in zip(self.starts, self._placed, strict=True)
            if (wish := self._wishes.get(local)) is not None
            for number, start in enumerate(series, start=self._calendar.passed[local] + 1)
        )

    @cached_property
    def _settled(self) -> int:
        """What the sessions that lie behind cost by now; the last of all only if none follows."""
        return sum(
            self._quality.faults(coachee, self.row, past, goes_on=bool(series))
            for coachee, past, series in zip(self._coachees, self._past, self.starts, strict=True)
        )

    @cached_property
    def _alone(self) -> int:
        """What the faults of all series come to where nothing has to stay and each is alone."""
        if not self._wishes:
            return 0
        free = coach_task(self._calendar, self._quality, self._placed, {})
        return sum(alone(free))
