"""The oracle of linked coaches: whether their coachees' sessions can all be placed together.

Two coaches are linked if a human belongs to pairs of both, for example as the coach of one pair and
the coachee of the other. Each coach's own oracle solves a relaxation: it decides whether the coach
has time for their coachees, ignoring sessions with other coaches. A set of pairs of linked coaches
is *infeasible* if the sessions cannot all be placed unless a human is in two sessions at once. For
each minimal infeasible set, the master problem gets a row that forbids choosing all its pairs
(combinatorial Benders cuts, Codato and Fischetti 2006).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import islice
from types import MappingProxyType

import numpy as np

from matching.coach_timetable.calendar import CoachCalendar, Series
from matching.coach_timetable.feasibility_and_pricing import CoachOracle
from matching.coach_timetable.insertion_heuristic import insert_all_series
from matching.coach_timetable.joint_model import JointTimetableModel
from matching.coach_timetable.model import starts_of_positions
from matching.deadline import Deadline, SolverError
from matching.instance.availability_grid import pack
from matching.instance.problem import MatchingProblem
from matching.instance.shared_humans import NOBODY, SharedHumans

_ATTEMPTS = 3
_ATTEMPTS_EACH = 2
_LATEST = 50  # timetables that are compared with a set

PairSet = frozenset[int]
BusyTimes = Mapping[int, Iterable[tuple[int, int]]]
"""The sessions `[start, end)` that a human with several rows has elsewhere, in epoch minutes."""


class LinkedCoaches:
    """Decides exactly whether sets of pairs with linked coaches are feasible.

    `infeasible_sets` contains the minimal infeasible sets found so far.
    """

    def __init__(
        self,
        problem: MatchingProblem,
        humans: SharedHumans,
        oracle: Callable[[int], CoachOracle],
        seed: int,
    ) -> None:
        self._problem = problem
        self.humans = humans
        self._oracle = oracle
        self._seed = seed
        self._held: dict[PairSet, dict[int, Series]] = {}
        self.infeasible_sets: list[PairSet] = []

    def groups(self, pairs: Iterable[int]) -> list[PairSet]:
        """Return the groups of chosen pairs whose coaches are linked."""
        chosen = np.array(sorted(pairs), dtype=np.int64)
        coachee, coach = self._problem.coachee[chosen], self._problem.coach[chosen]
        shared = (self.humans.coachee[coachee] != NOBODY) | (self.humans.coach[coach] != NOBODY)
        near = np.isin(coach, coach[shared])
        rows = zip(chosen[near].tolist(), coachee[near].tolist(), coach[near].tolist(), strict=True)
        return [frozenset(group) for group in self.humans.linked_groups(rows)]

    def infeasible_set(self, pairs: Iterable[int], deadline: Deadline) -> PairSet | None:
        """Return a minimal infeasible subset of a choice, or `None` if it is feasible.

        Each coach must have time for the sessions of their own pairs.

        Raises:
            CancelledError, DeadlineExceededError: see `Deadline.check`.
        """
        for group in self.groups(pairs):
            if not self.can_hold(group, deadline):
                return next(core for core in self.infeasible_sets if core <= group)
        return None

    def fits_quickly(self, pair: int, chosen: Iterable[int]) -> bool:
        """Return whether a pair can be added to a feasible choice; false is not conclusive.

        A stored answer is exact; otherwise, a heuristic decides.
        """
        group = next((one for one in self.groups({*chosen, pair}) if pair in one), None)
        if group is None:
            return True
        known = self._lookup(group)
        if known is not None:
            return known
        return self._insert(group, self._nearest(group))

    def can_hold(self, pairs: PairSet, deadline: Deadline) -> bool:
        """Return whether the sessions of all pairs can be placed together.

        Raises:
            CancelledError, DeadlineExceededError: see `Deadline.check`.
        """
        known = self._lookup(pairs)
        if known is not None:
            return known
        if self._search(pairs, deadline):
            return True
        self._shrink(pairs, deadline)
        return False

    def series(self, pairs: PairSet, deadline: Deadline) -> dict[int, Series]:
        """Return the session starts of each pair in a feasible set.

        Raises:
            SolverError: `pairs` is infeasible.
        """
        if not self.can_hold(pairs, deadline):
            raise SolverError("no timetable exists for an infeasible set of linked coaches")
        holding = next(held for held in self._held if pairs <= held)
        return {pair: self._held[holding][pair] for pair in pairs}

    def busy_times(
        self, series: Mapping[int, Series], *, without: int
    ) -> dict[int, list[tuple[int, int]]]:
        """Return the session times of each human of linked coaches, except with `without`."""
        busy: dict[int, list[tuple[int, int]]] = {}
        for pair, starts in series.items():
            coach = int(self._problem.coach[pair])
            if coach != without:
                for human in self.humans.of(int(self._problem.coachee[pair]), coach):
                    busy.setdefault(human, []).extend(self._problem.times(pair, starts))
        return busy

    def calendar(self, coach: int, pairs: list[int], busy: BusyTimes) -> CoachCalendar:
        """Return a coach's calendar for the given pairs, excluding times at which a human is busy.

        The local indices are those of `pairs`, which must be ascending.
        """
        chosen = np.zeros(self._problem.size, dtype=np.bool_)
        chosen[pairs] = True
        own = self._problem.subset(chosen)
        free = own.free
        lengths = own.limits.minutes_at(len(free.starts), free.contracting)
        coachees, coaches = free.coachees.copy(), free.coaches.copy()
        for human, sessions in busy.items():
            open_to = np.ones(len(free.starts), dtype=np.bool_)
            for start, end in sessions:
                open_to &= (free.starts >= end) | (free.starts + lengths <= start)
            rows, columns = self.humans.rows[human]
            coachees[list(rows)] &= pack(open_to[np.newaxis, :])
            coaches[list(columns)] &= pack(open_to[np.newaxis, :])
        own = replace(own, free=replace(free, coachees=coachees, coaches=coaches))
        return CoachCalendar(own, coach, own.coachee.tolist())

    def _lookup(self, pairs: PairSet) -> bool | None:
        if any(pairs <= held for held in self._held):
            return True
        if any(core <= pairs for core in self.infeasible_sets):
            return False
        return None

    def _search(self, pairs: PairSet, deadline: Deadline) -> bool:
        deadline.check()
        if self._insert(pairs):
            return True
        by_coach = self._by_coach(pairs)
        place = {
            (coach, self._local(coach, pair)): pair
            for coach, own in by_coach.items()
            for pair in own
        }
        candidates: dict[int, list[int]] = {coach: [] for coach in by_coach}
        for coach, local in place:
            candidates[coach].append(local)
        model = JointTimetableModel(
            {coach: self._oracle(coach).calendar for coach in by_coach},
            candidates,
            {
                (coach, local): self.humans.of(int(self._problem.coachee[pair]), coach)
                for (coach, local), pair in place.items()
            },
        )
        found = model.solve(deadline, seed=self._seed)
        if found is not None:
            self._held[pairs] = {place[candidate]: starts for candidate, starts in found.items()}
        return found is not None

    def _nearest(self, pairs: PairSet) -> Mapping[int, Series]:
        """Return the recent timetable that contains the most of `pairs`, or an empty one."""
        latest = islice(reversed(self._held), _LATEST)
        nearest = max(latest, key=lambda held: len(held & pairs), default=frozenset())
        return self._held.get(nearest, {})

    def _insert(self, pairs: PairSet, known: Mapping[int, Series] = MappingProxyType({})) -> bool:
        """Schedule the coaches one by one, store the result, and return whether it succeeded.

        Each coach is scheduled around the sessions of the preceding coaches. A coach for whom this
        fails comes first in the next attempt. Coaches all of whose pairs have `known` series keep
        them.
        """
        by_coach = self._by_coach(pairs)
        queue = sorted(
            (coach for coach, own in by_coach.items() if not known.keys() >= {*own}),
            key=lambda coach: (-len(by_coach[coach]), coach),
        )
        kept = {
            pair: known[pair] for coach in by_coach.keys() - {*queue} for pair in by_coach[coach]
        }
        for _ in range(_ATTEMPTS):
            series: dict[int, Series] = dict(kept)
            failed = None
            for coach in queue:
                own = by_coach[coach]
                calendar = self.calendar(coach, own, self.busy_times(series, without=coach))
                placed = insert_all_series(calendar, range(len(own)), _ATTEMPTS_EACH)
                if placed is None:
                    failed = coach
                    break
                starts = starts_of_positions(calendar, placed)
                series |= {pair: starts[local] for local, pair in enumerate(own)}
            if failed is None:
                self._held[pairs] = series
                return True
            if failed == queue[0]:
                return False
            queue.remove(failed)
            queue.insert(0, failed)
        return False

    def _shrink(self, pairs: PairSet, deadline: Deadline) -> None:
        core = pairs
        for pair in sorted(pairs):
            rest = core - {pair}
            known = self._lookup(rest)
            if known is None:
                known = self._search(rest, deadline)
            if not known:
                core = rest
        self.infeasible_sets.append(core)

    def _by_coach(self, pairs: PairSet) -> dict[int, list[int]]:
        by_coach: dict[int, list[int]] = {}
        for pair in sorted(pairs):
            by_coach.setdefault(int(self._problem.coach[pair]), []).append(pair)
        return by_coach

    def _local(self, coach: int, pair: int) -> int:
        return int(np.searchsorted(self._problem.by_coach[coach], pair))
