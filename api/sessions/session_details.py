"""One session as its people and the office see it."""

from __future__ import annotations

from pydantic import AwareDatetime

from api.participants.person_summary import PersonSummary
from api.sessions.rows import SessionState
from api.values import FrozenModel
from coach.sessions import Attendance, Reply


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
