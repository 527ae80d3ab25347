"""Answers about one coach: can this set be held, and which set is worth most.

Sets of candidates are bit sets of local indices. What was found out once is remembered: every part
of a set that can be held can be held, and nothing that contains an impossible set. Impossible sets
are shrunk until every part of them can be held, so that each rules out as much as it may.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

from matching.coach_timetable.calendar import CoachCalendar, Timetable, members
from matching.coach_timetable.insertion_heuristic import insert_all
from matching.coach_timetable.lp_relaxation import UNIT, Limit, Relaxation
from matching.coach_timetable.model import Placed, TimetableModel, times
from matching.coach_timetable.negotiated_congestion import BRIEFLY, LONG, SeriesPlanner, negotiate
from matching.deadline import SolverFaultError, Watch

_TIE = 1e-9
_VISITS = 150  # of branches, after which any set that is worth enough will do
_LIMITS = 64  # remembered, the latest
_ATTEMPTS = 2
_ATTEMPTS_ALONE = 12  # where there is no negotiation


class CoachOracle:
    """Exact answers about one coach's timetables."""

    def __init__(self, calendar: CoachCalendar, seed: int = 0) -> None:
        self.calendar = calendar
        self._seed = seed
        self._held: dict[int, Placed] = {}
        self._maximal: list[int] = []
        self._impossible: list[int] = []
        self._limits: deque[Limit] = deque(maxlen=_LIMITS)
        self._relaxation = Relaxation(calendar)
        self._planners: dict[int, SeriesPlanner] = {}

    def can_hold(self, wanted: int, watch: Watch) -> bool:
        """Whether the coach can place every session of all candidates in `wanted`."""
        known = self._known(wanted)
        if known is not None:
            return known
        if self._find(wanted, watch):
            return True
        self._shrink(wanted, watch)
        return False

    def surely_holds(self, wanted: int) -> bool:
        """Whether the coach is known, or seen at once, to be able to hold `wanted`."""
        known = self._known(wanted)
        if known is None:
            placed = insert_all(self.calendar, members(wanted), _ATTEMPTS)
            if placed is not None:
                self.learn(placed)
            return placed is not None
        return known

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

    @property
    def held(self) -> list[Placed]:
        """The timetables found so far, in the order of their finding."""
        return list(self._held.values())

    @property
    def impossible(self) -> list[int]:
        """Sets that cannot be held though each part of them can."""
        return list(self._impossible)

    def hear(self, held: Iterable[Placed], impossible: Iterable[int]) -> None:
        """Take over what another oracle of the same coach has found out."""
        for placed in held:
            self.learn(placed)
        for core in impossible:
            self._rule_out(core)

    def maximal(self, wanted: int, watch: Watch) -> int:
        """A part of `wanted` that can be held; taken in by ascending local index."""
        held = 0
        for one in members(wanted):
            if self.can_hold(held | 1 << one, watch):
                held |= 1 << one
        return held

    def best(self, worth: Mapping[int, float], above: float, watch: Watch) -> list[int]:
        """Sets that can be held and are worth more than `above`, each more than the one before.

        Empty only where no set is above. The last one is worth most of all sets, unless the search
        was long. `worth` is positive.
        """
        if self.none_above(worth, above):
            return []
        search = _BestSet(self, worth, above, watch)
        search.run()
        return search.found

    def none_above(self, worth: Mapping[int, float], above: float) -> bool:
        """Whether not even as many as there are places for, those worth most, are above."""
        dearest = sorted(worth.values(), reverse=True)[: self.calendar.most]
        return sum(dearest) <= above

    def prices(self, worth: Mapping[int, float], watch: Watch) -> tuple[float, dict[int, float]]:
        """`total`, and for each candidate `weight`.

        A set is worth at most `total` and what its members are worth beyond their weight.
        Nothing is known of too many candidates.
        """
        limit = self._relaxation.limit_for(worth, watch)
        if limit is None:
            return sum(worth.values()), dict.fromkeys(worth, 0.0)
        dearest = sorted(worth, key=lambda one: -worth[one])[: self.calendar.most]
        if limit.excludes(sum(1 << one for one in dearest)):
            self._limits.append(limit)
        return limit.total / UNIT, {one: limit.weight(one) / UNIT for one in worth}

    def conflict(self, wanted: int, watch: Watch) -> int:
        """A part of `wanted` that cannot be held though each part of it can.

        `wanted` cannot be held.
        """
        return next(
            (core for core in self._impossible if core & wanted == core), 0
        ) or self._shrink(wanted, watch)

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
        by_day = self.calendar.by_day
        placed = insert_all(self.calendar, candidates, _ATTEMPTS if by_day else _ATTEMPTS_ALONE)
        if placed is None and by_day:
            placed = negotiate(self.calendar, self._planners, candidates, BRIEFLY, watch.check)
        if placed is None:
            answer = self._relaxation.test(candidates, watch)
            if isinstance(answer, Limit):
                self._limits.append(answer)
                return False
            placed = answer
            if placed is None and by_day:
                placed = negotiate(self.calendar, self._planners, candidates, LONG, watch.check)
        if placed is None:
            model = TimetableModel(self.calendar, candidates, required=True)
            placed = model.solve(watch, seed=self._seed)
        if placed is not None:
            self.learn(placed)
        return placed is not None

    def _shrink(self, impossible: int, watch: Watch) -> int:
        core = impossible
        for one in members(impossible):
            rest = core & ~(1 << one)
            known = self._known(rest)
            if known is None:
                known = self._find(rest, watch)
            if not known:
                core = rest
        self._rule_out(core)
        return core

    def _rule_out(self, core: int) -> None:
        self._impossible = [other for other in self._impossible if other & core != core]
        self._impossible.append(core)


