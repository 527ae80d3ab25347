"""CP-SAT model of a coach's timetable.

The variable `y[i, k, p]` is true if session `k` of candidate `i` is at position `p`. Gaps are
expressed as prefix sums. Up to any position `e`, there are no more sessions `k + 1` than sessions
`k` at positions that allow the next session by `e`, and no more sessions `k` than sessions `k + 1`
within their reach. Because the ranges of next positions are monotone, this formulation is exact,
and its LP relaxation is tight for a single series (a path). Each day has a limit and conflict
cliques (sets of coachees of whom no two can share the day). Other conflict sets are excluded when
they occur in a solution.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import inf
from typing import TYPE_CHECKING, TypeAlias

from matching.coach_timetable.calendar import CoachCalendar, Timetable
from matching.coach_timetable.cp_sat import find_presolved_solution, find_solution
from matching.coach_timetable.day_packing import conflict_cliques, pack_day
from matching.deadline import Deadline, SolverError

if TYPE_CHECKING:
    from ortools.sat.python import cp_model
else:
    from matching.coach_timetable import lazy_cp_model as cp_model

Term: TypeAlias = "cp_model.IntVar"
Placed = dict[int, list[int]]
"""Session positions, keyed by local index."""


class TimetableModel:
    """A model of the timetables in which each of `candidates` is present or absent.

    If `required` is true, all candidates must be present. If `model` is given, variables and
    constraints are added to it.
    """

    def __init__(
        self,
        calendar: CoachCalendar,
        candidates: Sequence[int],
        *,
        required: bool,
        model: cp_model.CpModel | None = None,
    ) -> None:
        self._calendar = calendar
        self.model = model or cp_model.CpModel()
        self.present: dict[int, Term] = {}
        self._at: dict[tuple[int, int], list[Term]] = {}
        for candidate in candidates:
            self.present[candidate] = self.model.new_bool_var("")
            if required:
                self.model.add(self.present[candidate] == 1)
            self._series(candidate)
        if not required:
            self.model.add(sum(self.present.values()) <= calendar.capacity)
        self._limits()
        if calendar.by_day:
            self._add_conflict_cliques()
        else:
            self._cells()

    def at(self, candidate: int, position: int) -> list[Term]:
        """Return the variables for sessions of `candidate` at `position`."""
        return self._at.get((candidate, position), [])

    def solve(self, deadline: Deadline, *, seed: int = 0, effort: float = inf) -> Placed | None:
        """Return a solution, or `None` if the model is infeasible.

        `effort` limits each search, in CP-SAT's deterministic time. With contracting sessions, the
        sets that no other method decides are mostly feasible and nearly fill the coach's days;
        their timetables are found faster without linear relaxations.

        Raises:
            CancelledError, DeadlineExceededError: the run ended before the model was solved.
            EffortExceededError: the model was not solved within the effort.
        """
        uses_lp = not self._calendar.contracting

        def search() -> cp_model.CpSolver | None:
            return find_solution(self.model, deadline, seed=seed, effort=effort, uses_lp=uses_lp)

        return self._solve(search)

    def solve_presolved(self, deadline: Deadline, *, seed: int = 0) -> Placed | None:
        """Solve with CP-SAT's presolve; return a solution, or `None` if the model is infeasible.

        Presolve is worthwhile if most candidates are absent from a solution.

        Raises:
            CancelledError, DeadlineExceededError: the run ended before the model was solved.
        """
        return self._solve(lambda: find_presolved_solution(self.model, deadline, seed=seed))

    def _solve(self, search: Callable[[], cp_model.CpSolver | None]) -> Placed | None:
        """Search until the sessions of each day fit, excluding the conflict sets that occur."""
        while True:
            solver = search()
            if solver is None:
                return None
            placed = self._read(solver)
            conflicts = self._conflict_sets(placed)
            if not conflicts:
                return placed
            for home, conflict in conflicts:
                sessions = [self._calendar.session(home, occupant) for occupant in conflict]
                terms = [term for session in sessions for term in self.at(*session)]
                self.model.add(sum(terms) <= len(conflict) - 1)

    def _series(self, candidate: int) -> None:
        calendar, present = self._calendar, self.present[candidate]
        before: tuple[tuple[int, ...], list[Term]] | None = None
        for positions in calendar.candidate(candidate).chain:
            here = [self.model.new_bool_var("") for _ in positions]
            self.model.add(sum(here) == present)
            if before is not None:
                self._gaps(*before, positions, here)
            for position, term in zip(positions, here, strict=True):
                self._at.setdefault((candidate, position), []).append(term)
            before = positions, here

    def _gaps(
        self,
        positions: tuple[int, ...],
        here: list[Term],
        next_positions: tuple[int, ...],
        following: list[Term],
    ) -> None:
        low = [self._calendar.low[position] for position in positions]
        high = [self._calendar.high[position] for position in positions]
        for end, position in enumerate(next_positions):
            allowing = sum(edge <= position for edge in low)
            if allowing < len(here):
                self.model.add(sum(following[: end + 1]) <= sum(here[:allowing]))
        for end, edge in enumerate(high):
            reachable = sum(position < edge for position in next_positions)
            if reachable < len(following):
                self.model.add(sum(here[: end + 1]) <= sum(following[:reachable]))

    def _limits(self) -> None:
        calendar = self._calendar
        days: dict[int, list[Term]] = {}
        weeks: dict[int, list[Term]] = {}
        for (_, position), terms in self._at.items():
            days.setdefault(calendar.position_day[position], []).extend(terms)
            weeks.setdefault(calendar.position_week[position], []).extend(terms)
        for day, terms in days.items():
            if calendar.day_limit[day] == 1:
                self.model.add_at_most_one(terms)
            else:
                self.model.add(sum(terms) <= calendar.day_limit[day])
        if calendar.week_can_bind:
            for week, terms in weeks.items():
                self.model.add(sum(terms) <= calendar.week_limit[week])

    def _add_conflict_cliques(self) -> None:
        calendar = self._calendar
        for home in sorted(set(calendar.home)):
            if calendar.day_limit[calendar.position_day[home]] == 1:
                continue
            here = [
                (candidate, position)
                for position in calendar.places(home)
                for candidate in self.present
                if self.at(candidate, position)
            ]
            occupants = [calendar.occupant(*session) for session in here]
            for clique in conflict_cliques(*calendar.day_options(home, occupants)):
                self.model.add_at_most_one(
                    term for place in clique for term in self.at(*here[place])
                )

    def _cells(self) -> None:
        """Forbid sessions (including their buffers) that overlap at any start on the grid."""
        by_position: dict[int, list[Term]] = {}
        for (_, position), terms in self._at.items():
            by_position.setdefault(position, []).extend(terms)
        for cell in self._calendar.cells:
            covering = [term for position in cell for term in by_position.get(position, [])]
            if len(covering) > 1:
                self.model.add_at_most_one(covering)

    def _read(self, solver: cp_model.CpSolver) -> Placed:
        placed: Placed = {
            candidate: []
            for candidate, present in self.present.items()
            if solver.boolean_value(present)
        }
        for (candidate, position), terms in self._at.items():
            placed.get(candidate, []).extend(
                position for term in terms if solver.boolean_value(term)
            )
        return {candidate: sorted(positions) for candidate, positions in placed.items()}

    def _conflict_sets(self, placed: Placed) -> list[tuple[int, tuple[int, ...]]]:
        """Return a minimal conflict set for each day on which `placed` does not fit."""
        if not self._calendar.by_day:
            return []
        conflicts = []
        for position, group in occupants_of_days(self._calendar, placed).items():
            if self._calendar.fits(position, tuple(group)):
                continue
            for one in tuple(group):
                rest = tuple(other for other in group if other != one)
                if not self._calendar.fits(position, rest):
                    group.remove(one)
            conflicts.append((position, tuple(group)))
        return conflicts


def occupants_of_days(
    calendar: CoachCalendar, placed: Mapping[int, Sequence[int]]
) -> dict[int, list[int]]:
    """Return the occupants of each position in use, which is a day or a single start."""
    on: dict[int, list[int]] = {}
    for candidate, positions in placed.items():
        for position in positions:
            occupant = calendar.occupant(candidate, position)
            on.setdefault(calendar.home[position], []).append(occupant)
    return on


def starts_of_positions(calendar: CoachCalendar, placed: Mapping[int, Sequence[int]]) -> Timetable:
    """Return the starts of each series, packing the sessions of each day.

    Raises:
        SolverError: the sessions of a day do not fit.
    """
    series: dict[int, list[int]] = {candidate: [] for candidate in placed}
    for home, group in occupants_of_days(calendar, placed).items():
        starts = pack_day(*calendar.day_options(home, group))
        if starts is None:
            raise SolverError("the sessions of a day do not fit")
        for occupant, start in zip(group, starts, strict=True):
            series[calendar.session(home, occupant)[0]].append(start)
    return {candidate: tuple(sorted(starts)) for candidate, starts in series.items()}
