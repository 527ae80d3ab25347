"""Sessions as shown to their participants and the programme office."""

from __future__ import annotations

from pydantic import AwareDatetime

from api.participants.person_summary import PersonSummary
from api.sessions.rows import SessionState
from api.values import FrozenModel
from coach.sessions import Attendance, Reply, SessionMode


class SessionDetails(FrozenModel):
    """A session, with times in the reader's time zone.

    Attributes:
        mode: how the participants meet, if known.
        place: the place of the meeting; empty if it is not set.
        join_link: the URL of an online meeting; empty if there is none.
        topic: the topic agreed for the session; empty if there is none.
        coachee_reply: the coachee's reply. It is `none` until the coachee replies, and is reset
            when the session's time changes. Coaches see `None` instead.
        coach_reply: the same for the coach; coachees see `None` instead.
        coachee_comment: the coachee's comment; empty for coaches.
        coach_comment: the coach's comment; empty for coachees.
        has_record: whether there is a shared record.
        recorded: the attendance in the shared record. `None` if there is no record yet, or if the
            reader is not verified.
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
    mode: SessionMode | None
    place: str
    join_link: str
    topic: str
    coachee: PersonSummary
    coach: PersonSummary
    coachee_reply: Reply | None
    coach_reply: Reply | None
    coachee_comment: str
    coach_comment: str
    has_record: bool
    recorded: Attendance | None
    feedback_given: bool
