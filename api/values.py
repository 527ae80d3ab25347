"""What workflows answer with, where several of them answer with the same."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.cycles.rows import PersonRow, Side
from api.sessions.rows import SessionState
from coach.feedback import SingleLineText
from coach.sessions import Attendance, Reply

Identifier = Annotated[str, Field(max_length=40), SingleLineText]
"""What a request names a thing by; PostgreSQL does not even compare text with a zero byte in it."""


class FrozenModel(BaseModel):
    """A finished value for a page or an answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PersonSummary(FrozenModel):
    """As much of a person as the other side of their pair may see.

    `timezone` says where somebody is stationed; it is `None` for the other side.
    """

    id: str
    code: str
    side: Side
    name: str
    country: str
    timezone: str | None


class SessionDetails(FrozenModel):
    """One session, its times in the zone of whoever reads it.

    `coachee_reply` and `coach_reply` are `none` until given, and again after the session's time
    changed. Replies and comments go to the programme office: people see their own, and `None` and
    nothing in the place of the other side's; managers see both. `recorded` is the attendance in the
    coach's shared record, `None` before there is one.
    """

    id: str
    cycle_id: str
    uid: str
    number: int
    count: int
    start: AwareDatetime
    end: AwareDatetime
    timezone: str
    state: SessionState
    sequence: int
    coachee: PersonSummary
    coach: PersonSummary
    coachee_reply: Reply | None
    coach_reply: Reply | None
    coachee_comment: str
    coach_comment: str
    recorded: Attendance | None
    feedback_given: bool


class RecordView(FrozenModel):
    """The shared record of a session as it was last submitted."""

    session_id: str
    session_date: date
    attendance: Attendance
    topic: str
    agreed_actions: str
    next_step: str
    version: int
    submitted_at: datetime


class NoteView(FrozenModel):
    """An author's own note, for the author alone."""

    session_id: str
    text: str
    version: int
    written_at: datetime


class FeedbackView(FrozenModel):
    """A coachee's feedback as it was last submitted; the coach never sees it."""

    session_id: str
    attendance: Attendance
    rating: int | None
    text: str
    version: int
    submitted_at: datetime


def person_summary(row: PersonRow, *, to_other_side: bool = False) -> PersonSummary:
    """What may be said of `row` to themselves and the office, or to the other side."""
    return PersonSummary(
        id=row.id,
        code=row.code,
        side=row.side,
        name=row.name,
        country=row.profile["country"],
        timezone=None if to_other_side else row.timezone,
    )
