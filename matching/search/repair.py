"""Repairs a choice by inserting unplaced coachees, directly or by ejecting another coachee.

Ejection chains have at most two moves. Each move is checked with the oracles' fast tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from matching.coach_timetable.positions import members
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
        """Start from `choice`, to which `pairs` can be added.

        Args:
            oracles: the pricing oracles.
            choice: a feasible choice.
            pairs: `int64[Q]`, the pairs that may be added, ascending.
            profit: `int64[Q]`, the profit of each pair, which ranks the pairs of a coachee.
        """
        self._oracles = oracles
        self._problem = problem = oracles.problem
        order = np.lexsort((-profit, problem.coachee[pairs]))
        first = np.searchsorted(problem.coachee[pairs], np.arange(len(problem.priority) + 1))
        self._pairs, self._first = pairs[order], first.tolist()
        self._greatest = profit[order]
        self._left = (
            problem.capacity - np.bincount(problem.coach[choice], minlength=len(problem.capacity))
        ).tolist()
        self._held = {
            coach: oracles.local(coach, own)
            for coach, own in oracles.pairs_by_coach(choice).items()
        }
        self._chosen = dict(zip(problem.coachee[choice].tolist(), choice.tolist(), strict=True))
        self._options_of: dict[int, list[tuple[int, int]]] = {}
        self._unplaced = {*problem.coachee[pairs].tolist()}.difference(self._chosen)
        self._is_allowed = np.zeros(problem.size, dtype=np.bool_)
        self._is_allowed[pairs] = True
        self._coaches: list[int] = np.unique(problem.coach[pairs]).tolist()
        self._coachees_of: dict[int, list[int]] = {}

    @property
    def choice(self) -> Choice:
        """The current choice."""
        return np.array(sorted(self._chosen.values()), dtype=np.int64)

    def place(self, coachees: list[int], deadline: Deadline) -> None:
        """Place those of `coachees` for whom the heuristic finds a way; all must be unplaced."""
        for coachee in coachees:
            deadline.check()
            if self.insert(coachee, deadline) is None:
                self._by_ejection(coachee, deadline)

    def match_of(self, coachee: int) -> int | None:
        """Return the coachee's chosen pair, or `None` if the coachee is unplaced."""
        return self._chosen.get(coachee)

    def matches_of(self, coaches: Iterable[int]) -> list[int]:
        """Return the chosen pairs of the given coaches."""
        return [
            pair
            for coach in coaches
            for pair in self._oracles.pairs(coach, self._held.get(coach, 0))
        ]

    def coaches_of(self, coachee: int) -> list[int]:
        """Return the coaches of a coachee's allowed pairs, in order of decreasing profit."""
        return [coach for _, coach in self._options(coachee)]

    def number_of_options(self, coachee: int) -> int:
        """Return the number of a coachee's allowed pairs."""
        return int(self._first[coachee + 1] - self._first[coachee])

    def greatest_profit(self, coachee: int) -> int:
        """Return the greatest profit of a coachee's allowed pairs."""
        return int(self._greatest[self._first[coachee]])

    @property
    def unplaced(self) -> list[int]:
        """The unmatched coachees who have an allowed pair, in ascending order."""
        return sorted(self._unplaced)

    def unplaced_near(self, coaches: Iterable[int]) -> list[int]:
        """Return unmatched coachees who have an allowed pair with one of `coaches`."""
        near = {coachee for coach in coaches for coachee in self.coachees_of(coach)}
        return sorted(near & self._unplaced)

    def coachees_of(self, coach: int) -> list[int]:
        """Return the coachees of a coach's allowed pairs, ascending."""
        if coach not in self._coachees_of:
            own = self._problem.by_coach[coach]
            self._coachees_of[coach] = self._problem.coachee[own[self._is_allowed[own]]].tolist()
        return self._coachees_of[coach]

    @property
    def not_full(self) -> list[int]:
        """The coaches with a free place and an allowed pair, ascending."""
        return [coach for coach in self._coaches if self._left[coach] > 0]

    def remove(self, pair: int) -> None:
        """Remove a chosen pair."""
        coach = int(self._problem.coach[pair])
        self._held[coach] &= ~self._oracles.local(coach, [pair])
        self._left[coach] += 1
        del self._chosen[int(self._problem.coachee[pair])]
        self._unplaced.add(int(self._problem.coachee[pair]))

    def add(self, pair: int) -> None:
        """Add a pair, after which the choice must still be feasible."""
        coach = int(self._problem.coach[pair])
        self._held[coach] = self._held.get(coach, 0) | self._oracles.local(coach, [pair])
        self._left[coach] -= 1
        self._chosen[int(self._problem.coachee[pair])] = pair
        self._unplaced.discard(int(self._problem.coachee[pair]))

    def insert(
        self,
        coachee: int,
        deadline: Deadline,
        *,
        without: int = -1,
        skip: Callable[[], bool] = lambda: False,
    ) -> int | None:
        """Add and return a coachee's most profitable pair that fits, or return `None`.

        The coach `without` and coaches for whom `skip` returns true are not considered.
        """
        tried = 0
        for pair, coach in self._options(coachee):
            if self._left[coach] <= 0 or coach == without or skip():
                continue
            if self._fits(pair, 0, deadline):
                self.add(pair)
                return pair
            tried += 1
            if tried >= _MAX_OPTIONS:
                break
        return None

    def _options(self, coachee: int) -> list[tuple[int, int]]:
        """Return a coachee's allowed pairs and their coaches, in order of decreasing profit."""
        if coachee not in self._options_of:
            own = self._pairs[self._first[coachee] : self._first[coachee + 1]]
            self._options_of[coachee] = list(
                zip(own.tolist(), self._problem.coach[own].tolist(), strict=True)
            )
        return self._options_of[coachee]

    def _by_ejection(self, coachee: int, deadline: Deadline) -> bool:
        for pair, coach in self._options(coachee)[:_MAX_OPTIONS]:
            for other in self._others(coach):
                there = self._oracles.local(coach, [other])
                if self._problem.pinned[other] or not self._fits(pair, there, deadline):
                    continue
                mover = int(self._problem.coachee[other])
                self.remove(other)
                if self.insert(mover, deadline, without=coach) is not None:
                    if self._links_allow(pair):
                        self.add(pair)
                        return True
                    self.remove(self._chosen[mover])
                self.add(other)
        return False

    def _others(self, coach: int) -> Iterator[int]:
        """Yield a coach's chosen pairs whose coachee could move to a coach with free capacity."""
        own = self._problem.by_coach[coach]
        for place in members(self._held.get(coach, 0)):
            options = self._options(int(self._problem.coachee[own[place]]))
            if any(self._left[other] > 0 for _, other in options if other != coach):
                yield int(own[place])

    def _fits(self, pair: int, without: int, deadline: Deadline) -> bool:
        coach = int(self._problem.coach[pair])
        held = self._held.get(coach, 0) & ~without
        quickly = self._oracles.oracle(coach).can_hold_quickly(
            held | self._oracles.local(coach, [pair]), deadline
        )
        return quickly and self._links_allow(pair, self._oracles.pairs(coach, without))

    def _links_allow(self, pair: int, without: tuple[int, ...] = ()) -> bool:
        """Return whether linked coaches are known to have time for all their pairs and `pair`.

        The pairs in `without` are not counted.
        """
        linked = self._oracles.linked
        if linked is None:
            return True
        return linked.fits_quickly(pair, {*self._chosen.values()}.difference(without))
