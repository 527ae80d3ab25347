"""Repairs a choice by inserting unplaced coachees, directly or by ejecting another coachee.

Ejection chains have at most two moves. Each move is checked with the oracles' fast tests.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from matching.coach_timetable.calendar import members
from matching.deadline import Deadline
from matching.search.column_generation import Choice, PricingOracles

_MAX_OPTIONS = 30  # coaches per coachee, in order of profit


class Repair:
    """A feasible choice to which coachees can be added."""

    def __init__(
        self,
        oracles: PricingOracles,
        choice: Choice,
        pairs: NDArray[np.int64],
        profit: NDArray[np.int64],
    ) -> None:
        """Start from `choice`, and allow `pairs`.

        Args:
            oracles: the pricing oracles.
            choice: a feasible choice.
            pairs: `int64[Q]`, the pairs that may be added, ascending.
            profit: `int64[Q]`, the profit of each pair, which ranks the pairs of a coachee.
        """
        self._oracles = oracles
        self._problem = problem = oracles.problem
        self._pairs = pairs
        self._profit = profit
        self._first = np.searchsorted(
            problem.coachee[pairs], np.arange(len(problem.priority) + 1)
        ).tolist()
        self._left = problem.capacity - np.bincount(
            problem.coach[choice], minlength=len(problem.capacity)
        )
        self._held = {
            coach: oracles.local(coach, own)
            for coach, own in oracles.pairs_by_coach(choice).items()
        }
        self._chosen = dict(zip(problem.coachee[choice].tolist(), choice.tolist(), strict=True))

    @property
    def choice(self) -> Choice:
        """The current choice."""
        return np.array(sorted(self._chosen.values()), dtype=np.int64)

    def place(self, coachees: list[int], deadline: Deadline) -> None:
        """Place `coachees`, where the heuristic finds a way; none of them may be placed yet."""
        for coachee in coachees:
            deadline.check()
            if not self._insert_directly(coachee):
                self._by_ejection(coachee)

    def _options(self, coachee: int) -> NDArray[np.int64]:
        first, last = self._first[coachee], self._first[coachee + 1]
        order = np.argsort(-self._profit[first:last], kind="stable")
        return self._pairs[first:last][order]

    def _insert_directly(self, coachee: int, without: int = -1) -> bool:
        """Assign a coachee to a coach with free capacity, and return whether there was one.

        The coach `without` is not considered.
        """
        options = self._options(coachee)
        coaches = self._problem.coach[options]
        free = options[(self._left[coaches] > 0) & (coaches != without)][:_MAX_OPTIONS]
        for pair in free.tolist():
            if self._fits(pair, 0):
                self._assign(pair)
                return True
        return False

    def _by_ejection(self, coachee: int) -> bool:
        for pair in self._options(coachee)[:_MAX_OPTIONS].tolist():
            coach = int(self._problem.coach[pair])
            for other in self._others(coach):
                there = self._oracles.local(coach, [other])
                if self._problem.pinned[other] or not self._fits(pair, there):
                    continue
                mover = int(self._problem.coachee[other])
                self._unassign(other)
                if self._insert_directly(mover, coach):
                    if self._links_allow(pair):
                        self._assign(pair)
                        return True
                    self._unassign(self._chosen[mover])
                self._assign(other)
        return False

    def _others(self, coach: int) -> Iterator[int]:
        """Yield a coach's pairs whose coachee has another coach with free capacity."""
        own = self._problem.by_coach[coach]
        for place in members(self._held.get(coach, 0)):
            options = self._options(int(self._problem.coachee[own[place]]))
            elsewhere = options[self._problem.coach[options] != coach]
            if (self._left[self._problem.coach[elsewhere]] > 0).any():
                yield int(own[place])

    def _fits(self, pair: int, without: int) -> bool:
        coach = int(self._problem.coach[pair])
        held = self._held.get(coach, 0) & ~without
        quickly = self._oracles.oracle(coach).can_hold_quickly(
            held | self._oracles.local(coach, [pair])
        )
        return quickly and self._links_allow(pair, self._oracles.pairs(coach, without))

    def _links_allow(self, pair: int, without: tuple[int, ...] = ()) -> bool:
        """Whether linked coaches can meet everybody if `pair` is added."""
        linked = self._oracles.linked
        if linked is None:
            return True
        return linked.fits_quickly(pair, {*self._chosen.values()}.difference(without))

    def _assign(self, pair: int) -> None:
        coach = int(self._problem.coach[pair])
        self._held[coach] = self._held.get(coach, 0) | self._oracles.local(coach, [pair])
        self._left[coach] -= 1
        self._chosen[int(self._problem.coachee[pair])] = pair

    def _unassign(self, pair: int) -> None:
        coach = int(self._problem.coach[pair])
        self._held[coach] &= ~self._oracles.local(coach, [pair])
        self._left[coach] += 1
        del self._chosen[int(self._problem.coachee[pair])]
