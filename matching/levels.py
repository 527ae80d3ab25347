"""The objective, level by level: each is maximised with all before it held at their value.

`worst` is decided by leaving out pairs: the least points of a placed pair are at least `w` exactly
where a plan without any pair below `w` keeps what was reached. `schedule` times the series of the
matches the other levels have fixed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coach.cycle import ObjectiveLevel
from matching.assignment.master import Floor, Weights
from matching.coordination import Choice, Coordinator, Desk, Found
from matching.problem import balances
from matching.result import LevelOutcome
from matching.watch import OutOfTimeError, Watch

Report = Callable[[ObjectiveLevel, int | None, int | None], None]
"""Told the level in work, its best value and its bound."""


@dataclass(frozen=True, eq=False)
class Reached:
    """The chosen pairs and what they reach at each level before `schedule`."""

    choice: Choice
    levels: tuple[LevelOutcome, ...]


class LevelSequence:
    """Works through the levels of one problem from a first choice that breaks nothing."""

    def __init__(self, desk: Desk, watch: Watch, report: Report) -> None:
        self._desk = desk
        self._problem = desk.problem
        self._watch = watch
        self._report = report
        self._floors = [*share_floor(desk)]
        self._allowed = np.ones(self._problem.size, dtype=np.bool_)
        self._must = np.zeros(len(self._problem.priority), dtype=np.bool_)
        self._late = False
        self._certain = True

    def run(self, levels: Sequence[ObjectiveLevel], first: Choice) -> Reached:
        """Every level but `schedule`; where time runs out, what was reached with honest bounds."""
        choice = first
        outcomes = []
        for level in levels:
            if level is ObjectiveLevel.SCHEDULE:
                continue
            step = self._worst if level is ObjectiveLevel.WORST else self._sum
            found = step(level, choice)
            choice = choice if found.choice is None else found.choice
            self._certain &= found.proven
            outcomes.append(
                LevelOutcome(name=level, value=found.value, bound=found.bound, proven=found.proven)
            )
        return Reached(choice, tuple(outcomes))

    def _sum(self, level: ObjectiveLevel, choice: Choice) -> Found:
        weights = level_weights(self._desk, level)
        value = round(float(weights[choice].sum()))
        found = Found(choice, value, most(self._desk, weights))
        self._report(level, value, found.bound)
        if value < found.bound and not self._late:
            try:
                found = self._coordinator(self._allowed).maximise(
                    weights,
                    choice,
                    lambda best, bound: self._report(level, best, bound),
                    bound=found.bound,
                )
            except OutOfTimeError:
                self._late = True
            self._late |= self._watch.left == 0
        self._floors.append(Floor(weights, found.value))
        return self._honest(found, most(self._desk, weights))

    def _honest(self, found: Found, relaxed: int) -> Found:
        """A bound under floors that are not proven bounds nothing else."""
        if self._certain:
            return found
        return Found(found.choice, found.value, max(found.value, relaxed))

    def _worst(self, level: ObjectiveLevel, choice: Choice) -> Found:
        points = self._problem.points
        if not len(choice):
            # With `placed` proven at 0 nobody can be placed at all.
            bound = 0 if self._certain else int(points.max(initial=0))
            return Found(choice, 0, bound)
        least = int(points[choice].min())
        ceiling = int(points[self._problem.pinned].min(initial=int(points.max())))
        steps = np.unique(points[(points > least) & (points <= ceiling)]).tolist()
        low, high = 0, len(steps)  # steps[:low] are reached, steps[high:] are out of reach
        self._report(level, least, steps[-1] if steps else least)
        while low < high and not self._late:
            middle = (low + high) // 2
            try:
                better = self._at_least(steps[middle])
            except OutOfTimeError:
                self._late = True
                break
            if better is None:
                high = middle
            else:
                choice = better
                least = int(points[choice].min())
                low = max(middle + 1, int(np.searchsorted(steps, least, side="right")))
            self._report(level, least, steps[high - 1] if high > low else least)
        self._allowed = self._allowed & (points >= least)
        bound = steps[high - 1] if high > low else least
        return self._honest(Found(choice, least, bound), int(points.max()))

    def _at_least(self, points: int) -> Choice | None:
        """A choice that keeps what was reached, without a pair below `points`."""
        allowed = self._allowed & (self._problem.points >= points)
        return feasible(self._coordinator(allowed))

    def _coordinator(self, allowed: NDArray[np.bool_]) -> Coordinator:
        return Coordinator(self._desk, self._floors, allowed, self._must, self._watch)


def feasible(coordinator: Coordinator) -> Choice | None:
    """Any choice that breaks nothing, or `None` where there is none."""
    nothing = np.zeros(coordinator.problem.size)
    return coordinator.maximise(nothing, None, lambda _value, _bound: None, enough=0).choice


def level_weights(desk: Desk, level: ObjectiveLevel) -> Weights:
    """`float64[P]`: what each chosen pair adds to a level that is a sum."""
    problem = desk.problem
    return {
        ObjectiveLevel.PLACED: problem.priority[problem.coachee],
        ObjectiveLevel.KEPT: problem.kept,
        ObjectiveLevel.TOTAL: problem.points,
    }[level].astype(np.float64)


def share_floor(desk: Desk) -> list[Floor]:
    """`sum over chosen of (cross - share) >= 0`, in whole numbers."""
    problem = desk.problem
    if problem.share == 0:
        return []
    return [Floor(balances(problem).astype(np.float64), 0.0)]


def most(desk: Desk, weights: Weights) -> int:
    """What no choice exceeds: everybody's best pair, within the places there are."""
    best = np.zeros(len(desk.problem.priority))
    np.maximum.at(best, desk.problem.coachee, weights)
    return round(float(np.sort(best)[::-1][: int(desk.problem.capacity.sum())].sum()))
