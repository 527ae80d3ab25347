"""A cycle and its policy: the content of a cycle file, with its defaults.

Ranges and defaults follow the cycle file reference; unknown keys are rejected.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from coach.availability import MINUTES_PER_DAY, DateRange, WeeklyWindow
from coach.languages import CefrLevel
from coach.people import RankSensitivity

MIN_YEAR, MAX_YEAR = 2000, 2199
MAX_CYCLE_DAYS = 3660
MAX_QUALITY = 100


@cache
def _timezone_names() -> frozenset[str]:
    """The names of all time zones, cached because listing them takes tens of milliseconds."""
    return frozenset(available_timezones())


class CycleFileTable(BaseModel):
    """A table of the cycle file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class CycleDates(CycleFileTable):
    """`[cycle]`: the name, the first and last day of sessions, and the time zone of the dates."""

    name: Annotated[str, Field(min_length=1, max_length=200)] = "Cycle"
    start: date
    end: date
    timezone: str = "Europe/Belgrade"

    @field_validator("timezone")
    @classmethod
    def _check_timezone(cls, value: str) -> str:
        if value not in _timezone_names():
            raise ValueError(f"{value!r} is not a time zone; use a name like Europe/Belgrade")
        return value

    @field_validator("start", "end")
    @classmethod
    def _check_year(cls, value: date) -> date:
        if not MIN_YEAR <= value.year <= MAX_YEAR:
            raise ValueError(f"the year has to be from {MIN_YEAR} to {MAX_YEAR}")
        return value

    @field_validator("end")
    @classmethod
    def _check_end(cls, end: date, info: ValidationInfo) -> date:
        start = info.data.get("start")  # absent where it is invalid itself
        if start is not None and end < start:
            raise ValueError(f"the last day {end} is before the first day {start}")
        if start is not None and (end - start).days > MAX_CYCLE_DAYS:
            raise ValueError(f"a cycle lasts at most ten years, {MAX_CYCLE_DAYS} days")
        return end

    @property
    def zone(self) -> ZoneInfo:
        """The cycle's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def days(self) -> tuple[date, ...]:
        """Every date of the cycle, ascending."""
        return tuple(self.start + timedelta(n) for n in range((self.end - self.start).days + 1))


class SessionPolicy(CycleFileTable):
    """`[sessions]`: the number, length and spacing of sessions, and each coach's limits."""

    count: Annotated[int, Field(ge=1, le=20)] = 6
    minutes: Annotated[int, Field(ge=5, le=MINUTES_PER_DAY)] = 90
    grid_minutes: Annotated[int, Field(ge=1, le=MINUTES_PER_DAY)] = 30
    min_gap_days: Annotated[int, Field(ge=0, le=3660)] = 21
    max_gap_days: Annotated[int, Field(ge=0, le=3660, validate_default=True)] = 42
    max_per_coach_day: Annotated[int, Field(ge=1, le=100)] = 2
    max_per_coach_week: Annotated[int, Field(ge=1, le=500)] = 5
    buffer_minutes: Annotated[int, Field(ge=0, le=MINUTES_PER_DAY)] = 0

    @field_validator("max_gap_days")
    @classmethod
    def _check_max_gap(cls, value: int, info: ValidationInfo) -> int:
        least = info.data.get("min_gap_days")  # absent where it is invalid itself
        if least is not None and value < least:
            raise ValueError(f"the longest gap ({value}) is less than the shortest ({least})")
        return value


class CalendarPolicy(CycleFileTable):
    """`[calendar]`: whether people are off on their public holidays, and blackout dates."""

    public_holidays: bool = True
    blackout: tuple[DateRange, ...] = ()


class LanguagePolicy(CycleFileTable):
    """`[rules.language]`: the level both people need, and groups of interchangeable languages."""

    minimum_level: CefrLevel = CefrLevel.B2
    groups: tuple[frozenset[str], ...] = ()


class CountryRelation(StrEnum):
    """The required or preferred relation between the coachee's and the coach's country."""

    ANY = "any"
    SAME = "same"
    DIFFERENT = "different"
    PREFER_DIFFERENT = "prefer-different"
    PREFER_SAME = "prefer-same"


class CountryPolicy(CycleFileTable):
    """`[rules.country]`: the relation, the excluded pairs, and the cross-border share."""

    relation: CountryRelation = CountryRelation.ANY
    excluded: tuple[frozenset[str], ...] = ()
    minimum_cross_border_share: Annotated[float, Field(ge=0, le=1)] = 0.0


class RankPolicy(CycleFileTable):
    """`[rules.rank]`: how many grades below the coachee a coach may be, by sensitivity."""

    strict: Annotated[int, Field(ge=0, le=30)] = 0
    standard: Annotated[int, Field(ge=0, le=30)] = 2
    relaxed: Annotated[int, Field(ge=0, le=30)] = 10

    def allowance(self, sensitivity: RankSensitivity) -> int:
        """Return how many grades below the coachee this sensitivity allows."""
        return {
            RankSensitivity.STRICT: self.strict,
            RankSensitivity.STANDARD: self.standard,
            RankSensitivity.RELAXED: self.relaxed,
        }[sensitivity]


