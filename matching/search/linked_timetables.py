"""The `schedule` level for linked coaches, whose timetables depend on each other.

A human with several rows may have sessions with several coaches, so these coaches' timetables are
not independent. The coaches' best individual timetables bound the quality. If they are compatible,
they are optimal. Otherwise the coaches are optimised in turn around the sessions of the others
(block coordinate descent), from two starting points: as many of the coaches' best individual
timetables as are compatible, and a joint timetable.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from matching.coach_timetable.best_timetable import best_timetable, improve_by_local_search
from matching.coach_timetable.calendar import CoachCalendar, Series
from matching.coach_timetable.feasibility_and_pricing import CoachOracle
from matching.coach_timetable.model import Placed
from matching.coach_timetable.subproblem import starts_of_options
from matching.deadline import Deadline, DeadlineExceededError
from matching.search.coach_state import CoachState
from matching.search.column_generation import Choice, PricingOracles
from matching.search.linked_coaches import LinkedCoaches

_ROUNDS = 3
_EFFORT = 1.0  # CP-SAT's deterministic time per coach and round

Timetables = dict[int, Series]
"""The session starts of linked coaches' pairs, keyed by pair."""


def linked_timetables(
    oracles: PricingOracles, choice: Choice, states: Mapping[int, CoachState], deadline: Deadline
) -> list[LinkedTimetables]:
    """Return each group of linked coaches in a feasible choice, with a joint timetable."""
    if oracles.linked is None:
        return []
    found = []
    for group in oracles.linked.groups(choice.tolist()):
        coaches = sorted({int(oracles.problem.coach[pair]) for pair in group})
        own = [states[coach] for coach in coaches]
        found.append(LinkedTimetables(oracles.linked, own, oracles.seed, deadline))
    return found


class LinkedTimetables:
    """The timetables of a group of linked coaches."""

    def __init__(
        self, linked: LinkedCoaches, states: list[CoachState], seed: int, deadline: Deadline
    ) -> None:
        """Start from a joint timetable."""
        self._linked = linked
        self._states = states
        self._seed = seed
        self._deadline = deadline
        pairs = frozenset(pair for state in states for pair in state.pairs)
        self._use(linked.series(pairs, deadline))

    def improve(self) -> None:
        """Improve the joint timetable, given the best individual timetables of the coaches.

        Raises:
            CancelledError, DeadlineExceededError: see `Deadline.check`; the best timetable so far
                is in use.
        """
        starting_points = [self._compatible_timetables(), self._present()]
        for start in starting_points:
            if start is None:
                continue
            found = start
            with suppress(DeadlineExceededError):
                found = self._improve_in_turn(start)
            if self._worth(found) > self._worth(self._present()):
                self._use(found)
            self._deadline.check()

    def _present(self) -> Timetables:
        return {
            pair: series
            for state in self._states
            for pair, series in zip(state.pairs, state.starts, strict=True)
        }

    def _use(self, timetables: Timetables) -> None:
        for state in self._states:
            state.use([timetables[pair] for pair in state.pairs])

    def _worth(self, timetables: Timetables) -> tuple[int, int]:
        """Return the number of sessions that keep their time, and the points."""
        own = [state.worth([timetables[pair] for pair in state.pairs]) for state in self._states]
        return sum(kept for kept, _ in own), sum(points for _, points in own)

    def _compatible_timetables(self) -> Timetables | None:
        """Return the coaches' best individual timetables, changed where they are incompatible.

        Coaches whose sessions overlap those of others come last, and are scheduled around them.
        Return `None` if that is impossible.
        """
        timetables: Timetables = {}
        waiting: list[CoachState] = []
        for state in self._states:
            alone = dict(zip(state.pairs, state.starts_alone, strict=True))
            if self._is_compatible(state.row, alone, timetables):
                timetables |= alone
            else:
                waiting.append(state)
        for state in waiting:
            series = self._best_around(state, timetables)
            if series is None:
                return None
            timetables |= series
        return timetables

    def _is_compatible(self, coach: int, own: Timetables, others: Timetables) -> bool:
        """Return whether no human has a session in `own` that overlaps a session of `others`."""
        busy = self._linked.busy_times(others, without=coach)
        return not any(
            start < other_end and other < end
            for human, sessions in self._linked.busy_times(own, without=-1).items()
            for start, end in sessions
            for other, other_end in busy.get(human, ())
        )

    def _improve_in_turn(self, timetables: Timetables) -> Timetables:
        """Optimise the coaches in turn around each other's sessions, in up to `_ROUNDS` rounds."""
        for _ in range(_ROUNDS):
            before = self._worth(timetables)
            for state in self._states:
                self._deadline.check()
                series = self._best_around(state, timetables)
                if series is not None:
                    better = {**timetables, **series}
                    timetables = max(timetables, better, key=self._worth)
            if self._worth(timetables) <= before:
                break
        return timetables

    def _best_around(self, state: CoachState, timetables: Timetables) -> Timetables | None:
        """Return the best series found for a coach around the sessions of the other coaches.

        Return `None` if no series was found.
        """
        busy = self._linked.busy_times(timetables, without=state.row)
        calendar = self._linked.calendar(state.row, state.pairs, busy)
        placed = self._placed(calendar, state, timetables)
        if placed is None:
            return None
        subproblem = state.subproblem_within(calendar, placed)
        incumbent = improve_by_local_search(subproblem, self._deadline)
        incumbent = best_timetable(
            subproblem, incumbent, self._deadline, effort=_EFFORT, seed=self._seed
        )
        starts = starts_of_options(subproblem, incumbent.timetable)
        return dict(zip(state.pairs, starts, strict=True))

    def _placed(
        self, calendar: CoachCalendar, state: CoachState, timetables: Timetables
    ) -> Placed | None:
        """Return the positions of the coach's current timetable, or else of any feasible one.

        Return `None` if no timetable is feasible.
        """
        if all(pair in timetables for pair in state.pairs):
            return {
                local: calendar.positions_of(local, timetables[pair])
                for local, pair in enumerate(state.pairs)
            }
        candidates = range(len(state.pairs))
        if not all(all(calendar.candidate(local).chain) for local in candidates):
            return None  # a session has no position left; the oracle assumes that each has one
        oracle = CoachOracle(calendar, self._seed)
        everybody = (1 << len(state.pairs)) - 1
        if not oracle.can_hold(everybody, self._deadline):
            return None
        placed = oracle.positions(everybody, self._deadline)
        return {local: placed[local] for local in sorted(placed)}
