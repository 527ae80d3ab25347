"""Tables for published sessions and their replies, records and feedback.

The package `session_reports` writes records and feedback. Their tables are defined here because
schedules read each session's attendance, and whether feedback was given, in one query.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.database.types import EnumString, IdentifiedRow, TableRow
from coach.sessions import (
    Absent,
    ActionOwner,
    ActionState,
    Attendance,
    OfficeRequest,
    Reply,
    SessionMode,
)

MAX_PLACE_LENGTH = 200
MAX_LINK_LENGTH = 500


class SessionState(StrEnum):
    """The state of a session: confirmed or cancelled."""

    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class SessionRow(IdentifiedRow):
    """A session as last published. It is number `number` of `count` in its pair's series.

    Attributes:
        uid: never changes.
        sequence: increases with every change of time or state.
        asked_sequence: the value of `sequence` when the participants were last asked to reply;
            replies to earlier values are ignored.
        revision: increases with every message about the session, including messages that do not
            change `sequence`.
        changed_at: when the latest message about the session was created.
        adjustments: how many times the session was moved or cancelled other than by publishing a
            plan.
        mode: how the participants meet; `None` if they arrange this themselves.
        place: the place of the meeting, in the office's words.
        join_link: the URL of an online meeting, or empty.
        topic: the topic agreed for the session, in the office's words. It is shown on pages, never
            in emails or calendars.
    """

    __tablename__ = "sessions"
    __table_args__ = (
        UniqueConstraint("cycle_id", "uid"),
        Index("ix_sessions_coachee", "coachee_id", "starts_at"),
        Index("ix_sessions_coach", "coach_id", "starts_at"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
    )

    cycle_id: Mapped[str] = mapped_column(ForeignKey("cycles.id", ondelete="CASCADE"))
    uid: Mapped[str] = mapped_column(String(200))
    coachee_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    coach_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    number: Mapped[int]
    count: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    sequence: Mapped[int]
    asked_sequence: Mapped[int]
    state: Mapped[SessionState] = mapped_column(EnumString(SessionState))
    changed_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=0, server_default="0")
    adjustments: Mapped[int] = mapped_column(default=0, server_default="0")
    mode: Mapped[SessionMode | None] = mapped_column(EnumString(SessionMode))
    place: Mapped[str] = mapped_column(String(MAX_PLACE_LENGTH), default="", server_default="")
    join_link: Mapped[str] = mapped_column(String(MAX_LINK_LENGTH), default="", server_default="")
    topic: Mapped[str] = mapped_column(Text, default="", server_default="")


class ReplyRow(IdentifiedRow):
    """A participant's latest reply. It is ignored if a new reply has been requested since."""

    __tablename__ = "replies"
    __table_args__ = (UniqueConstraint("session_id", "person_id"),)

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    reply: Mapped[Reply] = mapped_column(EnumString(Reply))
    comment: Mapped[str] = mapped_column(Text, default="")
    sequence: Mapped[int]
    replied_at: Mapped[datetime]


class ReplySource(StrEnum):
    """The channel by which a reply reached the application."""

    PAGE = "page"  # or the JSON interface
    MAIL = "mail"
    OFFICE = "office"  # entered by the programme office from an email


class ReplyHistoryRow(IdentifiedRow):
    """A participant's reply, even if a later one has replaced it.

    Attributes:
        sequence: the session's sequence at the time of the reply.
        received_at: when the page or the mail server received the reply.
        stamp: for calendar replies, when the reply was made, according to the sender's clock, but
            not later than `received_at`.
        counted: whether the reply became the person's current reply, because no later reply had
            been received.
    """

    __tablename__ = "reply_history"
    __table_args__ = (Index("ix_reply_history_session_id", "session_id", "person_id"),)

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    source: Mapped[ReplySource] = mapped_column(EnumString(ReplySource))
    reply: Mapped[Reply] = mapped_column(EnumString(Reply))
    comment: Mapped[str] = mapped_column(Text, default="")
    sequence: Mapped[int]
    received_at: Mapped[datetime]
    stamp: Mapped[datetime | None]
    counted: Mapped[bool]


class RecordRow(IdentifiedRow):
    """A session's shared record, as last submitted by the coach.

    Attributes:
        settled_at: when the office clarified who attended, if coach and coachee disagree; reset to
            `None` when one of them changes their statement.
        answered_at: when the office answered the coach's request; reset to `None` by a new request.
    """

    __tablename__ = "shared_records"

    session_id: Mapped[str] = mapped_column(
        ForeignKey("sessions.id", ondelete="CASCADE"), unique=True
    )
    author_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    session_date: Mapped[date]
    attendance: Mapped[Attendance] = mapped_column(EnumString(Attendance))
    topic: Mapped[str] = mapped_column(Text, default="")
    next_focus: Mapped[str] = mapped_column(Text, default="", server_default="")
    absent: Mapped[Absent | None] = mapped_column(EnumString(Absent))
    minutes: Mapped[int | None]
    mode: Mapped[SessionMode | None] = mapped_column(EnumString(SessionMode))
    ask_office: Mapped[OfficeRequest] = mapped_column(
        EnumString(OfficeRequest), default=OfficeRequest.NONE, server_default="none"
    )
    settled_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    submitted_at: Mapped[datetime]


class SessionActionRow(IdentifiedRow):
    """An action agreed on in a session, at its position in the shared record.

    `owner` is `None` if the text names the responsible person.
    """

    __tablename__ = "session_actions"
    __table_args__ = (UniqueConstraint("session_id", "position"),)

    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    owner: Mapped[ActionOwner | None] = mapped_column(EnumString(ActionOwner))
    due: Mapped[date | None]
    state: Mapped[ActionState] = mapped_column(EnumString(ActionState))


class FeedbackRow(IdentifiedRow):
    """A coachee's feedback on a session, as last submitted."""

    __tablename__ = "feedback"

    session_id: Mapped[str] = mapped_column(
        ForeignKey("sessions.id", ondelete="CASCADE"), unique=True
    )
    author_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    attendance: Mapped[Attendance] = mapped_column(EnumString(Attendance))
    absent: Mapped[Absent | None] = mapped_column(EnumString(Absent))
    text: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    submitted_at: Mapped[datetime]


TABLES: tuple[type[TableRow], ...] = (
    SessionRow,
    ReplyRow,
    ReplyHistoryRow,
    RecordRow,
    SessionActionRow,
    FeedbackRow,
)
