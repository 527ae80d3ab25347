"""A first choice, quickly: pins, then everybody in turn wherever their sessions go in at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from matching.coach_timetable.insertion_heuristic import Agenda
from matching.deadline import OutOfTimeError, Watch
from matching.instance.problem import balances
from matching.search.branch_and_price import Choice, Desk

_TRIES = 30  # coaches with a place left that a coachee is tried with


def first_choice(desk: Desk, pinned: Choice, watch: Watch) -> Choice:
    """A choice that holds the `pinned` pairs and breaks nothing.

    `pinned` itself has to be possible. Where a cross-border share is asked for, pairs of two
    countries come first; a pair of one country is taken only while the share allows one.

    Raises:
        OutOfTimeError: before anybody was placed.
    """
    builder = _Builder(desk, pinned, watch)
    try:
        if desk.problem.share:
            builder.fill(desk.problem.cross)
        builder.fill(np.ones(desk.problem.size, dtype=np.bool_))
    except OutOfTimeError:
        if not len(builder.choice()):
            raise
    return builder.choice()  # whoever has been placed by now


class _Builder:
    """Agendas of coaches as they fill up."""

    def __init__(self, desk: Desk, pinned: Choice, watch: Watch) -> None:
        self._desk = desk
        self._problem = problem = desk.problem
        self._watch = watch
        self._chosen = pinned.tolist()
        self._gains = balances(problem)
        self._balance = int(self._gains[pinned].sum())
        self._left = problem.capacity.copy()
        self._placed = set(problem.coachee[pinned].tolist())
        self._agendas: dict[int, Agenda] = {}
        for coach, pairs in desk.loads(pinned).items():
            for one, positions in (
                desk.oracle(coach).positions(desk.local(coach, pairs), watch).items()
            ):
                self._agenda(coach).add(one, positions)
                self._left[coach] -= 1

    def choice(self) -> Choice:
        """The chosen pairs; the oracles learn the timetables."""
        for coach, agenda in self._agendas.items():
            self._desk.oracle(coach).learn(agenda.placed)
        return np.array(sorted(self._chosen), dtype=np.int64)

    def fill(self, wanted: np.ndarray) -> None:
        """Place whom it can with `wanted: bool[P]` pairs."""
        problem = self._problem
        options = np.bincount(problem.coachee, minlength=len(problem.priority))
        for coachee in np.lexsort((options, -problem.priority)).tolist():
            if coachee in self._placed:
                continue
            self._watch.check()
            for pair in self._options(coachee, wanted):
                if self._insert(pair):
                    self._placed.add(coachee)
                    break

    def _options(self, coachee: int, wanted: np.ndarray) -> Iterator[int]:
        """Pairs of a coachee whose coach has a place left, most points first."""
        problem = self._problem
        first, last = np.searchsorted(problem.coachee, (coachee, coachee + 1))
        pairs = np.arange(first, last)
        good = wanted[first:last] & (self._left[problem.coach[first:last]] > 0)
        good &= self._balance + self._gains[first:last] >= min(0, self._balance)
        pairs = pairs[good]
        yield from pairs[np.argsort(-problem.points[pairs], kind="stable")][:_TRIES].tolist()

    def _insert(self, pair: int) -> bool:
        coach = int(self._problem.coach[pair])
        agenda = self._agenda(coach)
        local = self._desk.local(coach, [pair]).bit_length() - 1
        if not agenda.insert(local, self._desk.oracle(coach).calendar.popularity):
            return False
        self._chosen.append(pair)
        self._left[coach] -= 1
        self._balance += int(self._gains[pair])
        return True

    def _agenda(self, coach: int) -> Agenda:
        if coach not in self._agendas:
            self._agendas[coach] = Agenda(self._desk.oracle(coach).calendar)
        return self._agendas[coach]
