"""Where a run stands: what was reached, which pairs are left, and the searches both levels use."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from coach.cycle import ObjectiveLevel
from matching.assignment.components import components
from matching.assignment.min_cost_flow import Flow, best_flow, fits_flow
from matching.assignment.restricted_master import Floor
from matching.deadline import TooLargeError, Watch
from matching.instance.problem import balances
from matching.search.branch_and_price import Choice, Coordinator, Desk
from matching.search.flow_and_repair import dive
from matching.search.lexicographic_weights import Aim, Stack, reaches

_MOST_PAIRS = 400_000

Report = Callable[[ObjectiveLevel, int | None, int | None], None]
"""Told the level in work, its best value and its bound."""


class Course:
    """The state of one run through the levels.

    Attributes:
        reached: the sums decided so far, in the order of the levels.
        allowed: `bool[P]`, pairs that may be chosen.
        must: `bool[n]`, coachees who have to be placed.
        certain: whether every level so far is proven.
    """

    def __init__(
        self, desk: Desk, watch: Watch, report: Report, must: NDArray[np.bool_] | None = None
    ) -> None:
        self.desk = desk
        self.problem = problem = desk.problem
        self.watch = watch
        self.report = report
        self.must = np.zeros(len(problem.priority), dtype=np.bool_) if must is None else must.copy()
        pinned = problem.coachee[problem.pinned]
        self.must[pinned] = True
        bound = np.zeros(len(self.must), dtype=np.bool_)
        bound[pinned] = True
        self.allowed: NDArray[np.bool_] = problem.pinned | ~bound[problem.coachee]
        self.reached: list[Aim] = []
        self.certain = True

    @property
    def duties(self) -> list[Aim]:
        """Who has to be placed, and the levels decided so far."""
        must = self.must[self.problem.coachee].astype(np.int64)
        return [Aim(must, int(self.must.sum())), *self.reached]

    def breaks_nothing(self, choice: Choice) -> bool:
        """Whether a choice keeps what was reached, the share, and who has to be placed."""
        in_balance = int(balances(self.problem)[choice].sum()) >= 0
        return in_balance and reaches(choice, self.duties)

    def flow(self, aims: Sequence[Aim], allowed: NDArray[np.bool_]) -> tuple[Flow, Stack] | None:
        """The bare assignment by duties and then `aims`; `None` where numbers would overflow."""
        stack = Stack(self.problem, [*self.duties, *aims])
        if not fits_flow(self.problem, stack.most_worth):
            return None
        pairs = np.flatnonzero(allowed)
        return best_flow(self.problem, pairs, stack.worth[pairs], self.watch.check), stack

    def parts(self, allowed: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
        """`allowed` pairs in parts that can be searched one after the other.

        What was reached is the most there is, so that each part of a choice that reaches it has to
        reach what it reaches there. That holds where every level so far is proven and nothing but
        sums couples the parts.
        """
        if self.problem.share or not self.certain:
            return [allowed]
        return components(self.problem, allowed)

    def coordinator(self, allowed: NDArray[np.bool_], choice: Choice | None = None) -> Coordinator:
        """The exact search over `allowed` pairs under everything decided so far.

        With a `choice` that keeps all that, `allowed` is one of several `parts`: only what the
        choice reaches with pairs of the part has to be reached with them.

        Raises:
            TooLargeError: there are too many pairs to search.
        """
        if np.count_nonzero(allowed) > _MOST_PAIRS:
            raise TooLargeError
        must, floors = self.must, []
        if choice is not None:
            here = np.zeros(len(must), dtype=np.bool_)
            here[self.problem.coachee[allowed]] = True
            must = must & here
            choice = choice[allowed[choice]]
        for aim in self.reached:
            least = aim.least if choice is None else int(aim.weights[choice].sum())
            floors.append(Floor(aim.weights.astype(np.float64), least))
        if self.problem.share:
            floors.insert(0, Floor(balances(self.problem).astype(np.float64), 0.0))
        return Coordinator(self.desk, floors, allowed, must, self.watch)

    def any_choice(self, allowed: NDArray[np.bool_]) -> Choice | None:
        """Some choice of `allowed` pairs that breaks nothing; `None` is a proof there is none."""
        found: list[Choice] = []

        def accept(choice: Choice) -> bool:
            if self.breaks_nothing(choice):
                found.append(choice)
            return bool(found)

        flowing = self.flow([Aim(self.problem.points)], allowed)
        if flowing:
            flow, stack = flowing
            if flow.value < stack.required:
                return None
            dive(self.desk, flow, accept, stack.required, self.watch)
        if found:
            return found[0]
        nothing = np.zeros(self.problem.size)
        search = self.coordinator(allowed)
        return search.maximise(nothing, None, lambda _value, _bound: None, enough=0).choice
