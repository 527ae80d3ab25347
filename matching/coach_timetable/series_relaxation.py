"""LP relaxation of a coach's timetable whose columns are whole series.

It has the same optimum as the program of `RelaxationRows`, but few rows. Positions must be days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf

from matching.coach_timetable.calendar import CoachCalendar
from matching.coach_timetable.lagrangian_cut import LagrangianCut
from matching.coach_timetable.series_model import SeriesModel
from matching.deadline import Deadline

_MAX_CANDIDATES = 50  # maximum size of a relaxation


class SeriesRelaxation:
    """The relaxation over the candidates queried so far, rebuilt when a query contains new ones.

    If there would be too many candidates, it contains only those of the latest query.
    """

    def __init__(self, calendar: CoachCalendar) -> None:
        self._calendar = calendar
        self._model: SeriesModel | None = None
        self._latest: tuple[dict[int, float], LagrangianCut | None] = {}, None

    def decide(
        self, wanted: Sequence[int], deadline: Deadline, *, separates: bool = True
    ) -> LagrangianCut | dict[int, list[int]] | None:
        """Return a cut that excludes `wanted`, or a timetable for it, or `None` if undecided.

        A timetable contains the positions of each candidate's series. New day cuts are added only
        if `separates` is true.

        Raises:
            CancelledError, DeadlineExceededError: see `Deadline.check`.
        """
        model = self._with_candidates(wanted)
        profit = dict.fromkeys(wanted, 1.0)
        cut = model.maximise(
            profit,
            deadline,
            lambda cut, _: cut.excludes(wanted),
            enough=len(wanted),
            separates=separates,
        )
        return cut if cut.excludes(wanted) else model.timetable(wanted)

    def cut_for(
        self, profit: Mapping[int, float], deadline: Deadline, threshold: float = -inf
    ) -> LagrangianCut | None:
        """Return the cut that best bounds the profit of sets, or `None` for too many candidates.

        If a cut bounds the profit by `threshold`, no better one is sought. New day cuts are not
        separated, because exact pricing takes less time.

        Raises:
            CancelledError, DeadlineExceededError: see `Deadline.check`.
        """
        if len(profit) > _MAX_CANDIDATES:
            return None
        known, cut = self._latest
        if known == profit:
            return cut
        model = self._with_candidates(sorted(profit))
        cut = model.maximise(profit, deadline, lambda _, bound: bound <= threshold, separates=False)
        self._latest = dict(profit), cut
        return cut

    def _with_candidates(self, wanted: Sequence[int]) -> SeriesModel:
        """Return a model for `wanted` and, unless there would be too many, earlier candidates."""
        model = self._model
        if model is None or model.is_full or not set(wanted) <= set(model.candidates):
            everybody = sorted({*(model.candidates if model else ()), *wanted})
            if len(everybody) > _MAX_CANDIDATES:
                everybody = sorted(wanted)
            known = model.known_series() if model and not model.is_full else {}
            self._model = model = SeriesModel(self._calendar, everybody, known)
        return model
