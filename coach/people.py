"""The people in a cycle: coachees and coaches, with the fields of the people files."""

from __future__ import annotations

from collections.abc import Sized
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from coach.availability import BusyTime, DateRange, WeeklyWindow
from coach.languages import LanguageSkill
from coach.ranks import GRADE_NEUTRAL, Rank
from coach.time_zones import time_zone


class Sex(StrEnum):
    """A person's self-reported sex; never inferred, and never used for matching."""

    F = "F"
    M = "M"
    X = "X"


class Service(StrEnum):
    """A person's service, which determines how a rank title is interpreted."""

    LAND = "land"
    AIR = "air"
    NAVY = "navy"
    MOD = "mod"
    EXTERNAL = "external"


class Role(StrEnum):
    """The role in which a coachee is coached: as a commander, or as a ministry's decision-maker."""

    COMMANDER = "commander"
    DECISION_MAKER = "decision_maker"


class RankSensitivity(StrEnum):
    """A coachee's sensitivity to a lower-ranking coach; the policy sets the number of grades."""

    STRICT = "strict"
    STANDARD = "standard"
    RELAXED = "relaxed"


def _is_empty(value: Sized) -> bool:
    return not value


class Person(BaseModel):
    """Base class with the fields shared by coachees and coaches.

    Rows with the same value of `person` describe one human; see `coach.humans`.
    `timezone` is an IANA name; `availability`, `unavailable` and `busy` are local to it.
    `person` and `busy` are omitted from JSON if they are empty.
    `languages` are in order of preference. `country` is ISO 3166-1 alpha-2 or `XK`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    email: str
    country: str
    languages: tuple[LanguageSkill, ...]
    availability: tuple[WeeklyWindow, ...]
    unavailable: tuple[DateRange, ...] = ()
    busy: Annotated[tuple[BusyTime, ...], Field(exclude_if=_is_empty)] = ()
    timezone: str
    sex: Sex | None = None
    birth_year: int | None = None
    service: Service | None = None
    unit: str = ""
    rank: Rank = GRADE_NEUTRAL
    refuses: frozenset[str] = frozenset()
    topics: tuple[str, ...] = ()
    person: Annotated[str, Field(exclude_if=_is_empty)] = ""

    @property
    def zone(self) -> ZoneInfo:
        """The person's time zone."""
        return time_zone(self.timezone)

    @property
    def unit_key(self) -> str:
        """The name of the unit, normalised for comparison; empty if no unit is given."""
        return self.unit.strip().casefold()


class Coachee(Person):
    """A commander or decision-maker who receives coaching."""

    role: Role
    rank_sensitivity: RankSensitivity = RankSensitivity.STANDARD
    uniformed_coach: bool = False
    priority: Annotated[int, Field(ge=1, le=9)] = 1
    prefers: tuple[str, ...] = ()


class Coach(Person):
    """A person who coaches up to `capacity` coachees.

    `max_per_day` and `max_per_week` limit the coach's sessions; if they are `None`, the cycle's
    limits apply. `chain_of_command` contains coachee ids and unit names as written in the file.
    """

    capacity: Annotated[int, Field(ge=0, le=50)]
    max_per_day: Annotated[int, Field(ge=1)] | None = None
    max_per_week: Annotated[int, Field(ge=1)] | None = None
    chain_of_command: tuple[str, ...] = ()

    @property
    def chain_keys(self) -> frozenset[str]:
        """The entries of `chain_of_command`, normalised for comparison."""
        return frozenset(entry.strip().casefold() for entry in self.chain_of_command)


def _is_absent(value: object) -> bool:
    return value is None


class Roster(BaseModel):
    """All coachees and coaches in a cycle, in file order.

    `earlier_pairs` contains the ids of every coachee and coach who were a pair in an earlier cycle.
    It is `None`, and omitted from JSON, if no earlier results were given or the policy allows all
    such pairs. `earlier_cycles` contains, for each of these pairs, the known names of its cycles.
    It is `None`, and omitted, if no name is known.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    coachees: tuple[Coachee, ...]
    coaches: tuple[Coach, ...]
    earlier_pairs: Annotated[tuple[tuple[str, str], ...] | None, Field(exclude_if=_is_absent)] = (
        None
    )
    earlier_cycles: Annotated[tuple[tuple[str, ...], ...] | None, Field(exclude_if=_is_absent)] = (
        None
    )
