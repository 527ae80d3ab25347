"""The data model of a cycle file: the dates and the policy of a cycle, with defaults.

Ranges and defaults follow the cycle file reference; unknown keys are rejected.
"""

from __future__ import annotations

from collections.abc import Sized
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, ValidationInfo, field_validator

from coach import facts
from coach.availability import DateRange, WeeklyWindow
from coach.cycle_file_table import CycleFileTable
from coach.errors import InvalidValueError
from coach.follow_up import MONTHS
from coach.languages import CefrLevel
from coach.objective import ObjectivePolicy
from coach.people import RankSensitivity
from coach.repeat import RepeatPolicy, allows_all
from coach.session_policy import SessionPolicy
from coach.time_zones import time_zone
from coach.waivers import Waiver

MIN_YEAR, MAX_YEAR = 2000, 2199
MAX_CYCLE_DAYS = 3660
MAX_QUALITY = 100


@cache
def _timezone_names() -> frozenset[str]:
    """Return the names of all time zones, cached because listing them takes a while."""
    return frozenset(available_timezones())


def check_year(day: date) -> date:
    """Return `day` if its year is within the range allowed for cycles.

    Raises:
        InvalidValueError: the year is out of range.
    """
    if not MIN_YEAR <= day.year <= MAX_YEAR:
        raise InvalidValueError(facts.YEAR_OUT_OF_RANGE(low=MIN_YEAR, high=MAX_YEAR))
    return day


def known_timezone(value: str) -> str:
    """Return `value` if it is the name of a time zone.

    Raises:
        InvalidValueError: there is no such time zone.
    """
    if value not in _timezone_names():
        raise InvalidValueError(facts.NOT_A_TIME_ZONE(value=value))
    return value


EMPTY_LIST = "[]"
"""The text that represents an empty list in displayed settings, as in a cycle file."""


def _are_none(months: tuple[int, ...]) -> bool:
    return not months


def _is_off(value: bool) -> bool:
    return not value


class CycleDates(CycleFileTable):
    """`[cycle]`: the cycle's name, its first and last days, and the time zone of these dates.

    `follow_up_months` lists how many months after a pair is completed the coachee is asked about
    the outcome of goals and commitments; if it is empty, nobody is asked. If `follow_up_coach` is
    true, the coach is asked as well.
    """

    name: Annotated[str, Field(min_length=1, max_length=200)] = "Cycle"
    start: date
    end: date
    timezone: str = "Europe/Belgrade"
    follow_up_months: Annotated[tuple[int, ...], Field(exclude_if=_are_none)] = ()
    follow_up_coach: Annotated[bool, Field(exclude_if=_is_off)] = False

    @field_validator("follow_up_months")
    @classmethod
    def _check_months(cls, months: tuple[int, ...]) -> tuple[int, ...]:
        if not set(months) <= set(MONTHS) or list(months) != sorted(set(months)):
            raise InvalidValueError(facts.FOLLOW_UP_MONTHS(months=list(map(str, MONTHS))))
        return months

    @field_validator("timezone")
    @classmethod
    def _check_timezone(cls, value: str) -> str:
        return known_timezone(value)

    @field_validator("start", "end")
    @classmethod
    def _check_year(cls, value: date) -> date:
        return check_year(value)

    @field_validator("end")
    @classmethod
    def _check_end(cls, end: date, info: ValidationInfo) -> date:
        start = info.data.get("start")  # absent if invalid
        if start is not None and end < start:
            raise InvalidValueError(facts.END_BEFORE_START(start=str(start), end=str(end)))
        if start is not None and (end - start).days > MAX_CYCLE_DAYS:
            raise InvalidValueError(facts.TOO_LONG(count=(end - start).days + 1))
        return end

    @property
    def zone(self) -> ZoneInfo:
        """The cycle's time zone."""
        return time_zone(self.timezone)

    @property
    def days(self) -> tuple[date, ...]:
        """All dates of the cycle, in ascending order."""
        return tuple(self.start + timedelta(n) for n in range((self.end - self.start).days + 1))


def _is_empty(value: Sized) -> bool:
    return not value


class CalendarPolicy(CycleFileTable):
    """`[calendar]`: blackout dates, and whether people are unavailable on public holidays.

    `observances` lists further holiday categories of the `holidays` package, keyed by country. On
    these holidays, everyone in the country is unavailable, whether or not public holidays are kept
    free.
    """

    public_holidays: bool = True
    blackout: tuple[DateRange, ...] = ()
    observances: dict[str, tuple[str, ...]] = Field(default_factory=dict, exclude_if=_is_empty)


class LanguagePolicy(CycleFileTable):
    """`[rules.language]`: the minimum level for both people, and interchangeable languages."""

    minimum_level: CefrLevel = CefrLevel.B2
    groups: tuple[frozenset[str], ...] = ()


class CountryRelation(StrEnum):
    """The required or preferred relation between the coachee's and the coach's countries."""

    ANY = "any"
    SAME = "same"
    DIFFERENT = "different"
    PREFER_DIFFERENT = "prefer-different"
    PREFER_SAME = "prefer-same"


class CountryPolicy(CycleFileTable):
    """`[rules.country]`: the relation, excluded pairs of countries, and a cross-border minimum."""

    relation: CountryRelation = CountryRelation.ANY
    excluded: tuple[frozenset[str], ...] = ()
    minimum_cross_border_share: Annotated[float, Field(ge=0, le=1)] = 0.0


