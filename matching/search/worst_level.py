"""The level `worst`: the lowest points of a matched pair.

The lowest points can be at least `w` if and only if some plan without pairs below `w` satisfies the
floors. The level is decided by bisection over the values that occur.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coach.objective import ObjectiveLevel
from matching.search.branch_and_price import SearchResult
from matching.search.column_generation import Choice
from matching.search.search_state import SearchState


class WorstLevel:
    """The minimum points of a matched pair, found by bisection over the values that occur."""

    def __init__(self, state: SearchState, choice: Choice) -> None:
        self._state = state
        self._best = choice
        points = state.problem.points
        self._least = int(points[choice].min(initial=np.iinfo(np.int64).max))
        ceiling = int(points[state.problem.pinned].min(initial=int(points.max(initial=0))))
        self._ceiling = max(0, ceiling)
        ceiling = min(ceiling, state.known_bound(ObjectiveLevel.WORST))
        within = (points > self._least) & (points <= ceiling) & state.allowed
        self._steps = np.unique(points[within]).tolist()
        self._low, self._high = 0, len(self._steps)

    def run(self) -> SearchResult:
        """Search the level, exclude pairs with fewer points, and return its value and bound."""
        state = self._state
        if not len(self._best):
            # If `placed` is proven to be 0, no coachee can be placed.
            return SearchResult(self._best, 0, 0 if state.all_proven else self._ceiling)
        self._report()
        with state.limited_effort():  # return the incumbent and the current bound
            self._bound_by_flow()
            self._probe(self._high - 1)
            while self._low < self._high:
                self._probe((self._low + self._high) // 2)
        state.store_bound(ObjectiveLevel.WORST, self._bound)
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
        choice = self._state.find_feasible_choice_by_parts(self._at_least(step), self._best)
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
