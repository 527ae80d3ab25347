"""The input that describes a group event, and the times that result from it."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from api.group_events import facts
from api.invitations.announce import JoinLink
from api.participants.group_rows import MAX_PLACE_LENGTH, MAX_TITLE_LENGTH
from api.values import FrozenModel, Identifier
from coach.cycle import check_year, known_timezone
from coach.errors import InvalidValueError
from coach.feedback import SingleLineText
from coach.group_events import (
    LEAST_MINUTES,
    MAX_DATES,
    MOST_DAYS,
    MOST_MINUTES,
    Audience,
    GroupEventKind,
    Occurrence,
    timed,
    whole_days,
)

_MAX_PEOPLE = 2_000


def _line(most: int) -> tuple[StringConstraints, AfterValidator]:
    return StringConstraints(strip_whitespace=True, max_length=most), SingleLineText


Title = Annotated[str, *_line(MAX_TITLE_LENGTH)]
Place = Annotated[str, *_line(MAX_PLACE_LENGTH)]
TimeZone = Annotated[str, AfterValidator(known_timezone), Field(examples=["Europe/Belgrade"])]


class GroupDateInput(FrozenModel):
    """One of the dates of an event: its day and start time, in the event's zone.

    `id` is the id of an existing date, which keeps its replies if the time does not change. `clock`
    is omitted for an all-day event.
    """

    id: Identifier | None = None
    day: Annotated[date, AfterValidator(check_year)]
    clock: time | None = None


class GroupEventInput(FrozenModel):
    """A group event as the office enters it.

    Attributes:
        title: the topic of the event. Shown on pages, never in emails or calendars.
        timezone: the zone of the dates, an IANA name.
        dates: the upcoming dates. Earlier dates remain, whether given or not.
        minutes: the length of the event on each date, in minutes; `None` if it lasts whole days.
        days: the length of the event from each date, in whole days; `None` if `minutes` is given.
        place: where people meet. Aides can read it in calendars.
        join_link: the `https` URL of an online meeting.
        people: for the audience `chosen`, the ids of the people in the cycle who are invited.
        required: whether people are expected to attend, so that they count as busy at that time.
    """

    kind: GroupEventKind
    title: Title = ""
    timezone: TimeZone
    minutes: Annotated[int, Field(ge=LEAST_MINUTES, le=MOST_MINUTES)] | None = Field(
        None, examples=[180]
    )
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] | None = Field(
        None, validate_default=True, examples=[None]
    )
    dates: Annotated[
        tuple[GroupDateInput, ...],
        Field(max_length=MAX_DATES, examples=[[{"day": "2027-03-01", "clock": "09:00"}]]),
    ]
    place: Place = ""
    join_link: JoinLink = ""
    audience: Audience = Audience.EVERYBODY
    people: Annotated[tuple[Identifier, ...], Field(max_length=_MAX_PEOPLE)] = Field(
        (), validate_default=True
    )
    required: bool = True

    @field_validator("days")
    @classmethod
    def _check_length(cls, days: int | None, info: ValidationInfo) -> int | None:
        if "minutes" in info.data and (info.data["minutes"] is None) == (days is None):
            raise InvalidValueError(facts.ONE_LENGTH())
        return days

    @field_validator("dates")
    @classmethod
    def _check_dates(
        cls, dates: tuple[GroupDateInput, ...], info: ValidationInfo
    ) -> tuple[GroupDateInput, ...]:
        if not dates:
            raise InvalidValueError(facts.NO_DATE())
        if {"timezone", "minutes", "days"} <= info.data.keys():
            length = info.data["minutes"], info.data["days"]
            starts = [_occurrence(one, info.data["timezone"], *length).start for one in dates]
            if len(set(starts)) < len(starts):
                raise InvalidValueError(facts.SAME_DATE_TWICE())
        return dates

    @field_validator("people")
    @classmethod
    def _check_people(cls, people: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if info.data.get("audience") is Audience.CHOSEN and not people:
            raise InvalidValueError(facts.NOBODY_CHOSEN())
        return people

    @property
    def occurrences(self) -> tuple[Occurrence, ...]:
        """The occurrences of the event, in the order of `dates`."""
        return tuple(_occurrence(one, self.timezone, self.minutes, self.days) for one in self.dates)


def _occurrence(
    given: GroupDateInput, timezone: str, minutes: int | None, days: int | None
) -> Occurrence:
    zone = ZoneInfo(timezone)
    if days is not None:
        if given.clock is not None:
            raise InvalidValueError(facts.TIME_WITHOUT_USE())
        return whole_days(given.day, days, zone)
    if given.clock is None:
        raise InvalidValueError(facts.TIME_MISSING())
    found = timed(given.day, given.clock.replace(tzinfo=None), minutes or 0, zone)
    if found is None:
        raise InvalidValueError(facts.SKIPPED_TIME())
    return found
