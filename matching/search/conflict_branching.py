"""The best plan in which one coachee has another coach, from bare assignments by prices of hours.

Best first over bare assignments. Where one gives a coach what they cannot hold, some member of a
minimal part of it that they cannot hold is with somebody else: a branch for each of them, without
that pair and with those before it. The first assignment that can be held and is worth its bound is
the best plan there is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from matching.assignment.min_cost_flow import flow_beside
from matching.assignment.residual_paths import Detours
from matching.deadline import Watch
from matching.search.branch_and_price import Choice, Desk
from matching.search.lagrangian_bound import PARTS, Priced

_WIDER = 4


@dataclass(frozen=True, eq=False)
class Instead:
    """The best plan found (`None`: none was), and what no such plan exceeds, in units of worth."""

    choice: Choice | None
    worth: int
    bound: int

    @property
    def proven(self) -> bool:
        """Whether nothing better can exist."""
        return self.choice is not None and self.worth >= self.bound


@dataclass(frozen=True, eq=False)
class Beside:
    """The plan that was chosen, and the relaxation that bounds all others."""

    desk: Desk
    priced: Priced
    chosen: Choice

    def offended(self, choice: Choice, watch: Watch) -> list[int]:
        """Coaches that cannot hold what `choice` gives them, beside what they were to hold."""
        coach = self.desk.problem.coach
        touched = coach[np.setxor1d(choice, self.chosen, assume_unique=True)]
        return self.desk.offended(choice[np.isin(coach[choice], touched)], watch)


class Conflicts:
    """Searches among the pairs of one priced relaxation."""

    def __init__(self, beside: Beside, detours: Detours, more: int, watch: Watch) -> None:
        """What plans lose beyond a detour is `more` at first, in parts."""
        self._beside = beside
        self._detours = detours
        self._more = more
        self._watch = watch

    def best(
        self,
        coachee: int,
        allowed: NDArray[np.bool_],
        sound: Callable[[Choice], bool],
        most: int,
    ) -> Instead:
        """The best plan of `allowed: bool[P]` pairs that places the coachee, if it is `sound`.

        Looked for among pairs of plans that lose little, and more where those are too few.
        Undecided where the best is not sound, or where `most` assignments do not decide.

        Raises:
            CancelledError, OutOfTimeError: as `Watch.check`.
        """
        flow = self._beside.priced.flow
        usable = allowed[flow.pairs]
        left, more = most, self._more
        while True:
            reach = self._detours.loss(coachee) + more
            near = usable & self._detours.near(coachee, reach)
            floor = self._beside.priced.bound - reach
            settled = self._detours.staying(coachee, reach)
            tree = _Tree(self._beside, flow.pairs[near], coachee, settled)
            found = tree.search(sound, floor, left, self._watch)
            if found is not None:
                return found
            left -= tree.looked_at
            if left <= 0 or floor < 0:
                return Instead(None, 0, self._beside.priced.bound // PARTS)
            more *= _WIDER


@dataclass(frozen=True, eq=False)
class _Node:
    """An assignment, the best without some pairs.

    Attributes:
        there: `bool[Q]`, the pairs that are left.
        without: the pairs that were taken out by branching.
        rents: of coaches, where these pairs make a difference.
        choice: the best of the pairs that are left.
    """

    there: NDArray[np.bool_]
    without: frozenset[int]
    rents: Mapping[int, int]
    choice: Choice


class _Tree:
    """Assignments of some pairs, branched on what coaches cannot hold."""

    def __init__(
        self,
        beside: Beside,
        pairs: NDArray[np.int64],
        coachee: int,
        settled: Choice,
    ) -> None:
        """Of `pairs` that place the coachee; whoever has no other than a `settled` one stays."""
        self._beside, self._desk = beside, beside.desk
        self._priced = priced = beside.priced
        problem = self._desk.problem
        moving = np.zeros(len(problem.priority), dtype=np.bool_)
        moving[problem.coachee[np.setdiff1d(pairs, settled, assume_unique=True)]] = True
        free = moving[problem.coachee[pairs]]
        self._settled, self._pairs = pairs[~free], pairs[free]
        known = priced.flow.worth
        self._stay = frozenset(self._settled.tolist())
        self._fixed = int(known[np.searchsorted(priced.flow.pairs, self._settled)].sum())
        self._worths = known[np.searchsorted(priced.flow.pairs, self._pairs)]
        # The coachee is worth more than all the others together.
        self._certainly = 1 + len(np.unique(problem.coachee[self._pairs])) * int(
            self._worths.max(initial=0)
        )
        self._worths = self._worths + np.where(
            problem.coachee[self._pairs] == coachee, self._certainly, 0
        )
        self._open: list[tuple[int, int, _Node]] = []
        self._best: Choice | None = None
        self._worth = 0
        self.looked_at = 0

    def search(
        self, sound: Callable[[Choice], bool], floor: int, most: int, watch: Watch
    ) -> Instead | None:
        """The best plan, or the best so far.

        `None` where plans of other pairs, which are worth less than `floor`, may be better.
        """
        self._look(np.ones(len(self._pairs), dtype=np.bool_), frozenset(), {}, watch)
        bound = self._priced.bound // PARTS
        while self._open:
            watch.check()
            minus, _, node = heappop(self._open)
            if -minus < floor:
                return None
            bound = -minus // PARTS
            if self._best is not None and self._worth >= bound:
                return Instead(self._best, self._worth, bound)
            offended = self._beside.offended(node.choice, watch)
            worth = int(self._priced.worth[node.choice].sum())
            if not offended and (self._best is None or worth > self._worth):
                if not sound(node.choice):
                    break
                self._best, self._worth = node.choice, worth
                if worth >= bound:
                    return Instead(node.choice, worth, bound)
            if self.looked_at >= most or not self._branch(node, offended, watch):
                break
        else:
            return None
        return Instead(self._best, self._worth, bound)

    def _look(
        self,
        there: NDArray[np.bool_],
        without: frozenset[int],
        rents: Mapping[int, int],
        watch: Watch,
    ) -> None:
        """The best assignment of the pairs that are `there`, if it places the coachee."""
        self.looked_at += 1
        choice, value = flow_beside(
            self._desk.problem, self._settled, self._pairs[there], self._worths[there]
        )
        if value < self._certainly:
            return
        known = self._priced.rents
        saved = sum(
            known.most(coach, frozenset(), watch)[0] - rent for coach, rent in rents.items()
        )
        bound = value - self._certainly + self._fixed + self._priced.rent - saved
        node = _Node(there, without, rents, choice)
        # Of equals the latest first: it has most behind it.
        heappush(self._open, (-bound, -self.looked_at, node))

    def _branch(self, node: _Node, offended: Sequence[int], watch: Watch) -> bool:
        """Look without each of some pairs, of which not all are chosen in any better plan.

        Or all are, where the coach could hold them. False where there is nothing to branch on.
        """
        problem, desk = self._desk.problem, self._desk
        loads = desk.loads(node.choice)
        if offended:
            coach = offended[0]
            core = desk.oracle(coach).conflict(desk.local(coach, loads[coach]), watch)
            branched: Sequence[int] = desk.pairs(coach, core)
        else:
            coach, branched = self._unpaid(node, loads, watch)
        there = node.there
        for pair in branched:
            if pair in self._stay:
                continue
            without = node.without | {pair}
            rents = dict(node.rents)
            if self._priced.rents.price[pair]:
                rents[coach] = self._priced.rents.most(coach, self._of(coach, without), watch)[0]
            self._look(there & (self._pairs != pair), without, rents, watch)
            theirs = problem.coachee[self._pairs] == problem.coachee[pair]
            if not (there & (self._pairs == pair)).any():
                return True  # it is in none of these plans, so that without it all are told
            there = there & (~theirs | (self._pairs == pair))
        if not offended and branched:
            self._look(there, node.without, node.rents, watch)
        return bool(branched)

    def _unpaid(
        self, node: _Node, loads: Mapping[int, list[int]], watch: Watch
    ) -> tuple[int, Sequence[int]]:
        """The coach whose rent is furthest from what their pairs pay, and the pairs that would."""
        rents = self._priced.rents
        worst: tuple[int, int, tuple[int, ...]] = (0, -1, ())
        for coach in rents.coaches:
            rent, pairs = rents.most(coach, self._of(coach, node.without), watch)
            paid = int(rents.price[loads.get(coach, [])].sum())
            worst = max(worst, (rent - paid, coach, pairs))
        return worst[1], worst[2]

    def _of(self, coach: int, pairs: frozenset[int]) -> frozenset[int]:
        """The pairs of a coach among `pairs` that have a price."""
        problem, price = self._desk.problem, self._priced.rents.price
        return frozenset(one for one in pairs if problem.coach[one] == coach and price[one])
