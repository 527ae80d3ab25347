"""View models of sessions, formatted for display in the reader's time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from api.calendar.facts import MODE
from api.participants.person_summary import PersonSummary
from api.participants.rows import Side
from api.sessions import facts
from api.sessions.labels import ATTENDANCE, CANCELLED, OWN_REPLY, REPLY, REPLY_BEFORE, SOURCE
from api.sessions.reply_history import KeptReply
from api.sessions.rows import SessionState
from api.sessions.session_details import SessionDetails
from api.web.date_formats import (
    format_datetime_range,
    format_short_date,
    format_short_datetime,
    format_time_range,
    zone_abbreviation,
)
from api.web.facts import TERRITORY_ALONE
from api.web.labels import Badge
from coach.feedback import TOOK_PLACE, is_open_for_feedback
from coach.sessions import Reply
from coach.texts.facts import Displayed, Fact


@dataclass(frozen=True, slots=True)
class OwnSessionLine:
    """A session as shown to one of its two participants.

    Attributes:
        address: the URL of the session's page.
        form: the last URL segment of the participant's form.
        is_confirmed: whether the session has not been cancelled.
        can_reply: whether the participant can still reply.
        answered: whether the participant has replied.
        over: whether the session has ended, or is recorded as having taken place.
        due: whether the session is over but the participant has not submitted the form.
        can_submit: whether the participant can already submit the form.
        has_record: whether there is a shared record.
        submitted: whether the participant has submitted the form.
        has_reports: whether there is a record, or feedback from the participant.
        mode: how the participants meet; mode, place, link and topic are empty if not set.
    """

    address: str
    title: Fact
    day: Displayed
    hours: Displayed
    zone: str
    when: Displayed
    other: PersonSummary
    other_country: Displayed
    badges: tuple[Badge, ...]
    comment: str
    form: str
    is_confirmed: bool
    can_reply: bool
    answered: bool
    over: bool
    due: bool
    can_submit: bool
    has_record: bool
    submitted: bool
    has_reports: bool
    mode: Displayed
    place: str
    join_link: str
    topic: str


@dataclass(frozen=True, slots=True)
class OfficeSessionLine:
    """A session as shown to the programme office, in the cycle's time zone.

    `declined` is true if a participant has declined the session, unless it is cancelled or has a
    record.
    """

    id: str
    title: Fact
    day: Displayed
    hours: Displayed
    zone: str
    when: Displayed
    coachee: PersonSummary
    coach: PersonSummary
    coachee_reply: Badge
    coach_reply: Badge
    coachee_comment: str
    coach_comment: str
    badges: tuple[Badge, ...]
    declined: bool
    feedback_given: bool


def own_session_line(
    session: SessionDetails, side: Side, address: str, now: datetime
) -> OwnSessionLine:
    """Return `session` as shown at the time `now` to its participant on `side`."""
    coach = side is Side.COACH
    other = session.coachee if coach else session.coach
    reply = (session.coach_reply if coach else session.coachee_reply) or Reply.NONE
    is_confirmed = session.state is SessionState.CONFIRMED
    over = session.end <= now or session.recorded in TOOK_PLACE
    written = session.has_record if coach else session.feedback_given
    recorded = session.has_record  # replies no longer matter once there is a record
    done = over or recorded
    badges = (
        [OWN_REPLY[reply]]
        if is_confirmed and not recorded and not (over and reply is Reply.NONE)
        else []
    )
    return OwnSessionLine(
        address=address,
        title=facts.session_title(session.number, session.count),
        day=format_short_date(session.start.date()),
        hours=_hours(session),
        zone=zone_abbreviation(session.start),
        when=format_datetime_range(session.start, session.end, ZoneInfo(session.timezone)),
        other=other,
        other_country=TERRITORY_ALONE(code=other.country),
        badges=(*badges, *_state_badges(session)),
        comment=session.coach_comment if coach else session.coachee_comment,
        form="note" if coach else "feedback",
        is_confirmed=is_confirmed,
        can_reply=is_confirmed and not done,
        answered=reply is not Reply.NONE,
        over=over,
        due=is_confirmed and over and not written,
        can_submit=coach or is_open_for_feedback(session.start, session.recorded, now),
        has_record=recorded,
        submitted=written,
        has_reports=session.has_record or written,
        mode=MODE[session.mode] if session.mode else "",
        place=session.place,
        join_link=session.join_link,
        topic=session.topic,
    )


def office_session_line(session: SessionDetails) -> OfficeSessionLine:
    """Return `session` as shown to the programme office."""
    words = REPLY if session.recorded is None else REPLY_BEFORE
    return OfficeSessionLine(
        id=session.id,
        title=facts.session_title(session.number, session.count),
        day=format_short_date(session.start.date()),
        hours=_hours(session),
        zone=zone_abbreviation(session.start),
        when=format_datetime_range(session.start, session.end, ZoneInfo(session.timezone)),
        coachee=session.coachee,
        coach=session.coach,
        coachee_reply=words[session.coachee_reply or Reply.NONE],
        coach_reply=words[session.coach_reply or Reply.NONE],
        coachee_comment=session.coachee_comment,
        coach_comment=session.coach_comment,
        badges=_state_badges(session),
        declined=session.state is SessionState.CONFIRMED
        and session.recorded is None
        and Reply.DECLINED in _replies(session),
        feedback_given=session.feedback_given,
    )


@dataclass(frozen=True, slots=True)
class KeptReplyLine:
    """A reply in a session's reply history, in the cycle's time zone."""

    name: str
    reply: Badge
    source: Fact
    received: Displayed
    counted: bool
    comment: str


def kept_reply_line(kept: KeptReply, zone: ZoneInfo) -> KeptReplyLine:
    """Return a reply as shown in the reply history."""
    return KeptReplyLine(
        name=kept.name,
        reply=REPLY[kept.reply],
        source=SOURCE[kept.source],
        received=format_short_datetime(kept.received_at, zone),
        counted=kept.counted,
        comment=kept.comment,
    )


def _replies(session: SessionDetails) -> tuple[Reply | None, Reply | None]:
    return session.coachee_reply, session.coach_reply


def _hours(session: SessionDetails) -> Displayed:
    return format_time_range(session.start, session.end, ZoneInfo(session.timezone))


def _state_badges(session: SessionDetails) -> tuple[Badge, ...]:
    if session.state is SessionState.CANCELLED:
        return (CANCELLED,)
    return () if session.recorded is None else (ATTENDANCE[session.recorded],)
