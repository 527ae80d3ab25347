"""A session as its participants and the programme office see it."""

from __future__ import annotations

from pydantic import AwareDatetime

from api.participants.person_summary import PersonSummary
from api.sessions.rows import SessionState
from api.values import FrozenModel
from coach.sessions import Attendance, Reply


class SessionDetails(FrozenModel):
    """A session, with times in the reader's time zone.

    `coachee_reply` and `coach_reply` are `none` until that person replies, and return to `none`
    when the session's time changes. Managers see both replies and comments. Participants see their
    own; the other side's reply is `None` and its comment is empty. `recorded` is the attendance in
    the coach's shared record, or `None` if there is no record yet.
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
