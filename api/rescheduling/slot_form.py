"""The forms for choosing or typing a time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, field_validator

from api.rescheduling import facts
from api.rescheduling.presenters import parse_slot_value
from api.rescheduling.slots import NewTime
from coach.cycle import check_year
from coach.errors import InvalidValueError
from coach.feedback import LongText


class SlotForm(BaseModel):
    """A time selected from the offered times."""

    time: NewTime

    @field_validator("time", mode="before")
    @classmethod
    def _parse(cls, value: object) -> object:
        return parse_slot_value(value) if isinstance(value, str) else value


class TypedTimeForm(BaseModel):
    """A date and time in the cycle's zone, and the reason for allowing a time outside the rules."""

    day: Annotated[date, AfterValidator(check_year)]
    clock: time
    reason: LongText = ""

    def start(self, zone: ZoneInfo) -> datetime:
        """Return the start as an aware datetime.

        Raises:
            InvalidValueError: the local time is skipped or repeated by a clock change.
        """
        wall = datetime.combine(self.day, self.clock.replace(second=0, microsecond=0))
        local = wall.replace(tzinfo=zone)
        exists = local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall
        if not exists or local.utcoffset() != local.replace(fold=1).utcoffset():
            raise InvalidValueError(facts.OUTSIDE_CLOCK())
        return local
