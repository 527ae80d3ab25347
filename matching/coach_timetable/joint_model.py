"""CP-SAT model of the timetables of linked coaches (who share humans with several rows).

The model of each coach is extended by a variable `w[i, s]` for each possible start `s` of a session
of coachee `i`. At each start of the grid, at most one session of a coach is under way (including
its buffer), and at most one session of a human, regardless of role. The model is exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from matching.coach_timetable.calendar import CoachCalendar, Series
from matching.coach_timetable.cp_sat import find_solution
from matching.coach_timetable.model import Term, TimetableModel
from matching.deadline import Deadline

if TYPE_CHECKING:
    from ortools.sat.python import cp_model
else:
    from matching.coach_timetable import lazy_cp_model as cp_model

Candidate = tuple[int, int]
"""A coach's row, and the local index of a coachee in the coach's calendar."""
Literals = list[tuple[int, int, Term]]
"""The start and end of each possible session, in epoch minutes, with its variable."""


class JointTimetableModel:
    """A model of several coaches' timetables, each with all of the coach's candidates."""

    def __init__(
        self,
        calendars: Mapping[int, CoachCalendar],
        candidates: Mapping[int, Sequence[int]],
        humans: Mapping[Candidate, Iterable[int]],
    ) -> None:
        """Build the model.

        Args:
            calendars: the calendar of each coach, keyed by row.
            candidates: the local indices of each coach's candidates.
            humans: for each candidate, the humans in the pair whose sessions must not overlap.
        """
        self._model = cp_model.CpModel()
        self._starting: dict[Candidate, Literals] = {}
        sessions_of: dict[int, Literals] = {}
        for coach, some in candidates.items():
            calendar = calendars[coach]
            timetable = TimetableModel(calendar, some, required=True, model=self._model)
            of_coach: Literals = []
            for one in some:
                literals = self._literals(timetable, calendar, one)
                self._starting[coach, one] = literals
                of_coach += literals
                for human in humans.get((coach, one), ()):
                    sessions_of.setdefault(human, []).extend(literals)
            if calendar.by_day:  # otherwise the coach's own model has these constraints
                self._forbid_overlaps(of_coach, calendar.buffer_minutes)
        for literals in sessions_of.values():
            self._forbid_overlaps(literals)

    def solve(self, deadline: Deadline, *, seed: int = 0) -> dict[Candidate, Series] | None:
        """Return the session starts of all candidates, or `None` if there is no timetable.

        Raises:
            CancelledError, DeadlineExceededError: the run ended before the model was solved.
        """
        solver = find_solution(self._model, deadline, seed=seed)
        if solver is None:
            return None
        return {
            candidate: tuple(
                sorted(start for start, _, term in literals if solver.boolean_value(term))
            )
            for candidate, literals in self._starting.items()
        }

    def _literals(self, timetable: TimetableModel, calendar: CoachCalendar, one: int) -> Literals:
        """Return the starts and ends of a candidate's sessions, creating variables if necessary."""
        found: Literals = []
        by_position: dict[int, list[tuple[int, Term]]] = {}
        for position, starts in calendar.candidate(one).starts.items():
            terms = timetable.at(one, position)
            minutes = calendar.spacing(position) - calendar.buffer_minutes
            if not calendar.by_day:
                found.extend((starts[0], starts[0] + minutes, term) for term in terms)
                continue
            here = [self._model.new_bool_var("") for _ in starts]
            self._model.add(sum(here) == sum(terms))
            by_position[position] = list(zip(starts, here, strict=True))
            found.extend(
                (start, start + minutes, term) for start, term in zip(starts, here, strict=True)
            )
        if calendar.opens_on_same_day:
            self._open_first(calendar, by_position)
        return found

    def _open_first(
        self, calendar: CoachCalendar, starting: Mapping[int, Sequence[tuple[int, Term]]]
    ) -> None:
        """Require a contracting session to precede the first session if both are on one day."""
        for position in range(calendar.contracting):
            home = calendar.home[position]
            if home == position or not {home, position} <= set(starting):
                continue
            for latest, _ in starting[home]:
                first = [term for start, term in starting[home] if start <= latest]
                after = latest - calendar.contracting_spacing
                late = [term for start, term in starting[position] if start > after]
                self._model.add_at_most_one([*first, *late])

    def _forbid_overlaps(self, literals: Literals, buffer_minutes: int = 0) -> None:
        """Forbid choosing two sessions that overlap or have less than the buffer between them."""
        ordered = sorted(literals, key=lambda literal: literal[0])
        under_way: Literals = []
        for place, one in enumerate(ordered):
            start = one[0]
            under_way = [each for each in under_way if each[1] + buffer_minutes > start]
            under_way.append(one)
            last_of_start = place + 1 == len(ordered) or ordered[place + 1][0] > start
            if last_of_start and len(under_way) > 1:
                self._model.add_at_most_one(term for *_, term in under_way)
