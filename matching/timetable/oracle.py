"""Answers about one coach: can this set be held, and which set is worth most.

Sets of candidates are bit sets of local indices. What was found out once is remembered: every part
of a set that can be held can be held, and nothing that contains an impossible set. Impossible sets
are shrunk until every part of them can be held, so that each rules out as much as it may.
"""

from __future__ import annotations

from collections.abc import Mapping

from matching.timetable.calendar import CoachCalendar, Timetable, members
from matching.timetable.insertion import insert_all
from matching.timetable.model import Placed, TimetableModel, times
from matching.timetable.relaxation import Limit, Relaxation
from matching.watch import SolverFaultError, Watch

_ATTEMPTS = 12


class CoachOracle:
    """Exact answers about one coach's timetables."""

    def __init__(self, calendar: CoachCalendar, seed: int = 0) -> None:
        self.calendar = calendar
        self._seed = seed
        self._held: dict[int, Placed] = {}
        self._maximal: list[int] = []
        self._impossible: list[int] = []
        self._limits: list[Limit] = []
        self._relaxation = Relaxation(calendar)

    def can_hold(self, wanted: int, watch: Watch) -> bool:
        """Whether the coach can place every session of all candidates in `wanted`."""
        known = self._known(wanted)
        if known is not None:
            return known
        if self._find(wanted, watch):
            return True
        self._shrink(wanted, watch)
        return False

    def positions(self, wanted: int, watch: Watch) -> Placed:
        """Positions of all candidates in `wanted`, which the coach has to be able to hold."""
        if not self.can_hold(wanted, watch):
            raise SolverFaultError("asked for the timetable of a set that cannot be held")
        holding = next((held for held in self._held if held & wanted == wanted), 0)
        return {one: self._held[holding][one] for one in members(wanted)}

    def timetable(self, wanted: int, watch: Watch) -> Timetable:
        """Sessions of all candidates in `wanted`, which the coach has to be able to hold."""
        return times(self.calendar, self.positions(wanted, watch))

    def learn(self, placed: Placed) -> None:
        """Remember a timetable."""
        held = sum(1 << one for one in placed)
        self._held[held] = placed
        if not any(other & held == held for other in self._maximal):
            self._maximal = [other for other in self._maximal if other & held != other]
            self._maximal.append(held)

    def maximal(self, wanted: int, watch: Watch) -> int:
        """A part of `wanted` that can be held; taken in by ascending local index."""
        held = 0
        for one in members(wanted):
            if self.can_hold(held | 1 << one, watch):
                held |= 1 << one
        return held

    def best(self, worth: Mapping[int, float], above: float, watch: Watch) -> list[int]:
        """Sets that can be held and are worth more than `above`, each more than the one before.

        The last one is worth most of all sets that can be held; empty where none is above.
        `worth` is positive.
        """
        search = _BestSet(self, worth, above, watch)
        search.run()
        return search.found

    def _known(self, wanted: int) -> bool | None:
        if wanted.bit_count() > self.calendar.most:
            return False
        if any(held & wanted == wanted for held in self._maximal) or not wanted:
            return True
        if any(core & wanted == core for core in self._impossible):
            return False
        if any(limit.excludes(wanted) for limit in self._limits):
            return False
        return None

    def _find(self, wanted: int, watch: Watch) -> bool:
        watch.check()
        candidates = members(wanted)
        placed = insert_all(self.calendar, candidates, _ATTEMPTS)
        if placed is None:
            answer = self._relaxation.test(candidates)
            if isinstance(answer, Limit):
                self._limits.append(answer)
                return False
            placed = answer
        if placed is None:
            model = TimetableModel(self.calendar, candidates, required=True)
            placed = model.solve(watch, seed=self._seed)
        if placed is not None:
            self.learn(placed)
        return placed is not None

    def _shrink(self, impossible: int, watch: Watch) -> None:
        core = impossible
        for one in members(impossible):
            rest = core & ~(1 << one)
            known = self._known(rest)
            if known is None:
                known = self._find(rest, watch)
            if not known:
                core = rest
        self._impossible = [other for other in self._impossible if other & core != core]
        self._impossible.append(core)


class _BestSet:
    """Depth first over the candidates by falling worth, with or without each."""

    def __init__(
        self, oracle: CoachOracle, worth: Mapping[int, float], above: float, watch: Watch
    ) -> None:
        self._oracle = oracle
        self._watch = watch
        self._order = sorted(worth, key=lambda one: (-worth[one], one))
        self._worth = [worth[one] for one in self._order]
        self._most = oracle.calendar.most
        self._best = above
        self._sums = [0.0]
        for value in self._worth:
            self._sums.append(self._sums[-1] + value)
        self.found: list[int] = []

    def run(self) -> None:
        self._visit(0, 0, 0.0)

    def _visit(self, place: int, held: int, value: float) -> None:
        if value > self._best:
            self._best = value
            self.found.append(held)
        left = self._most - held.bit_count()
        while place < len(self._order) and left:
            end = min(len(self._order), place + left)
            if value + self._sums[end] - self._sums[place] <= self._best:
                return
            wider = held | 1 << self._order[place]
            if self._oracle.can_hold(wider, self._watch):
                self._visit(place + 1, wider, value + self._worth[place])
            place += 1
