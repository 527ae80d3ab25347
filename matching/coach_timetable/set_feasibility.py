"""Decides sets of candidates for which the quick heuristics find no timetable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

from matching.coach_timetable.calendar import CoachCalendar
from matching.coach_timetable.heuristics import TimetableHeuristics
from matching.coach_timetable.lagrangian_cut import LagrangianCut
from matching.coach_timetable.lp_relaxation import LpRelaxation
from matching.coach_timetable.model import Placed, TimetableModel
from matching.coach_timetable.series_relaxation import SeriesRelaxation
from matching.deadline import Deadline, EffortExceededError

_LIMITED_EFFORT = 0.2  # for CP-SAT in heuristics, in its deterministic time
_CONTRACTING_FACTOR = 1.5  # for the same effort with contracting sessions

Answer: TypeAlias = "Placed | LagrangianCut | None"
_Step = Callable[[Sequence[int], Deadline], Answer]
"""Returns a timetable for a set, a cut that excludes it, or `None` if undecided."""


class SetFeasibility:
    """The methods that decide a coach's sets: relaxation, negotiation and CP-SAT.

    Attributes:
        limited_effort: the effort of CP-SAT for a set that need not be decided.
    """

    def __init__(
        self,
        calendar: CoachCalendar,
        relaxation: SeriesRelaxation | LpRelaxation,
        heuristics: TimetableHeuristics,
        seed: int,
    ) -> None:
        self._calendar = calendar
        self._seed = seed
        self.limited_effort = _LIMITED_EFFORT
        self._steps: list[_Step] = [relaxation.decide, heuristics.negotiate_longer]
        if calendar.contracting:
            self.limited_effort *= _CONTRACTING_FACTOR
            if isinstance(relaxation, SeriesRelaxation):
                # New day cuts exclude few of these sets, and take long to separate.
                first = partial(relaxation.decide, separates=False)
                self._steps = [first, heuristics.negotiate_longer, relaxation.decide]

    def decide(self, candidates: Sequence[int], deadline: Deadline, effort: float) -> Answer | bool:
        """Return a timetable, a cut that excludes the set, or false if there is no timetable.

        The result is `None` if deciding takes more than `effort`, in CP-SAT's deterministic time.

        Raises:
            CancelledError, DeadlineExceededError: see `Deadline.check`.
        """
        for step in self._steps:
            answer = step(candidates, deadline)
            if answer is not None:
                return answer
        model = TimetableModel(self._calendar, candidates, required=True)
        try:
            return model.solve(deadline, seed=self._seed, effort=effort) or False
        except EffortExceededError:
            deadline.check()
            return None
