"""Times when people must not be disturbed by reminders."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session as Transaction

from api.cycles.service import cycle_row, policy_of
from api.participants.rows import PersonRow
from api.participants.service import profile_of
from api.sessions.rows import SessionRow
from coach.cycle import Cycle
from coach.holidays import days_kept_free
from coach.people import Person

_WORKING_HOURS = range(8, 18)  # in the person's local time
_SATURDAY = 5
_LONGEST_QUIET = 14  # days to look back; if all are quiet, the reminder is sent on a quiet day


class QuietTimes:
    """The times when people are not reminded: nights, weekends, absences, and days kept free.

    Absences are the person's `unavailable` dates. Days kept free are the cycle's blackout dates,
    and the public holidays and observances in the person's country, if the cycle's policy keeps
    them free.
    """

    def __init__(self, tx: Transaction, now: datetime) -> None:
        self._tx, self._now = tx, now
        self._policies: dict[str, Cycle] = {}
        self._profiles: dict[str, Person] = {}

    def is_working_time(self, person: PersonRow) -> bool:
        """Return whether the person may be reminded now."""
        local = self._now.astimezone(ZoneInfo(person.timezone))
        return local.hour in _WORKING_HOURS and not self._is_quiet(person, local.date())

    def is_last_chance(self, person: PersonRow, session: SessionRow, before: timedelta) -> bool:
        """Return whether it is time for a reminder `before` a session.

        If the day of the reminder is quiet for the person, the reminder is due on the nearest
        earlier day that is not quiet.
        """
        zone = ZoneInfo(person.timezone)
        day = (session.starts_at - before).astimezone(zone).date()
        earlier = (day - timedelta(days=back) for back in range(_LONGEST_QUIET))
        due = next((one for one in earlier if not self._is_quiet(person, one)), day)
        return due <= self._now.astimezone(zone).date()

    def _is_quiet(self, person: PersonRow, day: date) -> bool:
        if day.weekday() >= _SATURDAY:
            return True
        cycle, profile = self._policy(person.cycle_id), self._profile(person)
        return (
            day in cycle.blackout_days
            or any(day in dates for dates in profile.unavailable)
            or bool(days_kept_free(cycle.calendar, profile.country, [day]))
        )

    def _profile(self, person: PersonRow) -> Person:
        if person.id not in self._profiles:
            self._profiles[person.id] = profile_of(person)
        return self._profiles[person.id]

    def _policy(self, cycle_id: str) -> Cycle:
        if cycle_id not in self._policies:
            self._policies[cycle_id] = policy_of(cycle_row(self._tx, cycle_id))
        return self._policies[cycle_id]