class RankPolicy(CycleFileTable):
    """`[rules.rank]`: how many grades a coach may rank below the coachee, for each sensitivity."""

    strict: Annotated[int, Field(ge=0, le=30)] = 0
    standard: Annotated[int, Field(ge=0, le=30)] = 2
    relaxed: Annotated[int, Field(ge=0, le=30)] = 10

    def allowance(self, sensitivity: RankSensitivity) -> int:
        """Return how many grades a coach may rank below a coachee with the given `sensitivity`."""
        return {
            RankSensitivity.STRICT: self.strict,
            RankSensitivity.STANDARD: self.standard,
            RankSensitivity.RELAXED: self.relaxed,
        }[sensitivity]


class UnitPolicy(CycleFileTable):
    """`[rules.unit]`: no settings, because the rule is mandatory in every cycle."""


class RulePolicy(CycleFileTable):
    """`[rules]`: the settings of the matching rules."""

    language: LanguagePolicy = LanguagePolicy()
    country: CountryPolicy = CountryPolicy()
    rank: RankPolicy = RankPolicy()
    unit: UnitPolicy = UnitPolicy()
    repeat: Annotated[RepeatPolicy, Field(exclude_if=allows_all)] = RepeatPolicy()


Weight = Annotated[int, Field(ge=0, le=100)]


class Weights(CycleFileTable):
    """`[weights]`: the factor applied to the points (0 to 100) of each rule."""

    language: Weight = 3
    country: Weight = 2
    rank: Weight = 2
    topics: Weight = 3
    preference: Weight = 4
    availability: Weight = 1


class TimetablePolicy(CycleFileTable):
    """`[timetable]`: the maximum penalties for defects of a series, out of 100 points.

    Attributes:
        rhythm: penalty for gaps that differ from the middle of the allowed range.
        finish: penalty for a last session less than `slack_days` before the end of the cycle.
        leave: penalty for sessions on the day before or after a date on which either person is
            unavailable.
        slack_days: the desired number of days between the last session and the end of the cycle.
        preferred: the preferred times of the week, in the coachee's time zone.
        preferred_by: preferred times of individual coachees, keyed by id; they override
            `preferred`.
        hours: penalty for sessions outside the preferred times.
    """

    rhythm: Annotated[int, Field(ge=0, le=100)] = 50
    finish: Annotated[int, Field(ge=0, le=100)] = 30
    leave: Annotated[int, Field(ge=0, le=100, validate_default=True)] = 20
    slack_days: Annotated[int, Field(ge=1, le=366)] = 14
    preferred: tuple[WeeklyWindow, ...] = ()
    preferred_by: dict[str, tuple[WeeklyWindow, ...]] = Field(default_factory=dict)
    hours: Annotated[int, Field(ge=0, le=100, validate_default=True)] = 0

    @field_validator("leave")
    @classmethod
    def _check_leave(cls, value: int, info: ValidationInfo) -> int:
        total = info.data.get("rhythm", 0) + info.data.get("finish", 0) + value
        if total > MAX_QUALITY:
            raise InvalidValueError(facts.PENALTIES_TOO_HIGH(total=total, limit=MAX_QUALITY))
        return value

    @field_validator("hours")
    @classmethod
    def _check_hours(cls, value: int, info: ValidationInfo) -> int:
        if not {"leave", "preferred", "preferred_by"} <= info.data.keys():
            return value  # one of them is invalid
        named = bool(info.data["preferred"] or info.data["preferred_by"])
        if named and not value:
            raise InvalidValueError(facts.PREFERRED_WITHOUT_HOURS(limit=MAX_QUALITY))
        if value and not named:
            raise InvalidValueError(facts.HOURS_WITHOUT_PREFERRED())
        total = value + sum(info.data.get(name, 0) for name in ("rhythm", "finish", "leave"))
        if total > MAX_QUALITY:
            raise InvalidValueError(
                facts.PENALTIES_WITH_HOURS_TOO_HIGH(total=total, limit=MAX_QUALITY)
            )
        return value

    def with_preferred_times(
        self, preferred_by: dict[str, tuple[WeeklyWindow, ...]]
    ) -> TimetablePolicy:
        """Return a copy with the given preferred times of individual coachees, keyed by id.

        `hours` is set to 0 if neither these nor `preferred` contain any times.
        """
        hours = self.hours if self.preferred or preferred_by else 0
        return self.model_copy(update={"preferred_by": preferred_by, "hours": hours})

    def preferred_times(self, coachee: str) -> tuple[WeeklyWindow, ...]:
        """Return a coachee's preferred times, possibly none, in the coachee's time zone."""
        return self.preferred_by.get(coachee, self.preferred)


class Cycle(CycleFileTable):
    """A cycle: its dates, its policy, pinned and banned pairs, and waivers."""

    cycle: CycleDates
    sessions: SessionPolicy = SessionPolicy()
    calendar: CalendarPolicy = CalendarPolicy()
    rules: RulePolicy = RulePolicy()
    pins: dict[str, str] = Field(default_factory=dict)
    bans: dict[str, frozenset[str]] = Field(default_factory=dict)
    waivers: Annotated[tuple[Waiver, ...], Field(exclude_if=_is_empty)] = ()
    weights: Weights = Weights()
    timetable: TimetablePolicy = TimetablePolicy()
    objective: ObjectivePolicy = ObjectivePolicy()

    @property
    def blackout_days(self) -> frozenset[date]:
        """All dates in `calendar.blackout`."""
        return frozenset(day for dates in self.calendar.blackout for day in dates)
