"""A level whose value is a sum over the chosen pairs.

The assignment relaxation is solved first: the flow provides a bound, its reduced costs fix pairs to
zero, and the flow-and-repair heuristic often attains the bound. If a gap remains, ruin and recreate
improves the incumbent, and branch and price over the remaining pairs tries to close the gap.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from coach.objective import ObjectiveLevel
from matching.assignment.min_cost_flow import FlowSolution
from matching.deadline import Deadline
from matching.instance.problem import MatchingProblem
from matching.search.branch_and_price import SearchResult, maximise
from matching.search.column_generation import Choice
from matching.search.flow_and_repair import flow_and_repair
from matching.search.lexicographic_weights import (
    Objective,
    objective_bound,
)
from matching.search.ruin_and_recreate import RuinAndRecreate
from matching.search.search_state import SearchState

_FLOW_SHARE = 0.5  # of a level's effort, for flow and repair
_RUIN_SHARE = 0.4  # of a level's effort, for ruin and recreate
# The same with contracting sessions, for which a level has more effort.
_CONTRACTING_FLOW_SHARE, _CONTRACTING_RUIN_SHARE = 0.07, 0.13


class SumLevel:
    """An additive level: its value is a sum over the chosen pairs.

    `repeat` is maximised as `placed` minus the number of repeated pairs, so that no weight is
    negative. Since `placed` has been decided, this minimises the number of repeated pairs.
    """

    def __init__(self, state: SearchState, level: ObjectiveLevel, choice: Choice) -> None:
        self._state = state
        self._level = level
        self._weights = level_weights(state.problem, level)
        self._best = choice
        self._value = int(self._weights[choice].sum())
        self._unconditional_bound = objective_bound(state.problem, self._weights)
        self._bound = self._unconditional_bound
        if state.floors_hold:  # otherwise, floors of the parts may differ from those of the bound
            self._bound = min(self._bound, state.known_bound(level))
        self._placed = int(level_weights(state.problem, ObjectiveLevel.PLACED)[choice].sum())
        if level is ObjectiveLevel.REPEAT and state.floors_hold:
            self._bound = min(self._bound, self._placed)

    def run(self) -> SearchResult:
        """Search the level, add it to the decided levels, and return its value and bound."""
        self._report()
        with self._state.limited_effort():  # return the incumbent and the current bound
            self._close_gap()
        if self._state.floors_hold:
            self._state.store_bound(self._level, self._bound)
        self._state.decided.append(Objective(self._weights, self._value))
        # If the floors may exclude a plan that is no worse, only the other bound is valid.
        bound = self._bound if self._state.floors_hold else self._unconditional_bound
        return SearchResult(self._best, self._value, max(self._value, bound))

    def _close_gap(self) -> None:
        """Try to close the gap between the value and the bound."""
        state = self._state
        if self._is_finished():
            return
        state.deadline.check()
        allowed = self._allowed_in_open_components()
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
                share = _CONTRACTING_FLOW_SHARE if self._opens else _FLOW_SHARE
                with state.heuristic(share, ends=True) as deadline:
                    flow_and_repair(
                        state.oracles,
                        flow,
                        self._accept,
                        combined.required + unit * self._value,
                        deadline,
                    )
            allowed = allowed.copy()
            allowed[flow.pairs] = flow.value - flow.loss >= combined.required + unit * (
                self._value + 1
            )
            allowed[self._best] = True
            if not self._is_finished():
                self._improve_jointly(flow, allowed)
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
            self._store_gaps(parts, [found.bound - found.value])
        else:
            self._by_parts(parts)

    def _allowed_in_open_components(self) -> NDArray[np.bool_]:
        """Return the allowed pairs, except those in components that are proven for this level.

        The pairs of the incumbent are always included.
        """
        allowed = self._state.allowed
        if not self._state.knows_parts:
            return allowed
        allowed = allowed.copy()
        for component in self._components:
            if not self._known_gap(component):
                allowed[component] = False
        allowed[self._best] = True
        return allowed

    @property
    def _opens(self) -> bool:
        """Whether series begin with a contracting session."""
        return self._state.problem.limits.contracting is not None

    @cached_property
    def _components(self) -> Sequence[NDArray[np.bool_]]:
        """The components of all allowed pairs."""
        return self._state.parts(self._state.allowed)

    def _known_gap(self, component: NDArray[np.bool_]) -> int:
        """Return a bound, known from earlier searches, on how much a component can still gain."""
        known = self._state.within(component, self._best).known_part_bound(self._level)
        return max(0, known - self._value_within(component))

    def _value_within(self, part: NDArray[np.bool_]) -> int:
        return int(self._weights[self._best[part[self._best]]].sum())

    def _store_gaps(self, parts: Sequence[NDArray[np.bool_]], gaps: Sequence[int]) -> None:
        """Store the bounds of components, whose `parts` can gain no more than `gaps`.

        No better choice contains a pair outside the parts.
        """
        for component in self._components:
            gap = sum(
                gap for part, gap in zip(parts, gaps, strict=True) if component[np.argmax(part)]
            )
            bound = self._value_within(component) + gap
            self._state.within(component, self._best).store_part_bound(self._level, bound)

    def _improve_jointly(self, flow: FlowSolution, allowed: NDArray[np.bool_]) -> None:
        """Ruin and recreate the incumbent, using only pairs that a better choice may contain."""
        inside = allowed[flow.pairs]
        search = RuinAndRecreate(
            self._state.oracles, self._best, flow.pairs[inside], flow.profit[inside]
        )
        share = _CONTRACTING_RUIN_SHARE if self._opens else _RUIN_SHARE
        with self._state.heuristic(share, ends=False) as deadline:
            search.run(self._accept, deadline)

    def _by_parts(self, parts: Sequence[NDArray[np.bool_]]) -> None:
        """Search each part separately; a part cannot gain more than the current total gap.

        The parts share the effort equally. Effort that some of them leave unused is shared by those
        that are still open, which continue with the sets known so far.
        """
        gaps = [self._gap_by_flow(part) for part in parts]
        for component in self._components if self._state.knows_parts else ():
            known = self._known_gap(component)
            gaps = [
                min(gap, known) if component[np.argmax(part)] else gap
                for part, gap in zip(parts, gaps, strict=True)
            ]
        try:
            self._search_parts(parts, gaps)
        finally:
            self._store_gaps(parts, gaps)

    def _search_parts(self, parts: Sequence[NDArray[np.bool_]], gaps: list[int]) -> None:
        """Search the parts until no gap is left, updating `gaps`."""
        self._tighten_bound(self._value + sum(gaps))
        open_parts = [place for place, gap in enumerate(gaps) if gap]
        while open_parts:
            self._state.deadline.check()
            for done, place in enumerate(open_parts):
                if self._is_finished():
                    return
                deadline = self._state.part_of_effort(len(open_parts) - done)
                gaps[place] = self._search_part(parts[place], gaps[place], deadline)
                gap = self._bound - self._value
                self._tighten_bound(self._value + sum(min(part_gap, gap) for part_gap in gaps))
                self._report()
            open_parts = [place for place in open_parts if gaps[place]]

    def _gap_by_flow(self, part: NDArray[np.bool_]) -> int:
        """Return a bound on a part's gain, computed from the part's assignment relaxation.

        Better choices have the same values as the best one at all earlier levels, in each part.
        """
        gap = self._bound - self._value
        flow_result = self._state.flow([Objective(self._weights)], part)
        if flow_result is None:
            return gap
        flow, combined = flow_result
        inside = self._best[part[self._best]]
        return min(gap, flow.value - int(combined.profit[inside].sum()))

    def _search_part(self, part: NDArray[np.bool_], gap: int, deadline: Deadline) -> int:
        """Search a part that cannot gain more than `gap`; return how much it could still gain."""
        weights = self._weights.astype(np.float64)
        gap = min(gap, self._bound - self._value)
        inside = self._best[part[self._best]]
        before = self._value_within(part)
        state = self._state.within(part, self._best)
        generation = state.column_generation(part, deadline)
        found = maximise(generation, weights, inside, _ignore_progress, bound=before + gap)
        if found.choice is not None and found.value > before:
            outside = self._best[~part[self._best]]
            self._best = np.union1d(outside, found.choice)
            self._value += found.value - before
        return found.bound - found.value

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


def level_weights(problem: MatchingProblem, level: ObjectiveLevel) -> NDArray[np.int64]:
    """Return each pair's contribution to the sum that a level maximises, as `int64[P]`."""
    return {
        ObjectiveLevel.PLACED: problem.priority[problem.coachee],
        ObjectiveLevel.KEPT: problem.kept.astype(np.int64),
        ObjectiveLevel.REPEAT: problem.priority[problem.coachee] - problem.repeated,
        ObjectiveLevel.TOTAL: problem.points,
    }[level]
