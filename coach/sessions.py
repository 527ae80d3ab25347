"""Sessions, and what can become of one."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, PlainSerializer

# One spelling everywhere: pydantic alone would write UTC as `Z` and other zones as an offset.
IsoDateTime = Annotated[AwareDatetime, PlainSerializer(datetime.isoformat, when_used="json")]


class Session(BaseModel):
    """One planned meeting of a pair: `[start, end)`, aware, told in the cycle's zone.

    `uid` is random to the reader and stays with the session through every change of its time.
    `number` counts from 1.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    uid: str
    number: int
    start: IsoDateTime
    end: IsoDateTime


class Attendance(StrEnum):
    """What became of a session. Only `HELD` counts as a session held."""

    HELD = "held"
    DELEGATE = "delegate_attended"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"


class Reply(StrEnum):
    """A person's answer to an invitation."""

    NONE = "none"
    ACCEPTED = "accepted"
    DECLINED = "declined"
