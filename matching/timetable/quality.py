"""How good a series of sessions is: 100 points less what its faults cost, in whole points.

With `N` sessions, `e` the middle of the least and the most gap, and `h` half the span between them:

    each gap of `d` days       rhythm |d - e| / (h (N - 1))          rounded down
    the last session           finish (slack - days left) / slack    rounded down, not below 0
    each session beside leave  leave / N                             rounded down

`days left` are those between the last session and the cycle's last day. A day beside leave is the
day before or after a date on which coachee or coach is `unavailable`, by the session's local date
in the cycle's zone. Faults add up session by session, so a best series is a cheapest path.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from coach.cycle import Cycle
from coach.people import Person, Roster

WHOLE = 100


class Quality:
    """The points of series under one cycle's policy; days are indices into `cycle.cycle.days`."""

    def __init__(self, roster: Roster, cycle: Cycle) -> None:
        self._roster = roster
        self._cycle = cycle
        policy, sessions = cycle.timetable, cycle.sessions
        self._days = len(cycle.cycle.days)
        low, high, gaps = sessions.min_gap_days, sessions.max_gap_days, sessions.count - 1
        # Twice the distance from the middle over twice half the span: whole numbers throughout.
        self._gap = [
            policy.rhythm * abs(2 * gap - low - high) // ((high - low) * gaps)
            if low <= gap <= high and low < high and gaps
            else 0
            for gap in range(min(high, self._days) + 1)
        ]
        self._finish = [
            policy.finish * max(0, policy.slack_days - (self._days - 1 - day)) // policy.slack_days
            for day in range(self._days)
        ]
        self._leave = policy.leave // sessions.count
        self._beside: dict[tuple[int, int], frozenset[int]] = {}

    def gap_cost(self, days: int) -> int:
        """What a gap of so many days costs."""
        return self._gap[days]

    def finish_cost(self, day: int) -> int:
        """What a last session on `day` costs."""
        return self._finish[day]

    def day_cost(self, coachee: int, coach: int, day: int) -> int:
        """What a session of two rows of the roster on `day` costs by itself."""
        return self._leave if day in self.beside_leave(coachee, coach) else 0

    def beside_leave(self, coachee: int, coach: int) -> frozenset[int]:
        """Days right before or after dates on which one of the two is unavailable."""
        key = coachee, coach
        if key not in self._beside:
            people = self._roster.coachees[coachee], self._roster.coaches[coach]
            self._beside[key] = frozenset(day for one in people for day in self._around(one))
        return self._beside[key]

    def of(self, coachee: int, coach: int, days: Sequence[int]) -> int:
        """Points of a series whose sessions are on `days`, ascending."""
        faults = sum(self.day_cost(coachee, coach, day) for day in days)
        faults += sum(self.gap_cost(later - earlier) for earlier, later in pairwise(days))
        return WHOLE - faults - self.finish_cost(days[-1])

    def _around(self, person: Person) -> set[int]:
        first = self._cycle.cycle.start
        edges = (
            edge
            for dates in person.unavailable
            for edge in (dates.first - timedelta(1), dates.last + timedelta(1))
        )
        return {(edge - first).days for edge in edges} & set(range(self._days))
