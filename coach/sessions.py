"""Sessions, attendance and replies."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from enum import StrEnum
from functools import cache
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, PlainSerializer


def _with_fixed_offset(instant: datetime) -> datetime:
    """Return `instant` with its UTC offset as the time zone; the local time does not change."""
    return instant.replace(tzinfo=_fixed(instant.utcoffset() or timedelta(0)), fold=0)


@cache
def _fixed(offset: timedelta) -> timezone:
    return timezone(offset)


Instant = Annotated[AwareDatetime, AfterValidator(_with_fixed_offset)]
"""An aware datetime with a fixed UTC offset, so that comparison and subtraction use the instant.

Python compares and subtracts datetimes with the same `ZoneInfo` by wall-clock time, and a time in a
repeated hour is never equal to a datetime in another zone (PEP 495). A fixed offset avoids both.
"""

# Always with an offset: by default, pydantic serialises UTC as `Z` and other zones as an offset.
IsoDateTime = Annotated[Instant, PlainSerializer(datetime.isoformat, when_used="json")]


class Session(BaseModel):
    """A pair's planned session: `[start, end)`, with the UTC offset of the cycle's time zone.

    `uid` reveals nothing about the session and does not change if the session is moved. `number`
    counts from 1; a contracting session has number 0.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    uid: str
    number: int
    start: IsoDateTime
    end: IsoDateTime


class Attendance(StrEnum):
    """The outcome of a session. Only `HELD` counts towards the sessions held."""

    HELD = "held"
    DELEGATE = "delegate_attended"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"


class Absent(StrEnum):
    """The people whose absence prevented a session from taking place."""

    COACHEE = "coachee"
    COACH = "coach"
    BOTH = "both"


class SessionMode(StrEnum):
    """How the participants in a session meet."""

    ONLINE = "online"
    IN_PERSON = "in_person"
    PHONE = "phone"


class ActionOwner(StrEnum):
    """The person responsible for an action agreed in a session."""

    COACHEE = "coachee"
    COACH = "coach"
    OFFICE = "office"


class ActionState(StrEnum):
    """The state of an agreed action: whether it has been done."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class OfficeRequest(StrEnum):
    """A kind of request made by a coach to the programme office."""

    NONE = "none"
    RESCHEDULE = "reschedule"
    MATERIAL = "material"
    SUPPORT = "support"
    TALK = "talk"


class Reply(StrEnum):
    """A person's answer to an invitation."""

    NONE = "none"
    ACCEPTED = "accepted"
    DECLINED = "declined"
