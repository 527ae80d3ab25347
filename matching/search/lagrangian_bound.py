"""What the hours of coaches are worth: prices under which bare assignments bound whole plans.

With prices `w_ij >= 0` and rents `r_j >= max sum of w_ij over a set that coach j can hold`, every
plan is worth at most

    r + best assignment by max(0, c_ij - w_ij) ,    r = sum of r_j

(Lagrange, of the rows that tie an expanded coach to sets). Prices are duals of the linear programme
with sets priced in, rounded to whole numbers; rents are counted for these by the oracles, so that
the bound is exact whatever the solver's tolerance.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.assignment.min_cost_flow import Flow, Worth, best_flow
from matching.assignment.restricted_master import Relaxed
from matching.deadline import SolverFaultError, Watch
from matching.search.branch_and_price import Choice, Coordinator, Desk

PARTS = 64  # of one unit of worth, in which prices are told
_NEAR = 4  # of the gap only one part in so many is looked at first
_ROUNDS = 6
_HALF = 0.5
_A_LITTLE = 1e-4


class Rents:
    """What the hours of coaches are worth by fixed prices, with or without some of the pairs."""

    def __init__(self, desk: Desk, price: Worth, coaches: Iterable[int], scale: int) -> None:
        """`price: int64[P]` in parts, of pairs of these `coaches`; `scale` parts are a unit."""
        self._desk = desk
        self.price = price
        self.coaches = tuple(coaches)
        self._scale = scale
        self._known: dict[tuple[int, frozenset[int]], tuple[int, tuple[int, ...]]] = {}

    def most(
        self, coach: int, without: frozenset[int], watch: Watch
    ) -> tuple[int, tuple[int, ...]]:
        """The pairs a coach can hold, none of them `without`, whose price is most; and that price.

        Raises:
            CancelledError, OutOfTimeError: as `Watch.check`.
        """
        if (coach, without) not in self._known:
            self._known[coach, without] = self._count(coach, without, watch)
        return self._known[coach, without]

    def _count(
        self, coach: int, without: frozenset[int], watch: Watch
    ) -> tuple[int, tuple[int, ...]]:
        oracle = self._desk.oracle(coach)
        whole = {
            place: int(self.price[pair])
            for place, pair in enumerate(self._desk.problem.by_coach[coach].tolist())
            if self.price[pair] and pair not in without
        }
        worth = {place: price / self._scale for place, price in whole.items()}
        most, held = 0, 0
        while worth and (found := oracle.best(worth, (most + _HALF) / self._scale, watch)):
            held = found[-1]
            most = sum(price for place, price in whole.items() if held >> place & 1)
        return most, self._desk.pairs(coach, held)


@dataclass(frozen=True, eq=False)
class Priced:
    """The bare assignment by what pairs are worth beyond their hours, in parts of a unit.

    Attributes:
        worth: `int64[P]`, what pairs are worth, in units.
        flow: the best assignment by worth less price, in parts.
        rent: all rents together, in parts.
        rents: what they are made up of.
    """

    worth: Worth
    flow: Flow
    rent: int
    rents: Rents

    @property
    def bound(self) -> int:
        """What no plan exceeds, in parts."""
        return self.flow.value + self.rent


def price_hours(
    desk: Desk,
    pairs: NDArray[np.int64],
    worth: Worth,
    best: Choice,
    *,
    unit: int,
    watch: Watch,
) -> Priced:
    """Prices at which the bound of plans of `pairs` comes down to the worth of the `best` plan.

    Or near it. `unit` is a part of the worth in which a linear programme keeps its accuracy.

    Raises:
        CancelledError, OutOfTimeError: as `Watch.check`.
    """
    problem = desk.problem
    value = PARTS * int(worth[best].sum())
    free = Rents(desk, np.zeros(problem.size, dtype=np.int64), (), 1)
    priced = Priced(worth, best_flow(problem, pairs, PARTS * worth[pairs], watch.check), 0, free)
    near = np.zeros(problem.size, dtype=np.bool_)
    near[best] = True
    near[pairs[priced.flow.loss <= (priced.bound - value) // _NEAR]] = True
    nobody = np.zeros(len(problem.priority), dtype=np.bool_)
    for _ in range(_ROUNDS):
        if priced.bound - value < PARTS:
            break
        search = Coordinator(desk, [], near, nobody, watch)
        search.aim(worth / unit)
        relaxed = _relaxed(search, near, nobody, best)
        rents = _rents(desk, relaxed, unit)
        rent = sum(rents.most(coach, frozenset(), watch)[0] for coach in rents.coaches)
        left = np.maximum(0, PARTS * worth[pairs] - rents.price[pairs])
        found = Priced(worth, best_flow(problem, pairs, left, watch.check), rent, rents)
        priced = min(priced, found, key=lambda one: one.bound)
        missed = found.flow.choice[~near[found.flow.choice]]
        if not len(missed):
            break
        near[missed] = True
        near[pairs[found.flow.loss <= 0]] = True
    return priced


def _relaxed(
    search: Coordinator, near: NDArray[np.bool_], nobody: NDArray[np.bool_], best: Choice
) -> Relaxed:
    """The linear optimum near the best plan, with coaches described by sets where it takes them.

    Everybody gives up a little of their place in the plan. Of all prices at which it is the best,
    that chooses those which tell most of what each of them would lose elsewhere.
    """
    upper = near.astype(np.float64)
    upper[best] = 1 - _A_LITTLE
    while True:
        relaxed = search.relax(nobody, upper)
        if relaxed is None:
            raise SolverFaultError("a programme that demands nothing has no solution")
        choice = np.flatnonzero(relaxed.chosen > _HALF)
        offended = search.desk.offended(choice, search.watch)
        more = [coach for coach in offended if coach not in relaxed.rent]
        if not more:
            return relaxed
        search.expand(more, choice)


def _rents(desk: Desk, relaxed: Relaxed, unit: int) -> Rents:
    """By the duals, in whole parts."""
    price = np.zeros(desk.problem.size, dtype=np.int64)
    for duals in relaxed.price.values():
        for pair, dual in duals.items():
            price[pair] = round(dual * unit * PARTS)
    return Rents(desk, price, relaxed.price, unit * PARTS)
