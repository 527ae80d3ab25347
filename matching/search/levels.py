"""Lexicographic optimisation: each level is maximised under floors for all earlier levels.

For an additive level, the assignment relaxation is solved first: the flow provides a bound, its
reduced costs fix pairs to zero, and the flow-and-repair heuristic often attains the bound. If a gap
remains, branch and price over the remaining pairs closes it.

The `worst` level is solved by feasibility tests: the minimum points of a matched pair can be at
least `w` if and only if some plan without pairs below `w` satisfies the floors. The `schedule`
level optimises the timetables of the matches that the other levels have determined.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coach.cycle import ObjectiveLevel
from matching.deadline import DeadlineExceededError
from matching.instance.problem import MatchingProblem
from matching.result import LevelOutcome
from matching.search.branch_and_price import SearchResult, maximise
from matching.search.column_generation import Choice
from matching.search.flow_and_repair import flow_and_repair
from matching.search.lexicographic_weights import Objective, objective_bound
from matching.search.search_state import SearchState


@dataclass(frozen=True, eq=False)
class LevelsResult:
    """The chosen pairs and the outcome of each level except `schedule`."""

    choice: Choice
    levels: tuple[LevelOutcome, ...]


def run_levels(state: SearchState, levels: Sequence[ObjectiveLevel], first: Choice) -> LevelsResult:
    """Optimise all levels except `schedule`, starting from the feasible choice `first`.

    If the time limit passes, the result contains the incumbent and valid bounds.
    """
    choice, outcomes = first, []
    for level in levels:
        if level is ObjectiveLevel.SCHEDULE:
            continue
        search = _WorstLevel(state, choice) if level is ObjectiveLevel.WORST else None
        found = (search or _SumLevel(state, level, choice)).run()
        choice = choice if found.choice is None else found.choice
        outcomes.append(_outcome(state, level, choice, found))
        state.all_proven &= outcomes[-1].proven
    return LevelsResult(choice, tuple(outcomes))


def _outcome(
    state: SearchState, level: ObjectiveLevel, choice: Choice, found: SearchResult
) -> LevelOutcome:
    """Return the outcome of a level; `repeat`, which is minimised, as a number of pairs.

    If an earlier level is not proven, the only bound on `repeat` that holds for every plan is 0.
    """
    value, bound = found.value, found.bound
    if level is ObjectiveLevel.REPEAT:
        value = int(state.problem.repeated[choice].sum())
        bound = max(0, value - (found.bound - found.value)) if state.all_proven else 0
    return LevelOutcome(name=level, value=value, bound=bound, proven=value == bound)


class _SumLevel:
    """An additive level: its value is a sum over the chosen pairs.

    `repeat` is maximised as `placed` minus the number of repeated pairs, whose weights are not
    negative. Since `placed` has been decided, this minimises the number of repeated pairs.
    """

    def __init__(self, state: SearchState, level: ObjectiveLevel, choice: Choice) -> None:
        self._state = state
        self._level = level
        self._weights = level_weights(state.problem, level)
        self._best = choice
        self._value = int(self._weights[choice].sum())
        self._bound = self._unconditional_bound = objective_bound(state.problem, self._weights)
        self._placed = int(level_weights(state.problem, ObjectiveLevel.PLACED)[choice].sum())
        if level is ObjectiveLevel.REPEAT and state.all_proven:
            self._bound = min(self._bound, self._placed)

    def run(self) -> SearchResult:
        self._report()
        with suppress(DeadlineExceededError):  # return the incumbent and the current bound
            self._close_gap()
        self._state.decided.append(Objective(self._weights, self._value))
        # If an earlier level is not proven, only the unconditional bound is valid for every plan.
        bound = self._bound if self._state.all_proven else self._unconditional_bound
        return SearchResult(self._best, self._value, max(self._value, bound))

    def _close_gap(self) -> None:
        """Search until the value equals the bound."""
        state = self._state
        if self._is_finished():
            return
        state.deadline.check()
        allowed = state.allowed
        points = state.problem.points
        # Points break ties unless this level or an earlier one already maximises them.
        decided = [self._weights, *(objective.weights for objective in state.decided)]
        tie_breakers = [] if any(weights is points for weights in decided) else [Objective(points)]
        flow_result = state.flow([Objective(self._weights), *tie_breakers], allowed)
        if flow_result:
            flow, combined = flow_result
            unit = 1 + objective_bound(state.problem, points) if tie_breakers else 1
            self._tighten_bound((flow.value - combined.required) // unit)
            if not self._is_finished():
                flow_and_repair(
                    state.oracles,
                    flow,
                    self._accept,
                    combined.required + unit * self._value,
                    state.deadline,
                )
            allowed = allowed.copy()
            allowed[flow.pairs] = flow.value - flow.loss >= combined.required + unit * (
                self._value + 1
            )
            allowed[self._best] = True
        parts = [] if self._is_finished() else state.parts(allowed)
        if len(parts) == 1:
            found = maximise(
                state.column_generation(allowed),
                self._weights.astype(np.float64),
                self._best,
                self._on_progress,
                bound=self._bound,
            )
            self._best = self._best if found.choice is None else found.choice
            self._value, self._bound = found.value, found.bound
        else:
            self._by_parts(parts)

    def _by_parts(self, parts: Sequence[NDArray[np.bool_]]) -> None:
        """Search each part separately; a part cannot gain more than the current total gap."""
        weights = self._weights.astype(np.float64)
        gaps = [self._bound - self._value] * len(parts)
        for place, part in enumerate(parts):
            gap = self._bound - self._value
            if not gap:
                return
            inside = self._best[part[self._best]]
            before = int(self._weights[inside].sum())
            generation = self._state.column_generation(part, self._best)
            found = maximise(generation, weights, inside, _ignore_progress, bound=before + gap)
            if found.choice is not None and found.value > before:
                outside = self._best[~part[self._best]]
                self._best = np.union1d(outside, found.choice)
                self._value += found.value - before
            gaps[place] = found.bound - found.value
            possible_gain = sum(min(part_gap, gap) for part_gap in gaps)
            self._tighten_bound(self._value + possible_gain)
            self._report()

    def _accept(self, choice: Choice) -> bool:
        value = int(self._weights[choice].sum())
        if value > self._value and self._state.is_feasible(choice):
            self._best, self._value = choice, value
            self._report()
        return self._is_finished()

    def _on_progress(self, value: int | None, bound: int) -> None:
        if self._level is ObjectiveLevel.REPEAT:
            value = None if value is None else self._placed - value
            bound = max(0, self._placed - bound)
        self._state.report(self._level, value, bound)

    def _tighten_bound(self, bound: int) -> None:
        if bound < self._bound:
            self._bound = max(bound, self._value)
            self._report()

    def _is_finished(self) -> bool:
        return self._value >= self._bound

    def _report(self) -> None:
        self._on_progress(self._value, self._bound)


def _ignore_progress(_value: int | None, _bound: int) -> None:
    """Ignore progress within a part, which is not reported."""


class _WorstLevel:
    """The minimum points of a matched pair, found by bisection over the values that occur."""

    def __init__(self, state: SearchState, choice: Choice) -> None:
        self._state = state
        self._best = choice
        points = state.problem.points
        self._least = int(points[choice].min(initial=np.iinfo(np.int64).max))
        ceiling = int(points[state.problem.pinned].min(initial=int(points.max(initial=0))))
        self._ceiling = max(0, ceiling)
        within = (points > self._least) & (points <= ceiling) & state.allowed
        self._steps = np.unique(points[within]).tolist()
        self._low, self._high = 0, len(self._steps)

    def run(self) -> SearchResult:
        state = self._state
        if not len(self._best):
            # If `placed` is proven to be 0, no coachee can be placed.
            return SearchResult(self._best, 0, 0 if state.all_proven else self._ceiling)
        self._report()
        try:
            self._bound_by_flow()
            self._probe(self._high - 1)
            while self._low < self._high:
                self._probe((self._low + self._high) // 2)
        except DeadlineExceededError:
            pass  # return the incumbent and the current bound
        state.allowed = state.allowed & (state.problem.points >= self._least)
        bound = self._bound if state.all_proven else self._ceiling
        return SearchResult(self._best, self._least, max(self._least, bound))

    @property
    def _bound(self) -> int:
        return self._steps[self._high - 1] if self._low < self._high else self._least

    def _bound_by_flow(self) -> None:
        """Tighten the bound with the assignment relaxation."""
        low = self._low
        while low < self._high:
            middle = (low + self._high) // 2
            self._state.deadline.check()
            flow_result = self._state.flow([], self._at_least(middle))
            if flow_result is None:
                return
            flow, combined = flow_result
            if flow.value < combined.required:
                self._high = middle
                self._report()
            else:
                low = middle + 1

    def _probe(self, step: int) -> None:
        """Decide whether the floors can be met by pairs with at least the points of `step`."""
        if not self._low <= step < self._high:
            return
        choice = self._state.find_feasible_choice(self._at_least(step))
        if choice is None:
            self._high = step
        else:
            self._best = choice
            self._least = int(self._state.problem.points[choice].min())
            self._low = int(np.searchsorted(self._steps, self._least, side="right"))
        self._report()

    def _at_least(self, step: int) -> NDArray[np.bool_]:
        enough: NDArray[np.bool_] = self._state.problem.points >= self._steps[step]
        return self._state.allowed & enough

    def _report(self) -> None:
        self._state.report(ObjectiveLevel.WORST, self._least, self._bound)


def level_weights(problem: MatchingProblem, level: ObjectiveLevel) -> NDArray[np.int64]:
    """Return each pair's contribution to the sum that a level maximises, as `int64[P]`."""
    return {
        ObjectiveLevel.PLACED: problem.priority[problem.coachee],
        ObjectiveLevel.KEPT: problem.kept.astype(np.int64),
        ObjectiveLevel.REPEAT: problem.priority[problem.coachee] - problem.repeated,
        ObjectiveLevel.TOTAL: problem.points,
    }[level]
