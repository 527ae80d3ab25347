"""The `schedule` level: optimises each coach's timetable for the chosen pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

from coach.cycle import ObjectiveLevel
from matching.coach_timetable.best_timetable import (
    best_timetable,
    improve_by_local_search,
    independent_costs,
)
from matching.coach_timetable.calendar import Series
from matching.coach_timetable.model import starts_of_positions
from matching.coach_timetable.quality import MAX_QUALITY, Quality, SessionTime
from matching.coach_timetable.subproblem import (
    CoachIncumbent,
    CoachSubproblem,
    KeptTimes,
    build_subproblem,
    keep_bonus,
    starts_of_options,
)
from matching.deadline import Deadline, DeadlineExceededError
from matching.instance.problem import Pair
from matching.result import LevelOutcome
from matching.search.column_generation import Choice, PricingOracles
from matching.search.search_state import ReportLevel

# CP-SAT's deterministic time per coach. The second limit is used once all coaches had the first.
_EFFORTS = (1.0, 8.0)
_MAX_OPTIONS = 250_000  # in all searched subproblems, so that unlimited runs end


@dataclass(frozen=True, eq=False)
class PreviousSchedule:
    """Sessions that pairs already have.

    Attributes:
        starts: the starts to keep if possible (epoch minutes), by pair and session number.
        past: the past sessions, by pair.
    """

    starts: Mapping[Pair, Mapping[int, int]] = field(default_factory=dict)
    past: Mapping[Pair, Sequence[SessionTime]] = field(default_factory=dict)


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
        self._coaches: dict[int, _CoachState] = {}
        for coach, pairs in oracles.pairs_by_coach(choice).items():
            deadline.check_cancelled()
            self._coaches[coach] = _CoachState(oracles, pairs, quality, previous, deadline)

    def improve(self, report: ReportLevel) -> LevelOutcome:
        """Improve all timetables until they are proven optimal or time runs out.

        Local search runs first for every coach, followed by exact searches with increasing effort.
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

    def _coaches_to_search(self) -> list[_CoachState]:
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


class _CoachState:
    """A coach's subproblem and its incumbent."""

    def __init__(
        self,
        oracles: PricingOracles,
        pairs: list[int],
        quality: Quality,
        previous: PreviousSchedule,
        deadline: Deadline,
    ) -> None:
        self.row = row = int(oracles.problem.coach[pairs[0]])
        oracle = oracles.oracle(row)
        self.pairs = pairs
        self._quality = quality
        self._calendar = oracle.calendar
        self._placed = oracle.positions(oracles.local(row, pairs), deadline)
        self._keep_bonus = keep_bonus(len(pairs))
        self._coachees = oracles.problem.coachee[pairs].tolist()
        self._kept_times = {
            local: KeptTimes(previous.starts[coachee, row], self._keep_bonus)
            for local, coachee in zip(self._placed, self._coachees, strict=True)
            if (coachee, row) in previous.starts
        }
        self._past_times = [previous.past.get((coachee, row), ()) for coachee in self._coachees]
        self._incumbent: CoachIncumbent | None = None
        self._read()

    @cached_property
    def subproblem(self) -> CoachSubproblem:
        """The subproblem, built on first use because many coaches never need it."""
        return build_subproblem(self._calendar, self._quality, self._placed, self._kept_times)

    @property
    def incumbent(self) -> CoachIncumbent | None:
        """The incumbent; `None` before any improvement."""
        return self._incumbent

    @incumbent.setter
    def incumbent(self, incumbent: CoachIncumbent) -> None:
        if incumbent != self._incumbent:
            self._incumbent = incumbent
            self._read()

    @property
    def proven(self) -> bool:
        """Whether the incumbent is proven optimal."""
        return self._incumbent is not None and self._incumbent.proven

    def _read(self) -> None:
        """Recompute starts, points and bound from the incumbent."""
        incumbent = self._incumbent
        self.starts = (
            starts_of_options(self.subproblem, incumbent.timetable)
            if incumbent
            else list(starts_of_positions(self._calendar, self._placed).values())
        )
        day = self._calendar.day_of
        self.points = sum(
            self._quality.points(coachee, self.row, [*past, *((day[one], one) for one in series)])
            for coachee, past, series in zip(
                self._coachees, self._past_times, self.starts, strict=True
            )
        )
        self.bound = MAX_QUALITY * len(self.pairs) - self._fixed_cost
        if incumbent is not None:
            self.bound -= max(
                self._independent_cost, incumbent.bound + self._keep_bonus * self._kept_sessions()
            )

    def _kept_sessions(self) -> int:
        """Return the number of sessions that keep their earlier start."""
        return sum(
            kept.starts.get(number) == start
            for series, local in zip(self.starts, self._placed, strict=True)
            if (kept := self._kept_times.get(local)) is not None
            for number, start in enumerate(series, start=self._calendar.previous_number[local] + 1)
        )

    @cached_property
    def _fixed_cost(self) -> int:
        """The cost of past sessions, which includes the finish if no session follows."""
        return sum(
            self._quality.fault_cost(coachee, self.row, past, continues=bool(series))
            for coachee, past, series in zip(
                self._coachees, self._past_times, self.starts, strict=True
            )
        )

    @cached_property
    def _independent_cost(self) -> int:
        """A lower bound on the cost of all series, without bonuses for kept starts."""
        if not self._kept_times:
            return 0
        free = build_subproblem(self._calendar, self._quality, self._placed, {})
        return sum(independent_costs(free))
