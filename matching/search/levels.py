"""The objective, level by level: each is maximised with all before it held at their value.

A level that is a sum starts from the bare assignment: its flow bounds the level, its prices rule
pairs out, and diving from it often reaches the bound at once. What is left between value and bound
is closed by branch and price over the pairs that could still matter.

`worst` is decided by leaving out pairs: the least points of a placed pair are at least `w` exactly
where a plan without any pair below `w` keeps what was reached. `schedule` times the series of the
matches the other levels have fixed.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coach.cycle import ObjectiveLevel
from matching.deadline import OutOfTimeError
from matching.instance.problem import Problem
from matching.result import LevelOutcome
from matching.search.branch_and_price import Choice, Found
from matching.search.flow_and_repair import dive
from matching.search.lexicographic_weights import Aim, most
from matching.search.search_state import Course


@dataclass(frozen=True, eq=False)
class Reached:
    """The chosen pairs and what they reach at each level before `schedule`."""

    choice: Choice
    levels: tuple[LevelOutcome, ...]


def run_levels(course: Course, levels: Sequence[ObjectiveLevel], first: Choice) -> Reached:
    """Every level but `schedule`, from a `first` choice that breaks nothing.

    Where time runs out: what was reached, with honest bounds.
    """
    choice, outcomes = first, []
    for level in levels:
        if level is ObjectiveLevel.SCHEDULE:
            continue
        search = _Worst(course, choice) if level is ObjectiveLevel.WORST else None
        found = (search or _Sum(course, level, choice)).run()
        choice = choice if found.choice is None else found.choice
        course.certain &= found.proven
        outcomes.append(
            LevelOutcome(name=level, value=found.value, bound=found.bound, proven=found.proven)
        )
    return Reached(choice, tuple(outcomes))


class _Sum:
    """A level that sums something over the chosen pairs."""

    def __init__(self, course: Course, level: ObjectiveLevel, choice: Choice) -> None:
        self._course = course
        self._level = level
        self._weights = level_weights(course.problem, level)
        self._best = choice
        self._value = int(self._weights[choice].sum())
        self._bound = self._most = most(course.problem, self._weights)

    def run(self) -> Found:
        self._tell()
        with suppress(OutOfTimeError):  # what was reached so far stands, with the bound so far
            self._close()
        self._course.reached.append(Aim(self._weights, self._value))
        # Under earlier levels that are not proven, only the bare sum bounds every plan.
        bound = self._bound if self._course.certain else self._most
        return Found(self._best, self._value, max(self._value, bound))

    def _close(self) -> None:
        """Bring value and bound together."""
        course = self._course
        if self._done():
            return
        course.watch.check()
        allowed = course.allowed
        points = course.problem.points
        # Points break ties, unless they are what is asked for, or have been decided before.
        decided = [self._weights, *(aim.weights for aim in course.reached)]
        ties = [] if any(weights is points for weights in decided) else [Aim(points)]
        flowing = course.flow([Aim(self._weights), *ties], allowed)
        if flowing:
            flow, stack = flowing
            unit = 1 + most(course.problem, points) if ties else 1
            self._lower((flow.value - stack.required) // unit)
            if not self._done():
                dive(
                    course.desk,
                    flow,
                    self._accept,
                    stack.required + unit * self._value,
                    course.watch,
                )
            allowed = allowed.copy()
            allowed[flow.pairs] = flow.value - flow.loss >= stack.required + unit * (
                self._value + 1
            )
            allowed[self._best] = True
        parts = [] if self._done() else course.parts(allowed)
        if len(parts) == 1:
            found = course.coordinator(allowed).maximise(
                self._weights.astype(np.float64), self._best, self._hear, bound=self._bound
            )
            self._best = self._best if found.choice is None else found.choice
            self._value, self._bound = found.value, found.bound
        else:
            self._by_parts(parts)

    def _by_parts(self, parts: Sequence[NDArray[np.bool_]]) -> None:
        """Search parts one after the other; none can gain more than value and bound are apart."""
        weights = self._weights.astype(np.float64)
        hopes = [self._bound - self._value] * len(parts)
        for place, part in enumerate(parts):
            gap = self._bound - self._value
            if not gap:
                return
            inside = self._best[part[self._best]]
            before = int(self._weights[inside].sum())
            search = self._course.coordinator(part, self._best)
            found = search.maximise(weights, inside, _silent, bound=before + gap)
            if found.choice is not None and found.value > before:
                outside = self._best[~part[self._best]]
                self._best = np.union1d(outside, found.choice)
                self._value += found.value - before
            hopes[place] = found.bound - found.value
            still = sum(min(hope, gap) for hope in hopes)
            self._lower(self._value + still)
            self._tell()

    def _accept(self, choice: Choice) -> bool:
        value = int(self._weights[choice].sum())
        if value > self._value and self._course.breaks_nothing(choice):
            self._best, self._value = choice, value
            self._tell()
        return self._done()

    def _hear(self, value: int | None, bound: int) -> None:
        self._course.report(self._level, value, bound)

    def _lower(self, bound: int) -> None:
        if bound < self._bound:
            self._bound = max(bound, self._value)
            self._tell()

    def _done(self) -> bool:
        return self._value >= self._bound

    def _tell(self) -> None:
        self._course.report(self._level, self._value, self._bound)


def _silent(_value: int | None, _bound: int) -> None:
    """Of a part nothing is told but what it comes to."""


class _Worst:
    """The least points of a placed pair, by bisection over the points there are."""

    def __init__(self, course: Course, choice: Choice) -> None:
        self._course = course
        self._best = choice
        points = course.problem.points
        self._least = int(points[choice].min(initial=np.iinfo(np.int64).max))
        ceiling = int(points[course.problem.pinned].min(initial=int(points.max(initial=0))))
        self._ceiling = max(0, ceiling)
        within = (points > self._least) & (points <= ceiling) & course.allowed
        self._steps = np.unique(points[within]).tolist()
        self._low, self._high = 0, len(self._steps)

    def run(self) -> Found:
        course = self._course
        if not len(self._best):
            # With `placed` proven at 0 nobody can be placed at all.
            return Found(self._best, 0, 0 if course.certain else self._ceiling)
        self._tell()
        try:
            self._bare()
            self._probe(self._high - 1)
            while self._low < self._high:
                self._probe((self._low + self._high) // 2)
        except OutOfTimeError:
            pass  # what was reached so far stands, with the bound so far
        course.allowed = course.allowed & (course.problem.points >= self._least)
        bound = self._bound if course.certain else self._ceiling
        return Found(self._best, self._least, max(self._least, bound))

    @property
    def _bound(self) -> int:
        return self._steps[self._high - 1] if self._low < self._high else self._least

    def _bare(self) -> None:
        """Lower the bound to what the bare assignment could reach."""
        low = self._low
        while low < self._high:
            middle = (low + self._high) // 2
            self._course.watch.check()
            flowing = self._course.flow([], self._at_least(middle))
            if flowing is None:
                return
            flow, stack = flowing
            if flow.value < stack.required:
                self._high = middle
                self._tell()
            else:
                low = middle + 1

    def _probe(self, step: int) -> None:
        """Decide whether everything reached can be kept with the points of a step."""
        if not self._low <= step < self._high:
            return
        choice = self._course.any_choice(self._at_least(step))
        if choice is None:
            self._high = step
        else:
            self._best = choice
            self._least = int(self._course.problem.points[choice].min())
            self._low = int(np.searchsorted(self._steps, self._least, side="right"))
        self._tell()

    def _at_least(self, step: int) -> NDArray[np.bool_]:
        enough: NDArray[np.bool_] = self._course.problem.points >= self._steps[step]
        return self._course.allowed & enough

    def _tell(self) -> None:
        self._course.report(ObjectiveLevel.WORST, self._least, self._bound)


def level_weights(problem: Problem, level: ObjectiveLevel) -> NDArray[np.int64]:
    """`int64[P]`: what each chosen pair adds to a level that is a sum."""
    return {
        ObjectiveLevel.PLACED: problem.priority[problem.coachee],
        ObjectiveLevel.KEPT: problem.kept.astype(np.int64),
        ObjectiveLevel.TOTAL: problem.points,
    }[level]
