"""Sessions, attendance and replies."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, PlainSerializer


def _with_fixed_offset(moment: datetime) -> datetime:
    """Replace the time zone with its UTC offset, keeping instant and local time."""
    return moment.replace(tzinfo=timezone(moment.utcoffset() or timedelta(0)), fold=0)


Instant = Annotated[AwareDatetime, AfterValidator(_with_fixed_offset)]
"""An aware datetime that compares and subtracts as the instant it is.

Python compares and subtracts datetimes of one `ZoneInfo` by their wall clocks, and a time in a
repeated hour equals no datetime of another zone (PEP 495); with a fixed offset neither happens.
"""

# One format everywhere: by default pydantic writes UTC as `Z` and other zones as an offset.
IsoDateTime = Annotated[Instant, PlainSerializer(datetime.isoformat, when_used="json")]


class Session(BaseModel):
    """A planned session of a pair: `[start, end)`, with the UTC offset of the cycle's time zone.

    `uid` reveals nothing about the session and stays the same when its time changes. `number`
    counts from 1.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    uid: str
    number: int
    start: IsoDateTime
    end: IsoDateTime


class Attendance(StrEnum):
    """The outcome of a session. Only `HELD` counts as a session held."""

    HELD = "held"
    DELEGATE = "delegate_attended"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"


class Reply(StrEnum):
    """A person's answer to an invitation."""

    NONE = "none"
    ACCEPTED = "accepted"
    DECLINED = "declined"
