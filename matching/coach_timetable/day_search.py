"""Places many sessions on one day, using a depth-first search in chronological order.

Each session takes its first possible start after the end of the previous session. Of the sessions
that could come next, only undominated ones are tried:

* A session that starts no earlier than another one could end is not next, since putting the other
  one before it delays nothing.
* Of two sessions with the same next start and the same spacing, the one whose later starts are all
  starts of the other as well comes first, since the two could be exchanged in any timetable. If the
  starts of each session form an interval, only one of all sessions with the same next start and
  spacing remains.

A set of remaining sessions that failed from some time on is not tried from a later time. If each
session has one or two intervals of starts, as with weekly windows, a day of 30 sessions takes a few
hundred steps. Starts without any pattern can take exponentially many; in that case, CP-SAT decides.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING

from matching.deadline import SolverError

if TYPE_CHECKING:
    from ortools.sat.python import cp_model
else:
    from matching.coach_timetable import lazy_cp_model as cp_model

_MAX_STEPS = 5_000


def search_starts(
    options: Sequence[tuple[int, ...]], spacing: Sequence[int], earlier: Sequence[int]
) -> tuple[int, ...] | None:
    """Return a start for each session, or `None` if the sessions do not fit.

    `options` are the possible starts of each session, ascending. `spacing` contains the minimum
    number of minutes from the start of each session to the next start. `earlier` contains, for each
    session, a bit set of those that must come before it.
    """
    try:
        return _DaySearch(options, spacing, earlier).run()
    except _TooManyStepsError:
        return _search_with_cp_sat(options, spacing, earlier)


class _TooManyStepsError(Exception):
    """The search took more than `_MAX_STEPS` steps."""


class _DaySearch:
    def __init__(
        self, options: Sequence[tuple[int, ...]], spacing: Sequence[int], earlier: Sequence[int]
    ) -> None:
        self._options = options
        self._spacing = spacing
        self._earlier = earlier
        self._least_spacing = min(spacing)
        self._by_last_start = sorted(range(len(options)), key=lambda one: options[one][-1])
        self._steps_left = _MAX_STEPS
        self._failed: dict[int, int] = {}
        """For each set of remaining sessions, the earliest time from which placing it failed."""
        every = sorted({start for starts in options for start in starts})
        self._rank = {start: rank for rank, start in enumerate(every)}
        self._starts = [sum(1 << self._rank[start] for start in starts) for starts in options]
        self._ordered = [
            bool(before or any(other >> one & 1 for other in earlier))
            for one, before in enumerate(earlier)
        ]

    def run(self) -> tuple[int, ...] | None:
        """Return a start for each session, or `None` if the sessions do not fit."""
        starts = [0] * len(self._options)
        first = min(one[0] for one in self._options)
        return tuple(starts) if self._place((1 << len(starts)) - 1, first, starts) else None

    def _place(self, remaining: int, time: int, starts: list[int]) -> bool:
        """Place the sessions in the bit set `remaining` from `time` on; return whether they fit."""
        if not remaining:
            return True
        if time >= self._failed.get(remaining, time + 1) or not self._may_fit(remaining, time):
            return False
        if not self._steps_left:
            raise _TooManyStepsError
        self._steps_left -= 1
        for one, start in self._next(remaining, time):
            starts[one] = start
            if self._place(remaining & ~(1 << one), start + self._spacing[one], starts):
                return True
        self._failed[remaining] = time
        return False

    def _may_fit(self, remaining: int, time: int) -> bool:
        """Return false if some remaining session cannot start by its last possible start.

        All sessions are assumed to have the smallest spacing.
        """
        for one in self._by_last_start:
            if remaining >> one & 1:
                if self._options[one][-1] < time:
                    return False
                time += self._least_spacing
        return True

    def _next(self, remaining: int, time: int) -> list[tuple[int, int]]:
        """Return the undominated next sessions with their starts, the most urgent first."""
        found = [
            (one, own[bisect_left(own, time)])
            for one, own in enumerate(self._options)
            if remaining >> one & 1 and not self._earlier[one] & remaining
        ]
        end = min(start + self._spacing[one] for one, start in found)
        chosen: list[tuple[int, int]] = []
        for one, start in sorted(found, key=self._urgency):
            if start < end and not any(
                at == start and self._precedes(other, one, start) for other, at in chosen
            ):
                chosen.append((one, start))
        return chosen

    def _urgency(self, session: tuple[int, int]) -> tuple[int, int, int]:
        """Return the sort key of a session and its next start."""
        one, start = session
        later = self._starts[one] >> self._rank[start]
        return start, self._options[one][-1], later.bit_count()

    def _precedes(self, one: int, other: int, start: int) -> bool:
        """Return whether placing `one` rather than `other` at `start` is never worse."""
        rank = self._rank[start]
        return (
            self._spacing[one] == self._spacing[other]
            and not (self._ordered[one] or self._ordered[other])
            and not self._starts[one] >> rank & ~(self._starts[other] >> rank)
        )


def _search_with_cp_sat(
    options: Sequence[tuple[int, ...]], spacing: Sequence[int], earlier: Sequence[int]
) -> tuple[int, ...] | None:
    model = cp_model.CpModel()
    starts = [
        model.new_int_var_from_domain(cp_model.Domain.from_values(own), "") for own in options
    ]
    model.add_no_overlap(
        model.new_fixed_size_interval_var(start, length, "")
        for start, length in zip(starts, spacing, strict=True)
    )
    for start, before in zip(starts, earlier, strict=True):
        for other, length in zip(range(len(options)), spacing, strict=True):
            if before >> other & 1:
                model.add(starts[other] + length <= start)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return None
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        raise SolverError(f"CP-SAT returned {solver.status_name(status)}")
    return tuple(solver.value(start) for start in starts)
