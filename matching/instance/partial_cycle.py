"""A cycle in progress: the sessions before a given day, and the sessions still to be placed.

Sessions of the kept result before that day are fixed. They keep their number in the pair's series,
the gap to the next session is measured from them, and they count towards the coach's weekly limit.
Everything else is placed on or after that day. If a coachee's coach has changed, the series
continues with the next number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from coach.availability import epoch_minute
from coach.cycle import Cycle
from coach.people import Roster
from coach.sessions import Session
from matching.instance.availability_grid import AvailabilityGrid, pack, unpack
from matching.instance.series_limits import NO_PREVIOUS_DAY, RemainingDemand, SeriesLimits
from matching.instance.shared_humans import SharedHumans
from matching.result import Result

_DAYS_PER_WEEK = 7


class UnderWay(BaseModel):
    """The state of a cycle in progress.

    Attributes:
        not_before: the first local date, in the cycle's zone, on which a session may be placed.
        reached: the session number of each coachee's last session before `not_before`, with any
            coach; if there was none, one less than the number of the first session. A new pair
            continues with the next number; a pair of the earlier result continues from its own
            sessions instead.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    not_before: date
    reached: dict[str, int] = Field(default_factory=dict)


def under_way(keep: Result, not_before: date, zone: ZoneInfo) -> UnderWay:
    """Return the state of a cycle, counting all sessions before `not_before` as held."""
    return UnderWay(
        not_before=not_before,
        reached={
            match.coachee: max(
                [match.sessions[0].number - 1]
                + [one.number for one in match.sessions if _date(one, zone) < not_before]
            )
            for match in keep.matches
            if match.sessions
        },
    )


