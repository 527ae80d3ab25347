"""`[sessions]` of a cycle file: number, length and spacing of sessions, and limits per coach."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from coach import facts
from coach.availability import MINUTES_PER_DAY
from coach.cycle_file_table import CycleFileTable
from coach.errors import InvalidValueError

DEFAULT_CUTOFF_HOURS = 72
MIN_CONTRACTING_MINUTES, MAX_CONTRACTING_MINUTES = 30, 45
_GapDays = Annotated[int, Field(ge=0, le=3660)]
MAX_CUTOFF_HOURS = 24 * 366


def _is_default_cutoff(hours: int) -> bool:
    return hours == DEFAULT_CUTOFF_HOURS


def _is_zero(value: int) -> bool:
    return value == 0


DEFAULT_CONTRACTING_GAP = (7, 21)


def _is_default_gap(gap: tuple[int, int]) -> bool:
    return gap == DEFAULT_CONTRACTING_GAP


class SessionPolicy(CycleFileTable):
    """`[sessions]`: the number, length and spacing of sessions, and the limits per coach.

    If `contracting_minutes` is set, each pair first has a session of that length in which the two
    people agree on how they will work. Its number is 0, and it is not included in `count`.
    `contracting_gap_days` contains the minimum and maximum number of days from the local date of
    this session to that of session 1.

    Until `reschedule_cutoff_hours` before a session, its participants can move it by agreement;
    after that, the programme office decides.
    """

    count: Annotated[int, Field(ge=1, le=20)] = 6
    minutes: Annotated[int, Field(ge=5, le=MINUTES_PER_DAY)] = 90
    grid_minutes: Annotated[int, Field(ge=1, le=MINUTES_PER_DAY)] = 30
    min_gap_days: Annotated[int, Field(ge=0, le=3660)] = 21
    max_gap_days: Annotated[int, Field(ge=0, le=3660, validate_default=True)] = 42
    max_per_coach_day: Annotated[int, Field(ge=1, le=100)] = 2
    max_per_coach_week: Annotated[int, Field(ge=1, le=500)] = 5
    buffer_minutes: Annotated[int, Field(ge=0, le=MINUTES_PER_DAY)] = 0
    reschedule_cutoff_hours: Annotated[
        int, Field(ge=0, le=MAX_CUTOFF_HOURS, exclude_if=_is_default_cutoff)
    ] = DEFAULT_CUTOFF_HOURS
    contracting_minutes: Annotated[
        int, Field(ge=0, le=MAX_CONTRACTING_MINUTES, exclude_if=_is_zero)
    ] = 0
    contracting_gap_days: Annotated[
        tuple[_GapDays, _GapDays], Field(exclude_if=_is_default_gap)
    ] = DEFAULT_CONTRACTING_GAP

    @property
    def first_number(self) -> int:
        """The number of a pair's first session: 0 for a contracting session, otherwise 1."""
        return 0 if self.contracting_minutes else 1

    @property
    def numbers(self) -> range:
        """The numbers of a pair's sessions."""
        return range(self.first_number, self.count + 1)

    def minutes_of(self, number: int) -> int:
        """Return the length of session `number`, in minutes.

        Without `contracting_minutes`, a contracting session has the same length as other sessions.
        """
        return self.minutes if number else self.contracting_minutes or self.minutes

    def gap_days(self, number: int) -> tuple[int, int]:
        """Return the minimum and maximum number of days from session `number` to the next."""
        return (self.min_gap_days, self.max_gap_days) if number else self.contracting_gap_days

    @field_validator("contracting_minutes")
    @classmethod
    def _check_contracting_minutes(cls, value: int) -> int:
        if value and value < MIN_CONTRACTING_MINUTES:
            raise InvalidValueError(
                facts.CONTRACTING_MINUTES(
                    least=MIN_CONTRACTING_MINUTES, most=MAX_CONTRACTING_MINUTES
                )
            )
        return value

    @field_validator("contracting_gap_days")
    @classmethod
    def _check_contracting_gap(cls, value: tuple[int, int]) -> tuple[int, int]:
        least, most = value
        if most < least:
            raise InvalidValueError(facts.MAX_GAP_BELOW_MIN(longest=most, shortest=least))
        return value

    @field_validator("max_gap_days")
    @classmethod
    def _check_max_gap(cls, value: int, info: ValidationInfo) -> int:
        least = info.data.get("min_gap_days")  # absent if invalid
        if least is not None and value < least:
            raise InvalidValueError(facts.MAX_GAP_BELOW_MIN(longest=value, shortest=least))
        return value
