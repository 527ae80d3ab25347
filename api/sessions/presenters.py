"""Sessions, records and feedback as pages show them: finished text, in the reader's zone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from api.cycles.rows import Side
from api.organisation import Deployment
from api.results.printable_forms import ATTENDANCE_WORDS
from api.sessions.rows import SessionState
from api.values import FeedbackView, PersonBrief, RecordView, SessionView
from api.web.date_formats import (
    day_text,
    hours_text,
    short_day_text,
    short_moment_text,
    span_text,
    zone_short,
)
from api.web.labels import (
    ATTENDANCE,
    CANCELLED,
    OWN_REPLY,
    REPLY,
    REPLY_BEFORE,
    Badge,
    rating_text,
)
from coach.feedback import TOOK_PLACE, is_open_for_feedback
from coach.sessions import Reply


@dataclass(frozen=True, slots=True)
class OwnLine:
    """A session as one of its two people sees it.

    Attributes:
        address: the page about it.
        form: the last part of the address of this person's form.
        stands: not cancelled.
        open: an answer still makes a difference.
        over: its time has passed, or it was held earlier.
        due: it is over and this person's form is still empty.
        sendable: this person's form can be sent already.
    """

    address: str
    title: str
    day: str
    hours: str
    zone: str
    when: str
    other: PersonBrief
    other_place: str
    badges: tuple[Badge, ...]
    comment: str
    form: str
    stands: bool
    open: bool
    answered: bool
    over: bool
    due: bool
    sendable: bool


@dataclass(frozen=True, slots=True)
class OfficeLine:
    """A session as the programme office sees it, in the cycle's zone.

    `declined` says that it stands, has no record yet, and somebody has declined it.
    """

    id: str
    title: str
    day: str
    hours: str
    zone: str
    when: str
    coachee: PersonBrief
    coach: PersonBrief
    coachee_reply: Badge
    coach_reply: Badge
    coachee_comment: str
    coach_comment: str
    badges: tuple[Badge, ...]
    declined: bool
    feedback_given: bool


@dataclass(frozen=True, slots=True)
class ReplyCounts:
    """How many replies to the sessions that stand were given, two to a session.

    Once a session has a record, its replies no longer count.
    """

    accepted: int
    declined: int
    waiting: int

    @classmethod
    def of(cls, sessions: Iterable[SessionView]) -> ReplyCounts:
        """The counts over `sessions`."""
        counts = Counter(
            reply
            for session in sessions
            if session.state is SessionState.CONFIRMED and session.recorded is None
            for reply in _replies(session)
        )
        return cls(counts[Reply.ACCEPTED], counts[Reply.DECLINED], counts[Reply.NONE])


@dataclass(frozen=True, slots=True)
class RecordText:
    """A shared record for people."""

    day: str
    attendance: str
    topic: str
    agreed_actions: str
    next_step: str
    submitted: str


@dataclass(frozen=True, slots=True)
class FeedbackText:
    """Feedback for people."""

    attendance: str
    rating: str
    text: str
    submitted: str


def own_line(
    session: SessionView, side: Side, address: str, deployment: Deployment, now: datetime
) -> OwnLine:
    """`session` for its person on `side`, at the aware moment `now`."""
    coach = side is Side.COACH
    other = session.coachee if coach else session.coach
    reply = (session.coach_reply if coach else session.coachee_reply) or Reply.NONE
    stands = session.state is SessionState.CONFIRMED
    over = session.end <= now or session.recorded in TOOK_PLACE
    written = session.recorded is not None if coach else session.feedback_given
    recorded = session.recorded is not None  # from then on the record counts, not the reply
    done = over or recorded
    badges = (
        [OWN_REPLY[reply]] if stands and not recorded and not (over and reply is Reply.NONE) else []
    )
    return OwnLine(
        address=address,
        title=f"Session {session.number} of {session.count}",
        day=short_day_text(session.start.date()),
        hours=_hours(session),
        zone=zone_short(session.start),
        when=span_text(session.start, session.end, ZoneInfo(session.timezone)),
        other=other,
        other_place=deployment.territory(other.country).name,
        badges=(*badges, *_standing(session)),
        comment=session.coach_comment if coach else session.coachee_comment,
        form="note" if coach else "feedback",
        stands=stands,
        open=stands and not done,
        answered=reply is not Reply.NONE,
        over=over,
        due=stands and over and not written,
        sendable=coach or is_open_for_feedback(session.start, session.recorded, now),
    )


def office_line(session: SessionView) -> OfficeLine:
    """`session` for the programme office."""
    words = REPLY if session.recorded is None else REPLY_BEFORE
    return OfficeLine(
        id=session.id,
        title=f"Session {session.number} of {session.count}",
        day=short_day_text(session.start.date()),
        hours=_hours(session),
        zone=zone_short(session.start),
        when=span_text(session.start, session.end, ZoneInfo(session.timezone)),
        coachee=session.coachee,
        coach=session.coach,
        coachee_reply=words[session.coachee_reply or Reply.NONE],
        coach_reply=words[session.coach_reply or Reply.NONE],
        coachee_comment=session.coachee_comment,
        coach_comment=session.coach_comment,
        badges=_standing(session),
        declined=session.state is SessionState.CONFIRMED
        and session.recorded is None
        and Reply.DECLINED in _replies(session),
        feedback_given=session.feedback_given,
    )


def record_text(record: RecordView, zone: ZoneInfo) -> RecordText:
    """`record` for people who live in `zone`."""
    return RecordText(
        day=day_text(record.session_date),
        attendance=ATTENDANCE_WORDS[record.attendance],
        topic=record.topic,
        agreed_actions=record.agreed_actions,
        next_step=record.next_step,
        submitted=short_moment_text(record.submitted_at, zone),
    )


def feedback_text(feedback: FeedbackView, zone: ZoneInfo) -> FeedbackText:
    """`feedback` for people who live in `zone`."""
    return FeedbackText(
        attendance=ATTENDANCE_WORDS[feedback.attendance],
        rating=rating_text(feedback.rating),
        text=feedback.text,
        submitted=short_moment_text(feedback.submitted_at, zone),
    )


def _replies(session: SessionView) -> tuple[Reply | None, Reply | None]:
    return session.coachee_reply, session.coach_reply


def _hours(session: SessionView) -> str:
    return hours_text(session.start, session.end, ZoneInfo(session.timezone))


def _standing(session: SessionView) -> tuple[Badge, ...]:
    if session.state is SessionState.CANCELLED:
        return (CANCELLED,)
    return () if session.recorded is None else (ATTENDANCE[session.recorded],)