class UnitPolicy(CycleFileTable):
    """`[rules.unit]`: has no settings, since the rule is hard in every cycle."""


class RulePolicy(CycleFileTable):
    """`[rules]`."""

    language: LanguagePolicy = LanguagePolicy()
    country: CountryPolicy = CountryPolicy()
    rank: RankPolicy = RankPolicy()
    unit: UnitPolicy = UnitPolicy()


Weight = Annotated[int, Field(ge=0, le=100)]


class Weights(CycleFileTable):
    """`[weights]`: the factor by which each rule's 0 to 100 points are multiplied."""

    language: Weight = 3
    country: Weight = 2
    rank: Weight = 2
    topics: Weight = 3
    preference: Weight = 4
    availability: Weight = 1


class TimetablePolicy(CycleFileTable):
    """`[timetable]`: how many of 100 points each fault of a series may cost.

    `rhythm`: gaps that differ from the middle of the allowed range. `finish`: a last session less
    than `slack_days` days before the cycle's end. `leave`: sessions on the day before or after a
    date on which either person is unavailable. `hours`: sessions outside the `preferred` times of
    the week, local to the coachee's zone; `preferred_by` overrides `preferred` for individual
    coachees.
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
        others = info.data.get("rhythm", 0) + info.data.get("finish", 0)
        if others + value > MAX_QUALITY:
            raise ValueError(f"rhythm, finish and leave add up to {others + value}, more than 100")
        return value

    @field_validator("hours")
    @classmethod
    def _check_hours(cls, value: int, info: ValidationInfo) -> int:
        if not {"leave", "preferred", "preferred_by"} <= info.data.keys():
            return value  # one of them is invalid itself
        named = bool(info.data["preferred"] or info.data["preferred_by"])
        if named and not value:
            raise ValueError(
                "preferred times have no effect while hours is 0; give hours some of the 100 "
                "points, and rhythm, finish or leave fewer"
            )
        if value and not named:
            raise ValueError(
                "hours counts sessions outside preferred times, but there are none; "
                'add preferred = ["09:00-12:00"]'
            )
        in_all = value + sum(info.data.get(name, 0) for name in ("rhythm", "finish", "leave"))
        if in_all > MAX_QUALITY:
            raise ValueError(f"rhythm, finish, leave and hours add up to {in_all}, more than 100")
        return value

    def with_preferred_times(
        self, preferred_by: dict[str, tuple[WeeklyWindow, ...]]
    ) -> TimetablePolicy:
        """Return a copy with these times for individual coachees."""
        hours = self.hours if self.preferred or preferred_by else 0
        return self.model_copy(update={"preferred_by": preferred_by, "hours": hours})

    def preferred_times(self, coachee: str) -> tuple[WeeklyWindow, ...]:
        """Return a coachee's preferred times, in their own zone; may be empty."""
        return self.preferred_by.get(coachee, self.preferred)


class ObjectiveLevel(StrEnum):
    """One level of the lexicographic objective."""

    PLACED = "placed"
    KEPT = "kept"
    WORST = "worst"
    TOTAL = "total"
    SCHEDULE = "schedule"


class ObjectivePolicy(CycleFileTable):
    """`[objective]`: the levels in order; `placed` comes first and `schedule`, if present, last."""

    levels: tuple[ObjectiveLevel, ...] = tuple(ObjectiveLevel)

    @field_validator("levels")
    @classmethod
    def _check_levels(cls, levels: tuple[ObjectiveLevel, ...]) -> tuple[ObjectiveLevel, ...]:
        problems = []
        if len(set(levels)) != len(levels):
            problems.append("a level occurs twice")
        if not levels or levels[0] is not ObjectiveLevel.PLACED:
            problems.append('"placed" has to be the first level')
        if ObjectiveLevel.SCHEDULE in levels and levels[-1] is not ObjectiveLevel.SCHEDULE:
            problems.append('"schedule" has to be the last level')
        if problems:
            raise ValueError(", and ".join(problems))
        return levels


class Cycle(CycleFileTable):
    """A cycle: its dates, its policy, and the pairs that the manager has pinned or banned."""

    cycle: CycleDates
    sessions: SessionPolicy = SessionPolicy()
    calendar: CalendarPolicy = CalendarPolicy()
    rules: RulePolicy = RulePolicy()
    pins: dict[str, str] = Field(default_factory=dict)
    bans: dict[str, frozenset[str]] = Field(default_factory=dict)
    weights: Weights = Weights()
    timetable: TimetablePolicy = TimetablePolicy()
    objective: ObjectivePolicy = ObjectivePolicy()

    @property
    def blackout_days(self) -> frozenset[date]:
        """Every date of `calendar.blackout`."""
        return frozenset(day for dates in self.calendar.blackout for day in dates)
