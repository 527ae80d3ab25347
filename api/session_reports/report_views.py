"""Reports of a session as they are shown: the shared record, the note, the feedback."""

from __future__ import annotations

from datetime import date, datetime

from api.values import FrozenModel
from coach.sessions import Attendance


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