class FixedHistory:
    """The fixed sessions and the remaining demand of each pair in a cycle in progress."""

    def __init__(self, cycle: Cycle, status: UnderWay, keep: Result | None) -> None:
        self._cycle = cycle
        self.status = status
        zone = cycle.cycle.zone
        self.sessions: Mapping[tuple[str, str], tuple[Session, ...]] = {
            (match.coachee, match.coach): tuple(
                one for one in match.sessions if _date(one, zone) < status.not_before
            )
            for match in (keep.matches if keep else ())
        }

    def past_sessions(self, coachee: str, coach: str) -> tuple[Session, ...]:
        """Return a pair's sessions before `not_before`."""
        return self.sessions.get((coachee, coach), ())

    def number(self, coachee: str, coach: str) -> int:
        """Return the session number after which the pair's series continues.

        This is the number of the pair's last past session. If there is none, it is the number of
        the coachee's last past session with any coach, or else one less than the number of the
        first session.
        """
        past = self.past_sessions(coachee, coach)
        return past[-1].number if past else self._reached(coachee)

    def _reached(self, coachee: str) -> int:
        before_first = self._cycle.sessions.first_number - 1
        return max(before_first, self.status.reached.get(coachee, before_first))

    def demand(
        self, roster: Roster, coachee: NDArray[np.integer], coach: NDArray[np.integer]
    ) -> RemainingDemand:
        """Return the remaining demand of the pairs `(coachee[p], coach[p])`."""
        count, days = self._cycle.sessions.count, len(self._cycle.cycle.days)
        last_number = np.array([self._reached(one.id) for one in roster.coachees], dtype=np.int64)
        previous_number = (
            last_number[coachee] if len(last_number) else np.zeros(len(coachee), dtype=np.int64)
        )
        first = np.tile(np.array([0, days], dtype=np.int64), (len(coachee), 1))
        previous_day = np.full(len(coachee), NO_PREVIOUS_DAY, dtype=np.int64)
        row = {one.id: place for place, one in enumerate(roster.coachees)}
        column = {one.id: place for place, one in enumerate(roster.coaches)}
        width = max(1, len(column))
        code = coachee.astype(np.int64) * width + coach
        known = np.isin(
            code,
            [
                row[one] * width + column[other]
                for one, other in self.sessions
                if one in row and other in column
            ],
        )
        for place in np.flatnonzero(known).tolist():
            past = self.past_sessions(
                roster.coachees[int(coachee[place])].id, roster.coaches[int(coach[place])].id
            )
            if past:
                last = self._day(past[-1])
                previous_number[place], previous_day[place] = past[-1].number, last
                least, most = self._cycle.sessions.gap_days(past[-1].number)
                first[place] = last + least, last + most
        return RemainingDemand(
            np.maximum(0, count - previous_number), first, previous_day, previous_number
        )

    def remaining_availability(
        self, roster: Roster, free: AvailabilityGrid, limits: SeriesLimits
    ) -> AvailabilityGrid:
        """Return `free`, excluding starts on past days and starts blocked by past sessions.

        A coach's starts are blocked until the minimum spacing after their last past session, and in
        the week of `not_before` if their past sessions already reach the weekly maximum.
        """
        count = len(free.starts)
        late = free.day >= self._first_day
        coaches = unpack(free.coaches, count) & late
        week = free.week == self.week
        for place, coach in enumerate(roster.coaches):
            past = self._by_coach.get(coach.id, ())
            if past:
                over = max(epoch_minute(one.start) + self._minutes(one) for one in past)
                coaches[place] &= free.starts >= over + limits.buffer_minutes
            if self.sessions_in_first_week(coach.id) >= limits.week_cap[place]:
                coaches[place] &= ~week
        return replace(
            free, coachees=free.coachees & pack(late[np.newaxis, :]), coaches=pack(coaches)
        )

    def without_past_overlaps(
        self, roster: Roster, humans: SharedHumans, free: AvailabilityGrid
    ) -> AvailabilityGrid:
        """Return `free`, excluding starts at which a human with several rows is still in a session.

        This concerns past sessions that last beyond midnight.
        """
        coachees, coaches = free.coachees.copy(), free.coaches.copy()
        for rows, columns in humans.rows.values():
            ids = {roster.coachees[row].id for row in rows}, {roster.coaches[k].id for k in columns}
            ends = [
                epoch_minute(session.start) + self._minutes(session)
                for (coachee, coach), sessions in self.sessions.items()
                if coachee in ids[0] or coach in ids[1]
                for session in sessions
            ]
            if ends:
                late = pack((free.starts >= max(ends))[np.newaxis, :])
                coachees[list(rows)] &= late
                coaches[list(columns)] &= late
        return replace(free, coachees=coachees, coaches=coaches)

    def _minutes(self, session: Session) -> int:
        """Return the length of a session under the policy, in minutes."""
        return self._cycle.sessions.minutes_of(session.number)

    @property
    def week(self) -> int:
        """The week of `not_before`, numbered as in `AvailabilityGrid.week`."""
        first = self._cycle.cycle.start.toordinal()
        return (self.status.not_before.toordinal() - 1) // _DAYS_PER_WEEK - (
            first - 1
        ) // _DAYS_PER_WEEK

    def sessions_in_first_week(self, coach: str) -> int:
        """Return how many past sessions a coach has in the ISO week of `not_before`."""
        week = (self.status.not_before.toordinal() - 1) // _DAYS_PER_WEEK
        zone = self._cycle.cycle.zone
        return sum(
            (_date(one, zone).toordinal() - 1) // _DAYS_PER_WEEK == week
            for one in self._by_coach.get(coach, ())
        )

    def past_times(self, coachee: str, coach: str) -> list[tuple[int, int]]:
        """Return the day index and start (epoch minutes) of each of a pair's past sessions.

        A contracting session is left out, because it does not count for the quality of the series.
        """
        return [
            (self._day(one), epoch_minute(one.start))
            for one in self.past_sessions(coachee, coach)
            if one.number
        ]

    @cached_property
    def _by_coach(self) -> Mapping[str, list[Session]]:
        found: dict[str, list[Session]] = defaultdict(list)
        for (_, coach), sessions in self.sessions.items():
            found[coach].extend(sessions)
        return found

    @property
    def _first_day(self) -> int:
        return (self.status.not_before - self._cycle.cycle.start).days

    def _day(self, session: Session) -> int:
        return (_date(session, self._cycle.cycle.zone) - self._cycle.cycle.start).days


def _date(session: Session, zone: ZoneInfo) -> date:
    return session.start.astimezone(zone).date()