class _BestSet:
    """Depth first over the candidates, with or without each.

    A branch ends where neither the places left nor the prices of the relaxation leave room for
    more: with prices `u` a set is worth at most `total + sum of (worth - weight)` over its members.
    """

    def __init__(
        self, oracle: CoachOracle, worth: Mapping[int, float], above: float, watch: Watch
    ) -> None:
        self._oracle = oracle
        self._watch = watch
        self._most = oracle.calendar.most
        self._best = above
        self._worth = worth
        self._visits = 0
        self.found: list[int] = []

    def run(self) -> None:
        """Fill `found`."""
        dearest = sorted(self._worth, key=lambda one: (-self._worth[one], one))[: self._most]
        if self._oracle.can_hold(sum(1 << one for one in dearest), self._watch):
            self.found.append(sum(1 << one for one in dearest))
            return
        total, weight = self._oracle.prices(self._worth, self._watch)
        gain = {one: self._worth[one] - weight[one] for one in self._worth}
        self._order = sorted(self._worth, key=lambda one: (-gain[one], -self._worth[one], one))
        self._gain = [gain[one] for one in self._order]
        self._hopes = [0.0]  # sums of the gains that are above 0, from the end
        for value in reversed(self._gain):
            self._hopes.append(self._hopes[-1] + max(0.0, value))
        self._hopes.reverse()
        self._visit(0, 0, 0.0, total)

    def _visit(self, place: int, held: int, value: float, hope: float) -> None:
        if value > self._best:
            self._best = value
            self.found.append(held)
        left = self._most - held.bit_count()
        while place < len(self._order) and left:
            if hope + self._hopes[place] <= self._best + _TIE:
                return
            rest = sorted((self._worth[one] for one in self._order[place:]), reverse=True)
            if value + sum(rest[:left]) <= self._best + _TIE:
                return
            one = self._order[place]
            self._visits += 1
            if self.found and self._visits > _VISITS:
                return  # good enough for now: prices will have moved when it matters
            if self._oracle.can_hold(held | 1 << one, self._watch):
                gain = self._gain[place]
                self._visit(place + 1, held | 1 << one, value + self._worth[one], hope + gain)
            place += 1
