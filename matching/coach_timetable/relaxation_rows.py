"""Columns and rows of the LP relaxation of a coach's timetable.

The first columns represent the candidates; the others represent their sessions, one column for each
session number and position. Rows for each series make its sessions a path. Rows for shared capacity
couple the candidates.
"""

from __future__ import annotations

from collections.abc import Callable

import highspy

from matching.assignment.highs import LpRow
from matching.coach_timetable.calendar import CoachCalendar
from matching.coach_timetable.shared_capacity import (
    CandidatePosition,
    SharedCapacity,
    shared_capacities,
)


class RelaxationRows:
    """Columns and rows of the relaxation over some of a coach's candidates.

    Attributes:
        candidates: local indices; column `n` represents the `n`-th candidate.
        sessions: the candidate and position of each session column, in order of columns.
        shared: the rows for shared capacity, in order.
        first_shared: the index of the row for the coach's capacity, which precedes the rows of
            `shared`.
    """

    def __init__(
        self,
        calendar: CoachCalendar,
        candidates: list[int],
        on_candidate: Callable[[], object] = lambda: None,
    ) -> None:
        """Build the rows.

        `on_candidate` is called before each candidate and may raise an exception to stop.
        """
        self._calendar = calendar
        self.candidates = candidates
        self.sessions: list[CandidatePosition] = []
        self._columns: dict[CandidatePosition, list[int]] = {}
        self._series_rows: list[LpRow] = []
        for column, candidate in enumerate(candidates):
            on_candidate()
            self._add_series(column, candidate)
        on_candidate()
        self.first_shared = len(self._series_rows)
        self.shared = shared_capacities(calendar, list(self._columns))

    @property
    def size(self) -> int:
        """The number of columns."""
        return len(self.candidates) + len(self.sessions)

    def rows(self) -> list[LpRow]:
        """Return all rows: series, the coach's capacity, and shared capacity."""
        everybody = list(range(len(self.candidates)))
        places = float(self._calendar.max_coachees)
        return [
            *self._series_rows,
            (-highspy.kHighsInf, places, everybody, [1.0] * len(everybody)),
            *map(self._row_of, self.shared),
        ]

    def _row_of(self, shared: SharedCapacity) -> LpRow:
        columns = [column for pair in shared.pairs for column in self._columns[pair]]
        return -highspy.kHighsInf, float(shared.limit), columns, [1.0] * len(columns)

    def _add_series(self, column: int, candidate: int) -> None:
        """Add a candidate's session columns, and rows that express the gaps as prefix sums."""
        low, high = self._calendar.low, self._calendar.high
        before: list[int] = []
        earlier: tuple[int, ...] = ()
        for positions in self._calendar.candidate(candidate).chain:
            first = len(self.candidates) + len(self.sessions)
            here = list(range(first, first + len(positions)))
            for position, session in zip(positions, here, strict=True):
                self.sessions.append((candidate, position))
                self._columns.setdefault((candidate, position), []).append(session)
            self._series_rows.append((0.0, 0.0, [*here, column], [*[1.0] * len(here), -1.0]))
            for end, position in enumerate(positions if before else ()):
                allowing = sum(low[one] <= position for one in earlier)
                if allowing < len(before):
                    self._series_rows.append(_at_most(here[: end + 1], before[:allowing]))
            for end, one in enumerate(earlier):
                reachable = sum(position < high[one] for position in positions)
                if reachable < len(here):
                    self._series_rows.append(_at_most(before[: end + 1], here[:reachable]))
            before, earlier = here, positions


def _at_most(these: list[int], those: list[int]) -> LpRow:
    """Return a row that limits the sum of the columns `these` to the sum of the columns `those`."""
    return (
        -highspy.kHighsInf,
        0.0,
        [*these, *those],
        [*[1.0] * len(these), *[-1.0] * len(those)],
    )
