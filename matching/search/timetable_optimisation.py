"""The `schedule` level: optimises each coach's timetable for the chosen pairs."""

from __future__ import annotations

from contextlib import suppress
from itertools import accumulate

from coach.objective import ObjectiveLevel
from matching.coach_timetable.best_timetable import best_timetable, improve_by_local_search
from matching.coach_timetable.calendar import Series
from matching.coach_timetable.quality import Quality
from matching.deadline import Deadline, DeadlineExceededError
from matching.result import LevelOutcome
from matching.search.coach_state import CoachState, PreviousSchedule
from matching.search.column_generation import Choice, PricingOracles
from matching.search.linked_timetables import linked_timetables
from matching.search.search_state import ReportLevel

# CP-SAT's deterministic time per coach. The second limit is used once all coaches have had the
# first.
_EFFORTS = (1.0, 8.0)
_MAX_OPTIONS = 250_000  # in all searched subproblems, so that unlimited runs end


class TimetableOptimisation:
    """The timetables of all coaches who have coachees."""

    def __init__(
        self,
        oracles: PricingOracles,
        choice: Choice,
        quality: Quality,
        previous: PreviousSchedule,
        deadline: Deadline,
    ) -> None:
        self._oracles = oracles
        self._choice = choice
        self._deadline = deadline
        self._coaches: dict[int, CoachState] = {}
        for coach, pairs in oracles.pairs_by_coach(choice).items():
            deadline.check_cancelled()
            self._coaches[coach] = CoachState(oracles, pairs, quality, previous, deadline)
        self._linked = linked_timetables(oracles, choice, self._coaches, deadline)

    def improve(self, report: ReportLevel) -> LevelOutcome:
        """Improve all timetables, and return their total points and an upper bound.

        Local search runs first for every coach, followed by exact searches with increasing effort.
        Finally, the timetables of linked coaches are improved. A search ends early once its
        timetable is proven optimal, and all end at the deadline.
        """
        self._report(report)
        with suppress(DeadlineExceededError):  # the incumbents and bounds remain valid
            for coach in self._coaches.values():
                self._deadline.check()
                coach.incumbent = improve_by_local_search(coach.subproblem, self._deadline)
            self._report(report)
            coaches_to_search = self._coaches_to_search()
            for effort in _EFFORTS:
                for coach in coaches_to_search:
                    if coach.incumbent is None or coach.incumbent.proven:
                        continue
                    coach.incumbent = best_timetable(
                        coach.subproblem,
                        coach.incumbent,
                        self._deadline,
                        effort=effort,
                        seed=self._oracles.seed,
                    )
                    self._report(report)
            for linked in self._linked:
                linked.improve()
        value, bound = self._report(report)
        return LevelOutcome(
            name=ObjectiveLevel.SCHEDULE, value=value, bound=bound, proven=value == bound
        )

    def series(self) -> tuple[Series, ...]:
        """Return the session starts of each chosen pair."""
        starts = {
            pair: series
            for coach in self._coaches.values()
            for pair, series in zip(coach.pairs, coach.starts, strict=True)
        }
        return tuple(starts[pair] for pair in self._choice.tolist())

    def _coaches_to_search(self) -> list[CoachState]:
        """Return coaches without a proven optimum, smallest first, up to a total size."""
        waiting = sorted(
            (one for one in self._coaches.values() if not one.proven),
            key=lambda one: (one.subproblem.size, one.row),
        )
        so_far = accumulate(one.subproblem.size for one in waiting)
        return [one for one, size in zip(waiting, so_far, strict=True) if size <= _MAX_OPTIONS]

    def _report(self, report: ReportLevel) -> tuple[int, int]:
        value = sum(one.points for one in self._coaches.values())
        bound = sum(one.bound for one in self._coaches.values())
        report(ObjectiveLevel.SCHEDULE, value, bound)
        return value, bound
