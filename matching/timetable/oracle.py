"""Answers about one coach: can this set be held, and which set is worth most.

Sets of candidates are bit sets of local indices. What was found out once is remembered: every part
of a set that can be held can be held, and nothing that contains an impossible set.
"""

from __future__ import annotations

from collections.abc import Mapping

from matching.timetable.calendar import CoachCalendar, Timetable, members
from matching.timetable.insertion import insert_all
from matching.timetable.model import Placed, TimetableModel, times
from matching.watch import SolverFaultError, Watch

_ATTEMPTS = 8


class CoachOracle:
    """Exact answers about one coach's timetables."""

    def __init__(self, calendar: CoachCalendar, seed: int = 0) -> None:
        self.calendar = calendar
        self._seed = seed
        self._held: dict[int, Placed] = {}
        self._impossible: list[int] = []

    def can_hold(self, wanted: int, watch: Watch) -> bool:
        """Whether the coach can place every session of all candidates in `wanted`."""
        if wanted.bit_count() > self.calendar.capacity:
            return False
        return self._placed(wanted, watch) is not None

    def timetable(self, wanted: int, watch: Watch) -> Timetable:
        """Sessions of all candidates in `wanted`, which the coach has to be able to hold."""
        return times(self.calendar, self.positions(wanted, watch))

    def positions(self, wanted: int, watch: Watch) -> Placed:
        """Positions of all candidates in `wanted`, which the coach has to be able to hold."""
        placed = self._placed(wanted, watch)
        if placed is None:
            raise SolverFaultError("asked for the timetable of a set that cannot be held")
        return {one: placed[one] for one in members(wanted)}

    def learn(self, placed: Placed) -> None:
        """Remember a timetable somebody else has found."""
        self._held[sum(1 << one for one in placed)] = placed

    def maximal(self, wanted: int, watch: Watch) -> int:
        """A part of `wanted` that can be held; taken in by ascending local index."""
        held = 0
        for one in members(wanted):
            if self.can_hold(held | 1 << one, watch):
                held |= 1 << one
        return held

    def best(self, worth: Mapping[int, float], watch: Watch) -> tuple[int, float]:
        """The set that can be held whose members are worth most, and what it is worth."""
        scale = 1 << 20
        useful = {one: round(value * scale) for one, value in worth.items()}
        useful = {one: value for one, value in useful.items() if value > 0}
        if not useful:
            return 0, 0.0
        model = TimetableModel(self.calendar, sorted(useful), required=False)
        model.model.maximize(sum(value * model.there[one] for one, value in sorted(useful.items())))
        placed = model.solve(watch, seed=self._seed) or {}
        found = sum(1 << one for one in placed)
        self._held[found] = placed
        return found, sum(worth[one] for one in placed)

    def _placed(self, wanted: int, watch: Watch) -> Placed | None:
        if wanted == 0:
            return {}
        if wanted in self._held:
            return self._held[wanted]
        if any(core & wanted == core for core in self._impossible):
            return None
        for known, held in self._held.items():
            if known & wanted == wanted:
                return held
        placed = self._find(wanted, watch)
        if placed is None:
            self._impossible.append(wanted)
        else:
            self._held[wanted] = placed
        return placed

    def _find(self, wanted: int, watch: Watch) -> Placed | None:
        watch.check()
        candidates = members(wanted)
        if any(not self.calendar.candidates[one].starts for one in candidates):
            return None
        if len(candidates) * self.calendar.count > sum(self.calendar.day_limit.values()):
            return None
        placed = insert_all(self.calendar, candidates, _ATTEMPTS)
        if placed is not None:
            return placed
        return TimetableModel(self.calendar, candidates, required=True).solve(
            watch, seed=self._seed
        )
