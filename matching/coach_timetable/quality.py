"""The quality of a series of sessions: 100 points minus the cost of its faults, as integers.

The costs, for `N` sessions, allowed gaps from `e - h` to `e + h` days, and the settings of
`coach.cycle.TimetablePolicy`, where `slack` is `slack_days`:

    fault                                      cost, rounded down
    each gap of `d` days                       rhythm min(|d - e|, h) / (h (N - 1))
    the last session                           finish (slack - days left) / slack, at least 0
    each session next to leave                 leave / N
    each session outside preferred times       hours / N

`days left` is the number of days between the last session and the last day of the cycle. A session
is next to leave if its local date in the cycle's time zone is the day before or after a period in
which the coachee or the coach is `unavailable`. A session is at a preferred time if it is
entirely within the preferred times, which are in the coachee's time zone; adjoining windows are
merged. A contracting session and the gap after it cost nothing. Costs are additive over sessions
and gaps, so an optimal series is a shortest path.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from operator import itemgetter

from coach.availability import WeeklyWindow, free_intervals
from coach.cycle import Cycle
from coach.people import Person, Roster

MAX_QUALITY = 100
_MARGIN_DAYS = 2  # exceeds the difference between local dates in any two time zones

SessionTime = tuple[int, int]
"""A session's day as an index into `cycle.cycle.days`, and its start in epoch minutes."""


class Quality:
    """Scores series under a cycle's policy. Days are indices into `cycle.cycle.days`."""

    def __init__(self, roster: Roster, cycle: Cycle) -> None:
        self._roster = roster
        self._cycle = cycle
        policy, sessions = cycle.timetable, cycle.sessions
        self._days = len(cycle.cycle.days)
        self.gap_costs = tuple(
            self.gap_cost(gap) for gap in range(min(sessions.max_gap_days, self._days) + 1)
        )
        self._leave = policy.leave // sessions.count
        self._hours = policy.hours // sessions.count
        self._leave_adjacent: dict[tuple[int, int], frozenset[int]] = {}
        self._spans: dict[tuple[str, tuple[WeeklyWindow, ...]], tuple[tuple[int, int], ...]] = {}

    def gap_cost(self, days: int) -> int:
        """Return the cost of a gap; a forbidden gap costs as much as the worst allowed one."""
        low, high = self._cycle.sessions.min_gap_days, self._cycle.sessions.max_gap_days
        gaps = self._cycle.sessions.count - 1
        if low == high or not gaps:
            return 0
        # Numerator and denominator are doubled so that both are integers.
        away = min(abs(2 * days - low - high), high - low)
        return self._cycle.timetable.rhythm * away // ((high - low) * gaps)

    def finish_cost(self, day: int) -> int:
        """Return the cost of ending a series on `day`."""
        policy = self._cycle.timetable
        missing_days = policy.slack_days - (self._days - 1 - day)
        return policy.finish * min(max(0, missing_days), policy.slack_days) // policy.slack_days

    def session_cost(self, coachee: int, coach: int, session_time: SessionTime) -> int:
        """Return the cost of a session, given the rows of its coachee and coach."""
        day, start = session_time
        adjacent_cost = (
            self._leave if self._leave and day in self._leave_adjacent_days(coachee, coach) else 0
        )
        return adjacent_cost + (0 if self._is_preferred(coachee, start) else self._hours)

    def fault_cost(
        self, coachee: int, coach: int, series: Sequence[SessionTime], *, continues: bool = False
    ) -> int:
        """Return the total cost of a chronological series, or 0 if it is empty.

        If `continues` is true, more sessions follow, so the last session has no finish cost.
        """
        if not series:
            return 0
        own = sum(self.session_cost(coachee, coach, session_time) for session_time in series)
        gaps = sum(self.gap_cost(later - earlier) for (earlier, _), (later, _) in pairwise(series))
        return own + gaps + (0 if continues else self.finish_cost(series[-1][0]))

    def points(self, coachee: int, coach: int, series: Sequence[SessionTime]) -> int:
        """Return the points of a series. Its sessions must be in chronological order."""
        return MAX_QUALITY - self.fault_cost(coachee, coach, series)

    def _leave_adjacent_days(self, coachee: int, coach: int) -> frozenset[int]:
        """Return the days immediately before or after leave of the coachee or the coach."""
        key = coachee, coach
        if key not in self._leave_adjacent:
            people = self._roster.coachees[coachee], self._roster.coaches[coach]
            self._leave_adjacent[key] = frozenset(
                day for one in people for day in self._days_adjacent_to_leave(one)
            )
        return self._leave_adjacent[key]

    def _days_adjacent_to_leave(self, person: Person) -> set[int]:
        first = self._cycle.cycle.start
        edges = (
            edge
            for dates in person.unavailable
            for edge in (dates.first - timedelta(1), dates.last + timedelta(1))
        )
        return {(edge - first).days for edge in edges} & set(range(self._days))

    def _is_preferred(self, coachee: int, start: int) -> bool:
        person = self._roster.coachees[coachee]
        windows = self._cycle.timetable.preferred_times(person.id) if self._hours else ()
        if not windows:
            return True
        spans = self._preferred(person, windows)
        place = bisect_right(spans, start, key=itemgetter(0)) - 1
        return place >= 0 and start + self._cycle.sessions.minutes <= spans[place][1]

    def _preferred(
        self, person: Person, windows: tuple[WeeklyWindow, ...]
    ) -> tuple[tuple[int, int], ...]:
        key = person.timezone, windows
        if key not in self._spans:
            first = self._cycle.cycle.start - timedelta(_MARGIN_DAYS)
            days = (first + timedelta(n) for n in range(self._days + 2 * _MARGIN_DAYS))
            self._spans[key] = free_intervals(windows, person.zone, days)
        return self._spans[key]
