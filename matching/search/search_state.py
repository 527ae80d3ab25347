"""The state of the lexicographic search, with the operations shared by all levels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from copy import copy
from math import inf

import numpy as np
from numpy.typing import NDArray

from coach.objective import ObjectiveLevel
from matching.assignment.components import components
from matching.assignment.min_cost_flow import FlowSolution, fits_integer_range, solve_flow
from matching.assignment.restricted_master import FloorConstraint
from matching.deadline import (
    Deadline,
    DeadlineExceededError,
    EffortExceededError,
    ProblemTooLargeError,
)
from matching.instance.problem import cross_border_balance
from matching.search.branch_and_price import NO_BOUND, maximise
from matching.search.column_generation import Choice, ColumnGeneration, PricingOracles
from matching.search.flow_and_repair import flow_and_repair
from matching.search.lexicographic_weights import LexicographicObjective, Objective, meets_minimums
from matching.search.ruin_and_recreate import RuinAndRecreate

_MAX_PAIRS = 400_000  # no exact search above this size
_REPAIR_SHARE = 0.4  # of a level's effort, for a choice near a known one

ReportLevel = Callable[[ObjectiveLevel, int | None, int | None], None]
"""Called with the current level, the incumbent's value and the bound."""


class SearchState:
    """The state of the lexicographic search.

    Attributes:
        decided: the objectives of the levels optimised so far, in order, with their minimums.
        allowed: `bool[P]`, the pairs that may be chosen.
        must_place: `bool[n]`, the coachees who must be placed.
        all_proven: whether every level so far is proven optimal.
        floors_hold: whether every plan that is no worse on the levels so far meets their floors;
            this also holds if the latest level is `worst` and the only one that is not proven.
        effort: the effort that each level has in this pass.
        effort_exceeded: whether the latest level has used up its effort.
        grace: the effort that the next level may use after the time limit has passed.
    """

    def __init__(
        self,
        oracles: PricingOracles,
        deadline: Deadline,
        report: ReportLevel,
        must_place: NDArray[np.bool_] | None = None,
    ) -> None:
        self.oracles = oracles
        self.problem = problem = oracles.problem
        self.deadline = deadline
        self.report = report
        self.must_place = (
            np.zeros(len(problem.priority), dtype=np.bool_)
            if must_place is None
            else must_place.copy()
        )
        pinned = problem.coachee[problem.pinned]
        self.must_place[pinned] = True
        bound = np.zeros(len(self.must_place), dtype=np.bool_)
        bound[pinned] = True
        self.allowed: NDArray[np.bool_] = problem.pinned | ~bound[problem.coachee]
        self._whole_deadline = deadline
        self._known_bounds: dict[tuple[ObjectiveLevel, tuple[int, ...], int], int] = {}
        self._part_bounds: dict[tuple[ObjectiveLevel, tuple[int, ...], int, int], int] = {}
        self.all_proven = True
        self.floors_hold = True
        self.grace = 0.0
        self.start_pass(inf)

    def start_pass(self, effort: float) -> None:
        """Start another pass over all levels, each with `effort`; known bounds are kept."""
        self.effort = effort
        self.effort_exceeded = False
        self.deadline = self._whole_deadline
        self.decided: list[Objective] = []

    @contextmanager
    def limited_effort(self) -> Iterator[None]:
        """Limit the effort of a level, and end it silently once the time or effort is used up."""
        self.deadline = self._whole_deadline.with_effort(self.effort).with_grace(self.grace)
        self.grace = 0.0
        self.effort_exceeded = False
        try:
            with suppress(DeadlineExceededError):
                yield
        finally:
            self.effort_exceeded |= not self.deadline.effort_left
            self.deadline = self._whole_deadline

    @contextmanager
    def heuristic(self, share: float, *, ends: bool) -> Iterator[Deadline]:
        """Limit a heuristic to a share of the level's effort, and end it silently after that.

        `ends` states whether the heuristic would end by itself. If it runs out of effort before
        that, the level is marked as able to use more effort.
        """
        try:
            yield self.deadline.with_effort(share * self.effort)
        except EffortExceededError:
            self.effort_exceeded |= ends

    def part_of_effort(self, parts: int) -> Deadline:
        """Return a deadline with 1 / `parts` of the level's remaining effort."""
        return self.deadline.with_effort(self.deadline.effort_left / parts)

    def known_bound(self, level: ObjectiveLevel) -> int:
        """Return the lowest known upper bound on a level under the floors of the decided levels."""
        return self._known_bounds.get(self._key(level), NO_BOUND)

    def store_bound(self, level: ObjectiveLevel, bound: int) -> None:
        """Store an upper bound on a level under the floors of the decided levels."""
        self._known_bounds[self._key(level)] = min(bound, self.known_bound(level))

    def _key(self, level: ObjectiveLevel) -> tuple[ObjectiveLevel, tuple[int, ...], int]:
        """Return a key for a level and the floors under which it is searched."""
        minimums = tuple(objective.minimum for objective in self.decided)
        return level, minimums, int(np.count_nonzero(self.allowed))

    @property
    def required_objectives(self) -> list[Objective]:
        """The must-place requirement and the decided levels, each with its minimum."""
        must_place = self.must_place[self.problem.coachee].astype(np.int64)
        return [Objective(must_place, int(self.must_place.sum())), *self.decided]

    def is_feasible(self, choice: Choice) -> bool:
        """Return whether a choice satisfies the share, `must_place` and the decided levels.

        Capacities and timetables are not checked.
        """
        in_balance = int(cross_border_balance(self.problem)[choice].sum()) >= 0
        return in_balance and meets_minimums(choice, self.required_objectives)

    def flow(
        self, objectives: Sequence[Objective], allowed: NDArray[np.bool_]
    ) -> tuple[FlowSolution, LexicographicObjective] | None:
        """Solve the assignment relaxation for `objectives`; return `None` if weights overflow."""
        combined = self._combined(objectives)
        if combined is None:
            return None
        pairs = np.flatnonzero(allowed)
        return solve_flow(
            self.problem, pairs, combined.profit[pairs], self.deadline.check
        ), combined

    def _combined(self, objectives: Sequence[Objective]) -> LexicographicObjective | None:
        """Combine the required objectives with others; return `None` if weights overflow."""
        combined = LexicographicObjective(self.problem, [*self.required_objectives, *objectives])
        return combined if fits_integer_range(self.problem, combined.max_profit) else None

    def parts(self, allowed: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
        """Split the `allowed` pairs into parts that can be searched independently.

        If the decided values are optimal, an optimal choice is also optimal within each part. If
        they are not, the bounds would not hold for every plan anyway. There is a single part if the
        share couples all pairs, or if there are too many pairs for an exact search.
        """
        if self.problem.share or np.count_nonzero(allowed) > _MAX_PAIRS:
            return [allowed]
        return components(self.problem, allowed)

    def within(self, part: NDArray[np.bool_], choice: Choice) -> SearchState:
        """Return the state of a search that is restricted to one of several `parts`.

        The minimums of the decided levels are those that the feasible `choice` attains in the part.
        """
        state = copy(self)
        here = np.zeros(len(self.must_place), dtype=np.bool_)
        here[self.problem.coachee[part]] = True
        state.must_place = self.must_place & here
        state.allowed = part
        inside = choice[part[choice]]
        state.decided = [
            Objective(objective.weights, int(objective.weights[inside].sum()))
            for objective in self.decided
        ]
        return state

    @property
    def knows_parts(self) -> bool:
        """Whether a bound of any part is known."""
        return bool(self._part_bounds)

    def known_part_bound(self, level: ObjectiveLevel) -> int:
        """Return the lowest known bound on a level within this state's part."""
        return self._part_bounds.get(self._part_key(level), NO_BOUND)

    def store_part_bound(self, level: ObjectiveLevel, bound: int) -> None:
        """Store an upper bound on a level within this state's part."""
        self._part_bounds[self._part_key(level)] = min(bound, self.known_part_bound(level))

    def _part_key(self, level: ObjectiveLevel) -> tuple[ObjectiveLevel, tuple[int, ...], int, int]:
        """Return a key for a level, a part, and the minimums within the part.

        Of the sets of allowed pairs, each contains all later ones, so that a pair and the number of
        pairs determine the part.
        """
        minimums = tuple(objective.minimum for objective in self.decided)
        return level, minimums, int(np.argmax(self.allowed)), int(np.count_nonzero(self.allowed))

    def column_generation(
        self,
        allowed: NDArray[np.bool_],
        deadline: Deadline | None = None,
    ) -> ColumnGeneration:
        """Return the column generation over `allowed` pairs under all decisions so far.

        Raises:
            ProblemTooLargeError: there are too many pairs for an exact search.
        """
        if np.count_nonzero(allowed) > _MAX_PAIRS:
            raise ProblemTooLargeError
        floors = [
            FloorConstraint(objective.weights.astype(np.float64), objective.minimum)
            for objective in self.decided
        ]
        if self.problem.share:
            floors.insert(
                0, FloorConstraint(cross_border_balance(self.problem).astype(np.float64), 0.0)
            )
        return ColumnGeneration(
            self.oracles, floors, allowed, self.must_place, deadline or self.deadline
        )

    def find_feasible_choice_by_parts(
        self, allowed: NDArray[np.bool_], known: Choice
    ) -> Choice | None:
        """Return a feasible choice among `allowed` pairs, or `None`, which proves that none exists.

        A part is searched only if the feasible choice `known` contains pairs in it that are not
        allowed.
        """
        found = []
        for part in self.parts(self.allowed):
            inside = known[part[known]]
            if not allowed[inside].all():
                state = self.within(part, known)
                choice = state.find_feasible_choice(allowed & part, inside)
                if choice is None:
                    return None
                inside = choice
            found.append(inside)
        return np.sort(np.concatenate(found))

    def find_feasible_choice(
        self, allowed: NDArray[np.bool_], near: Choice | None = None
    ) -> Choice | None:
        """Return a feasible choice among `allowed` pairs; `None` proves that none exists.

        `near` is a feasible choice that may contain other pairs. With too many pairs for an exact
        search, it is repaired first.
        """
        found: list[Choice] = []

        def accept(choice: Choice) -> bool:
            if self.is_feasible(choice):
                found.append(choice)
            return bool(found)

        if near is not None and np.count_nonzero(allowed) > _MAX_PAIRS:
            self._repair(near[allowed[near]], np.flatnonzero(allowed), accept)
        flow_result = None if found else self.flow([Objective(self.problem.points)], allowed)
        if flow_result:
            flow, combined = flow_result
            if flow.value < combined.required:
                return None
            flow_and_repair(self.oracles, flow, accept, combined.required, self.deadline)
        if found:
            return found[0]
        nothing = np.zeros(self.problem.size)
        generation = self.column_generation(allowed)
        return maximise(generation, nothing, None, lambda _value, _bound: None, target=0).choice

    def _repair(self, start: Choice, pairs: Choice, accept: Callable[[Choice], bool]) -> None:
        """Ruin and recreate `start` until `accept` returns true, with a share of the effort."""
        combined = self._combined([Objective(self.problem.points)])
        if combined is not None:
            search = RuinAndRecreate(self.oracles, start, pairs, combined.profit[pairs])
            with self.heuristic(_REPAIR_SHARE, ends=False) as deadline:
                search.run(accept, deadline)
