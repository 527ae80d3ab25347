"""Assignment and timetables together: branch and price, with coaches expanded on demand.

The master relaxes every coach to a capacity until a coach is given a set it cannot hold; from then
on that coach is *expanded*: it chooses among sets it can hold, and its oracle prices new ones in.
The linear bound is valid throughout, since capacity is a relaxation of what can be held. Where the
programme ends fractional, some pair is branched on; pairs stay in the programme as variables, so
branching leaves pricing as it is (Barnhart et al. 1998, section 5).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import floor

import numpy as np
from numpy.typing import NDArray

from matching.assignment.restricted_master import Floor, Master, Relaxed, Weights
from matching.coach_timetable.calendar import CoachCalendar, Timetable, members
from matching.coach_timetable.feasibility_and_pricing import CoachOracle
from matching.deadline import OutOfTimeError, Watch
from matching.instance.problem import Problem
from matching.search.worker_pool import Crew, Question

_EPSILON = 1e-6
_DUAL_TOLERANCE = 1e-7  # by which HiGHS may overlook what a pair would gain

Choice = NDArray[np.int64]
"""Chosen pairs, ascending."""


class Desk:
    """The oracles of all coaches of a problem, made when first asked; they only ever learn.

    `pool` holds, for each coach that was ever expanded, the sets (of pairs) known to be held.
    """

    def __init__(self, problem: Problem, seed: int, crew: Crew | None = None) -> None:
        """Pricing is left to the `crew`, once there is much of it."""
        self.problem = problem
        self.seed = seed
        self.crew = crew or Crew(1, problem, seed)
        self._oracles: dict[int, CoachOracle] = {}
        self.pool: dict[int, set[tuple[int, ...]]] = {}

    def oracle(self, coach: int) -> CoachOracle:
        """The oracle of a coach; its local indices follow `problem.by_coach[coach]`."""
        if coach not in self._oracles:
            pairs = self.problem.by_coach[coach]
            calendar = CoachCalendar(self.problem, coach, self.problem.coachee[pairs].tolist())
            self._oracles[coach] = CoachOracle(calendar, self.seed)
        return self._oracles[coach]

    def local(self, coach: int, pairs: Sequence[int]) -> int:
        """Pairs of a coach as a bit set of local indices."""
        places = np.searchsorted(self.problem.by_coach[coach], np.asarray(pairs, dtype=np.int64))
        return sum(1 << place for place in places.tolist())

    def pairs(self, coach: int, local: int) -> tuple[int, ...]:
        """The pairs of a coach that a bit set of local indices stands for."""
        own = self.problem.by_coach[coach]
        return tuple(int(own[place]) for place in members(local))

    def best(
        self, worths: Mapping[int, tuple[dict[int, float], float]], watch: Watch
    ) -> dict[int, list[int]]:
        """For coaches the sets that are worth more than given, as `CoachOracle.best`.

        `worths` holds the worth of each candidate and what has to be surpassed.
        """
        open_to_more = {
            coach: one for coach, one in worths.items() if not self.oracle(coach).none_above(*one)
        }
        if not self.crew.wanted(len(open_to_more)):
            return {
                coach: self.oracle(coach).best(*one, watch) for coach, one in open_to_more.items()
            }
        questions = [Question(coach, best_sets, one) for coach, one in open_to_more.items()]
        answers = self.crew.ask(questions, self._oracles, watch)
        return dict(zip(open_to_more, answers, strict=True))

    def offended(self, choice: Choice, watch: Watch) -> list[int]:
        """Coaches that cannot hold what `choice` gives them."""
        return [
            coach
            for coach, pairs in self.loads(choice).items()
            if not self.oracle(coach).can_hold(self.local(coach, pairs), watch)
        ]

    def loads(self, choice: Choice) -> dict[int, list[int]]:
        """The chosen pairs of each coach that has any."""
        loads: dict[int, list[int]] = {}
        for pair, coach in zip(choice.tolist(), self.problem.coach[choice].tolist(), strict=True):
            loads.setdefault(coach, []).append(pair)
        return loads

    def timetables(self, choice: Choice, watch: Watch) -> dict[int, Timetable]:
        """Sessions by coach and local index."""
        return {
            coach: self.oracle(coach).timetable(self.local(coach, pairs), watch)
            for coach, pairs in self.loads(choice).items()
        }


def best_sets(
    oracle: CoachOracle, argument: tuple[dict[int, float], float], watch: Watch
) -> list[int]:
    """As `CoachOracle.best`, asked of a crew."""
    return oracle.best(*argument, watch)


@dataclass(frozen=True, eq=False)
class Found:
    """The best choice known (`None`: there is none) and a bound no choice exceeds."""

    choice: Choice | None
    value: int
    bound: int

    @property
    def proven(self) -> bool:
        """Whether nothing better can exist."""
        return self.choice is not None and self.value >= self.bound


Tell = Callable[[int | None, int], None]
"""Told the best value so far (`None`: none yet) and the bound."""


class Coordinator:
    """Maximises linear objectives over the joint problem, under floors.

    `allowed: bool[P]` are the pairs that may be chosen, `must: bool[n]` the coachees who have to be
    placed.
    """

    def __init__(
        self,
        desk: Desk,
        floors: Sequence[Floor],
        allowed: NDArray[np.bool_],
        must: NDArray[np.bool_],
        watch: Watch,
    ) -> None:
        self.desk = desk
        self.problem = problem = desk.problem
        self.watch = watch
        self.must = must
        self.allowed = allowed
        self._master = Master(problem, np.flatnonzero(self.allowed), floors)
        for coach, sets in desk.pool.items():
            self._master.expand(coach)
            for pairs in sets:
                self._master.add_set(coach, pairs)

    def maximise(
        self,
        objective: Weights,
        start: Choice | None,
        tell: Tell,
        *,
        bound: int | None = None,
        enough: int | None = None,
    ) -> Found:
        """The best choice for an integral `objective: float64[P]`, from a known choice or none.

        `bound` is one already known. Stops as soon as a value of `enough` is reached, or the
        bound falls below it.
        """
        self.aim(objective)
        limit = int(np.abs(objective).sum()) if bound is None else bound
        return _Search(self, objective, start, tell, (limit, enough)).run()

    def aim(self, objective: Weights) -> None:
        """Let `relax` maximise `objective: float64[P]`."""
        self._master.aim(objective)

    def relax(
        self, must: NDArray[np.bool_], allowed: NDArray[np.bool_] | NDArray[np.float64]
    ) -> Relaxed | None:
        """The linear optimum with sets priced in; `None` where nothing fits.

        `allowed: [P]` may say how much of each pair may be chosen at most, between 0 and 1.
        """
        self._master.allow(must, allowed)
        while True:
            relaxed = self._master.relax(self.watch)
            if relaxed is None:
                if not self._mend():
                    return None
            elif not self._price(relaxed):
                return relaxed

    def _mend(self) -> bool:
        """Price sets in until nothing lacks; false where something always will."""
        while True:
            relaxed = self._master.least_lack(self.watch)
            if relaxed.value > -_EPSILON:
                return True
            if not self._price(relaxed):
                return False

    def _price(self, relaxed: Relaxed) -> bool:
        """Add the best set of each expanded coach that would raise the value; whether any did."""
        worths = {}
        for coach in sorted(relaxed.price):
            prices = relaxed.price[coach]
            own = self.problem.by_coach[coach].tolist()
            worth = {place: prices[pair] for place, pair in enumerate(own) if prices.get(pair)}
            worths[coach] = worth, relaxed.rent[coach] + _EPSILON
        added = False
        for coach, sets in self.desk.best(worths, self.watch).items():
            for found in sets:
                added |= self._add(coach, found)
        return added

    def expand(self, coaches: Sequence[int], choice: Choice) -> None:
        """Describe coaches by sets, beginning with a part of what `choice` gave them."""
        loads = self.desk.loads(choice)
        for coach in coaches:
            local = self.desk.local(coach, loads[coach])
            self._master.expand(coach)
            self._add(coach, self.desk.oracle(coach).maximal(local, self.watch))

    def integral(self) -> Choice | None:
        """The best integral choice over known sets."""
        chosen = self._master.integral(self.watch)
        return None if chosen is None else np.flatnonzero(chosen)

    def _add(self, coach: int, local: int) -> bool:
        pairs = self.desk.pairs(coach, local)
        self.desk.pool.setdefault(coach, set()).add(pairs)
        return self._master.add_set(coach, pairs)


@dataclass(frozen=True, eq=False)
class _Node:
    bound: int
    serial: int
    must: NDArray[np.bool_]
    allowed: NDArray[np.bool_]


class _Search:
    """One branch-and-price search."""

    def __init__(
        self,
        coordinator: Coordinator,
        objective: Weights,
        start: Choice | None,
        tell: Tell,
        limits: tuple[int, int | None],
    ) -> None:
        self._at = coordinator
        self._objective = objective
        self._best = start
        self._value = None if start is None else self._worth(start)
        self._tell = tell
        self._bound, self._enough = limits
        self._serial = 0
        self._open: list[_Node] = []
        self._push(self._bound, coordinator.must, coordinator.allowed)

    def run(self) -> Found:
        try:
            while self._open and not self._done():
                self._open.sort(key=lambda node: (node.bound, node.serial))
                node = self._open.pop()
                self._lower_bound_to(node.bound)
                if not self._done():
                    self._branch(node)
            if not self._done():
                self._lower_bound_to(-1 if self._value is None else self._value)
        except OutOfTimeError:
            if self._best is None:
                raise
        value = -1 if self._value is None else self._value
        return Found(self._best, value, max(value, self._bound))

    def _done(self) -> bool:
        value = -1 if self._value is None else self._value
        if self._enough is not None and (value >= self._enough or self._bound < self._enough):
            return True
        return self._value is not None and self._value >= self._bound

    def _branch(self, node: _Node) -> None:
        bound = node.bound
        while True:
            relaxed = self._at.relax(node.must, node.allowed)
            if relaxed is None:
                return
            bound = min(bound, self._floor(relaxed))
            if not self._open:
                self._lower_bound_to(bound)
            if self._beaten(bound):
                return
            fraction = np.abs(relaxed.chosen - np.round(relaxed.chosen))
            if fraction.max(initial=0.0) < _EPSILON:
                choice: Choice | None = np.flatnonzero(np.round(relaxed.chosen))
            else:
                choice = self._at.integral()
            offended = [] if choice is None else self._at.desk.offended(choice, self._at.watch)
            if choice is not None and not offended:
                self._accept(choice)
            if self._beaten(bound):
                return
            if choice is None or not offended:
                self._split(node, bound, fraction)
                return
            self._at.expand(offended, choice)

    def _floor(self, relaxed: Relaxed) -> int:
        """The whole number no choice exceeds, allowing for what pricing and solver let pass."""
        slack = _EPSILON * (2 + len(relaxed.rent)) + 1e-9 * abs(relaxed.value)
        slack += _DUAL_TOLERANCE * len(self._at.must)  # of every pair chosen, one a coachee
        return floor(relaxed.value + slack)

    def _beaten(self, bound: int) -> bool:
        """Whether nothing within `bound` is worth looking for any more."""
        if self._enough is not None and bound < self._enough:
            return True
        return self._done() or (self._value is not None and bound <= self._value)

    def _split(self, node: _Node, bound: int, fraction: NDArray[np.float64]) -> None:
        """Branch on the most fractional pair: chosen, or not."""
        coachee = self._at.problem.coachee
        pair = int(np.argmax(fraction))
        without = node.allowed.copy()
        without[pair] = False
        self._push(bound, node.must, without)
        must = node.must.copy()
        must[coachee[pair]] = True
        alone = node.allowed & (coachee != coachee[pair])
        alone[pair] = True
        self._push(bound, must, alone)

    def _accept(self, choice: Choice) -> None:
        value = self._worth(choice)
        if self._value is None or value > self._value:
            self._best, self._value = choice, value
            self._tell(value, max(self._bound, value))

    def _worth(self, choice: Choice) -> int:
        return round(float(self._objective[choice].sum()))

    def _push(self, bound: int, must: NDArray[np.bool_], allowed: NDArray[np.bool_]) -> None:
        self._serial += 1
        self._open.append(_Node(bound, self._serial, must, allowed))

    def _lower_bound_to(self, bound: int) -> None:
        if bound < self._bound:
            self._bound = bound
            self._tell(self._value, bound)
