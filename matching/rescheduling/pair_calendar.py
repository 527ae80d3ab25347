"""A pair's calendar: its series, and everything else that limits its session starts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from coach.availability import epoch_minute_to_local
from coach.cycle import Cycle
from coach.people import Coach, Coachee, Roster
from matching.coach_timetable.quality import Quality
from matching.instance.availability_grid import (
    AvailabilityGrid,
    build_availability_grid,
    unpack,
)

Interval = tuple[int, int]
"""A half-open interval `[start, end)` in epoch minutes."""

_DAYS_PER_WEEK = 7


@dataclass(frozen=True, slots=True)
class SeriesSession:
    """A confirmed session of the pair: its number in the series, and `[start, end)`."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, eq=False)
class PairCalendar:
    """Everything that limits when a pair can meet. All times are epoch minutes.

    Attributes:
        cycle: the policy.
        coachee: the coachee.
        coach: the coach.
        series: all confirmed sessions of the pair, in order, whether past or not.
        coach_sessions: the coach's other confirmed sessions.
        occupied: other times at which either person cannot meet: sessions in other pairs or cycles,
            declined times, and required group events.
        not_before: the earliest start of a session that is moved.
    """

    cycle: Cycle
    coachee: Coachee
    coach: Coach
    series: tuple[SeriesSession, ...]
    coach_sessions: tuple[Interval, ...]
    occupied: tuple[Interval, ...]
    not_before: int

    @cached_property
    def roster(self) -> Roster:
        """The two people as a roster."""
        return Roster(coachees=(self.coachee,), coaches=(self.coach,))

    @cached_property
    def quality(self) -> Quality:
        """The quality scores of this pair, whose people are in row 0 on both sides."""
        return Quality(self.roster, self.cycle)

    @cached_property
    def _free(self) -> AvailabilityGrid:
        return build_availability_grid(self.roster, self.cycle)

    def grid(self, number: int) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.bool_]]:
        """Return a session's starts on the grid, `int64[S]`, and whether each person is free."""
        free = self._free
        count, own = len(free.starts), free.starts_of(number)
        coachee, coach = unpack(free.coachees, count)[0], unpack(free.coaches, count)[0]
        return free.starts[own], coachee[own], coach[own]

    def minutes(self, number: int) -> int:
        """Return the length of session `number`, in minutes."""
        return self.cycle.sessions.minutes_of(number)

    @property
    def caps(self) -> tuple[int, int]:
        """The coach's maximum number of sessions on a local date, and in an ISO week."""
        policy = self.cycle.sessions
        return (
            self.coach.max_per_day or policy.max_per_coach_day,
            self.coach.max_per_week or policy.max_per_coach_week,
        )

    def day(self, start: int) -> int:
        """Return the local date of a start in the cycle's zone, as an index into the cycle's days.

        The index of a date outside the cycle is negative, or beyond its last day.
        """
        dates = self.cycle.cycle
        return (epoch_minute_to_local(start, dates.zone).date() - dates.start).days

    def week(self, day: int) -> int:
        """Return the ISO week of a day index, numbered from 0 for the cycle's first week."""
        first = self.cycle.cycle.start.toordinal() - 1  # ordinal 1 is a Monday
        return (first + day) // _DAYS_PER_WEEK - first // _DAYS_PER_WEEK

    def clashes(self, starts: NDArray[np.int64], number: int) -> NDArray[np.bool_]:
        """Return, for each start, whether the session overlaps `occupied` or `coach_sessions`."""
        minutes = self.minutes(number)
        found = np.zeros(len(starts), dtype=np.bool_)
        for begin, end in (*self.occupied, *self.coach_sessions):
            found |= (starts < end) & (starts + minutes > begin)
        return found

    def within_buffers(self, starts: NDArray[np.int64], number: int) -> NDArray[np.bool_]:
        """Return, for each start, whether it is too close to the coach's other sessions."""
        reach, minutes = self.cycle.sessions.buffer_minutes, self.minutes(number)
        found = np.zeros(len(starts), dtype=np.bool_)
        for begin, end in self.coach_sessions:
            found |= (starts < end + reach) & (starts + minutes + reach > begin)
        return found

    def exceeded_caps(self, own_starts: Iterable[int], start: int) -> tuple[bool, bool]:
        """Return whether the coach would have too many sessions on the day and in the week.

        `own_starts` are those of the whole series of the pair, including `start`.
        """
        own_days = [self.day(one) for one in own_starts]
        days = Counter(own_days) + self._other_days
        weeks = Counter(map(self.week, own_days)) + self._other_weeks
        day = self.day(start)
        a_day, a_week = self.caps
        return days[day] > a_day, weeks[self.week(day)] > a_week

    @cached_property
    def _other_days(self) -> Counter[int]:
        return Counter(self.day(begin) for begin, _ in self.coach_sessions)

    @cached_property
    def _other_weeks(self) -> Counter[int]:
        return Counter(self.week(self.day(begin)) for begin, _ in self.coach_sessions)

    def gap_range(self, earlier: SeriesSession, later: SeriesSession) -> tuple[int, int]:
        """Return the minimum and maximum number of days between two sessions.

        If sessions in between were cancelled, the maximum gap grows accordingly.
        """
        least, most = self.cycle.sessions.gap_days(earlier.number)
        between = range(earlier.number + 1, later.number)
        return least, most + sum(self.cycle.sessions.gap_days(one)[1] for one in between)
