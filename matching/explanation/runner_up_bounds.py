"""Plans without one match that are the best by a bound, mostly without solving anything again.

All plans that place as many as the present one, with nobody worse off than its `worst`, are
bounded by one relaxation (`coordination.hour_prices`). Whoever loses a match takes the detour that
loses least; where all coaches can hold what comes out and it is worth what the bound leaves, it is
the runner-up, and that is the proof. Else a search among assignments follows (`conflicts`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
from numpy.typing import NDArray

from coach.cycle import ObjectiveLevel
from matching.assignment.min_cost_flow import fits_flow
from matching.assignment.residual_paths import NO_WAY, Detours
from matching.deadline import Watch
from matching.result import Result
from matching.search.branch_and_price import Choice, Desk
from matching.search.conflict_branching import Beside, Conflicts, Instead
from matching.search.lagrangian_bound import PARTS, price_hours

_DEAR = 8  # times the most points is what nobody's place is given up for
_MORE = 3  # points that plans may lose beyond a detour, at first
_FOR_PRICES = 0.8  # of the time there is: with them most are told at once, without them few
_MOST_COACHES = 1000  # the ways between more take too long

_IN_ORDER = (ObjectiveLevel.PLACED, ObjectiveLevel.WORST, ObjectiveLevel.TOTAL)


def easily_compared(result: Result, levels: Collection[ObjectiveLevel]) -> bool:
    """Whether plans without a match, by `levels`, can be bounded by what `result` has proven.

    None of them places more; and of those that place as many, none has a better `worst`.
    """
    told = {level.name: level for level in result.levels}
    before = [level.name for level in result.levels]
    if tuple(levels) != tuple(one for one in _IN_ORDER if one in levels):
        return False
    if not told[ObjectiveLevel.PLACED].proven:
        return False
    if ObjectiveLevel.WORST not in levels:
        return True
    # Pairs kept from an earlier result may have been worth more than a better worst.
    kept_first = before[: before.index(ObjectiveLevel.WORST)]
    free = ObjectiveLevel.KEPT not in kept_first or told[ObjectiveLevel.KEPT].value == 0
    return free and told[ObjectiveLevel.WORST].proven


class SecondBests:
    """The best plans without each match, where they place as many and have the same worst."""

    def __init__(
        self,
        desk: Desk,
        chosen: Choice,
        allowed: NDArray[np.bool_],
        levels: Collection[ObjectiveLevel],
        watch: Watch,
    ) -> None:
        """Beside the `chosen` plan; `allowed: bool[P]` are the pairs that others may have.

        Raises:
            CancelledError, OutOfTimeError: as `Watch.check`.
        """
        self._desk = desk
        self._chosen = chosen
        self._watch = watch
        problem = desk.problem
        self.placed = int(problem.priority[problem.coachee[chosen]].sum())
        points = problem.points if ObjectiveLevel.TOTAL in levels else np.zeros_like(problem.points)
        self._unit = 1 + len(chosen)
        dear = _DEAR * (1 + int(points.max(initial=0)))
        priority = problem.priority[problem.coachee]
        kept = np.zeros(problem.size, dtype=np.int64)
        kept[chosen] = 1
        self._worth = (dear * priority + points) * self._unit + kept
        if ObjectiveLevel.WORST in levels:
            allowed = allowed & (problem.points >= problem.points[chosen].min())
        pairs = np.flatnonzero(allowed)
        prices = watch.part(_FOR_PRICES)
        self._priced = price_hours(desk, pairs, self._worth, chosen, unit=self._unit, watch=prices)
        self._detours = Detours(self._priced.flow, chosen)
        more = _MORE * self._unit * PARTS
        self._beside = Beside(desk, self._priced, chosen)
        self._conflicts = Conflicts(self._beside, self._detours, more, watch)

    def by_detour(self, coachee: int, sound: Callable[[Choice], bool]) -> Choice | None:
        """The best plan, if it is the coachee's detour; `None` where that is not shown."""
        loss = self._detours.loss(coachee)
        if loss >= NO_WAY:
            return None
        self._watch.check()
        choice = self._detours.way(coachee).applied(self._chosen)
        best = int(self._worth[choice].sum()) >= (self._priced.bound - loss) // PARTS
        if best and self._sound(choice, sound) and not self._beside.offended(choice, self._watch):
            return choice
        return None

    def by_search(
        self,
        coachee: int,
        allowed: NDArray[np.bool_],
        sound: Callable[[Choice], bool],
        most: int,
    ) -> Instead | None:
        """The best plan of `allowed: bool[P]` pairs by `most` assignments, proven or not.

        `None` where the coachee has no way to anybody else.
        """
        if self._detours.loss(coachee) >= NO_WAY:
            return None
        return self._conflicts.best(
            coachee, allowed, lambda choice: self._sound(choice, sound), most
        )

    def within(self, found: Instead) -> NDArray[np.bool_]:
        """`bool[P]`: the pairs of which a plan better than what was `found` may consist."""
        flow = self._priced.flow
        near = np.zeros(self._desk.problem.size, dtype=np.bool_)
        near[flow.pairs] = flow.loss <= self._priced.bound - PARTS * found.worth
        return near

    def _sound(self, choice: Choice, sound: Callable[[Choice], bool]) -> bool:
        """Whether a choice places as many as now, and is sound otherwise."""
        problem = self._desk.problem
        placed = int(problem.priority[problem.coachee[choice]].sum())
        return placed == self.placed and sound(choice)


def few_enough(desk: Desk) -> bool:
    """Whether the ways between all coaches are found in moments, in whole numbers."""
    problem = desk.problem
    dear = (
        (_DEAR + 1)
        * (1 + int(problem.points.max(initial=0)))
        * int(problem.priority.max(initial=1))
    )
    most = PARTS * dear * (1 + len(problem.priority))
    return len(problem.capacity) <= _MOST_COACHES and fits_flow(
        problem, most * (2 + len(problem.priority))
    )
