"""Construction heuristic: starts from the pins and inserts coachees one at a time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from matching.coach_timetable.insertion_heuristic import PartialTimetable
from matching.deadline import Deadline, DeadlineExceededError
from matching.instance.problem import cross_border_balance
from matching.search.column_generation import Choice, PricingOracles

_MAX_COACHES_TRIED = 30  # coaches with free capacity tried for each coachee
_EFFORT_PER_INSERTION = 0.001


def construct_choice(oracles: PricingOracles, pinned: Choice, deadline: Deadline) -> Choice:
    """Return a feasible choice that contains the `pinned` pairs.

    `pinned` must be feasible. With a minimum cross-border share, cross-border pairs are inserted
    first, and domestic pairs only while the share permits.

    Raises:
        CancelledError: the run was cancelled.
        DeadlineExceededError: the limit passed before any coachee was placed.
    """
    builder = _ChoiceBuilder(oracles, pinned, deadline)
    try:
        if oracles.problem.share:
            builder.fill(oracles.problem.cross)
        builder.fill(np.ones(oracles.problem.size, dtype=np.bool_))
    except DeadlineExceededError:
        if not len(builder.choice()):
            raise
    return builder.choice()


class _ChoiceBuilder:
    """A choice under construction, with the coaches' partial timetables."""

    def __init__(self, oracles: PricingOracles, pinned: Choice, deadline: Deadline) -> None:
        self._oracles = oracles
        self._problem = problem = oracles.problem
        self._deadline = deadline
        self._chosen = pinned.tolist()
        self._gains = cross_border_balance(problem)
        self._balance = int(self._gains[pinned].sum())
        self._left = problem.capacity.copy()
        self._placed = set(problem.coachee[pinned].tolist())
        self._timetables: dict[int, PartialTimetable] = {}
        for coach, pairs in oracles.pairs_by_coach(pinned).items():
            for one, positions in (
                oracles.oracle(coach).positions(oracles.local(coach, pairs), deadline).items()
            ):
                self._timetable_of(coach).add(one, positions)
                self._left[coach] -= 1

    def choice(self) -> Choice:
        """Return the chosen pairs, and store their timetables in the oracles."""
        for coach, partial_timetable in self._timetables.items():
            self._oracles.oracle(coach).add_timetable(partial_timetable.placed)
        return np.array(sorted(self._chosen), dtype=np.int64)

    def fill(self, wanted: np.ndarray) -> None:
        """Place coachees one by one where possible, using only the `wanted: bool[P]` pairs."""
        problem = self._problem
        options = np.bincount(problem.coachee, minlength=len(problem.priority))
        for coachee in np.lexsort((options, -problem.priority)).tolist():
            if coachee in self._placed:
                continue
            self._deadline.check()
            for pair in self._options(coachee, wanted):
                if self._insert(pair):
                    self._placed.add(coachee)
                    break

    def _options(self, coachee: int, wanted: np.ndarray) -> Iterator[int]:
        """Yield a coachee's pairs with coaches who have free capacity, by decreasing points."""
        problem = self._problem
        first, last = np.searchsorted(problem.coachee, (coachee, coachee + 1))
        pairs = np.arange(first, last)
        good = wanted[first:last] & (self._left[problem.coach[first:last]] > 0)
        good &= self._balance + self._gains[first:last] >= min(0, self._balance)
        pairs = pairs[good]
        yield from pairs[np.argsort(-problem.points[pairs], kind="stable")][
            :_MAX_COACHES_TRIED
        ].tolist()

    def _insert(self, pair: int) -> bool:
        linked = self._oracles.linked
        if linked and not linked.fits_quickly(pair, self._chosen):
            return False
        self._deadline.spend(_EFFORT_PER_INSERTION)
        coach = int(self._problem.coach[pair])
        partial_timetable = self._timetable_of(coach)
        local = self._oracles.local(coach, [pair]).bit_length() - 1
        if not partial_timetable.insert(local, self._oracles.oracle(coach).calendar.popularity):
            return False
        self._chosen.append(pair)
        self._left[coach] -= 1
        self._balance += int(self._gains[pair])
        return True

    def _timetable_of(self, coach: int) -> PartialTimetable:
        if coach not in self._timetables:
            self._timetables[coach] = PartialTimetable(self._oracles.oracle(coach).calendar)
        return self._timetables[coach]
