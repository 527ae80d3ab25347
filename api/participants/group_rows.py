"""Tables for group events, their dates, and people's invitations to them.

The package `group_events` writes these tables. They are defined here because runs read the times at
which people are busy, and emails refer to invitations.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.database.types import EnumString, IdentifiedRow, TableRow
from coach.group_events import Audience, GroupEventKind
from coach.invitations import Status
from coach.sessions import Reply

MAX_TITLE_LENGTH = 160
MAX_PLACE_LENGTH = 200
MAX_LINK_LENGTH = 500
_MAX_ZONE_LENGTH = 64
_MAX_UID_LENGTH = 64
_MAX_SOURCE_LENGTH = 20


class GroupEventRow(IdentifiedRow):
    """A group event in a cycle.

    Attributes:
        title: the topic of the event, in the office's words. Shown on pages, never in emails or
            calendars.
        timezone: the zone in which the dates were entered.
        audience: whom the event is for; selected people are in `GroupEventPersonRow`.
        is_required: whether people are expected to attend, and count as busy at that time.
        cancelled_at: when the event was cancelled; `None` if it takes place.
        version: increases with every change by the office.
    """

    __tablename__ = "group_events"

    cycle_id: Mapped[str] = mapped_column(ForeignKey("cycles.id", ondelete="CASCADE"), index=True)
    kind: Mapped[GroupEventKind] = mapped_column(EnumString(GroupEventKind))
    title: Mapped[str] = mapped_column(String(MAX_TITLE_LENGTH))
    timezone: Mapped[str] = mapped_column(String(_MAX_ZONE_LENGTH))
    audience: Mapped[Audience] = mapped_column(EnumString(Audience))
    is_required: Mapped[bool]
    place: Mapped[str] = mapped_column(String(MAX_PLACE_LENGTH), default="")
    join_link: Mapped[str] = mapped_column(String(MAX_LINK_LENGTH), default="")
    created_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class GroupEventPersonRow(TableRow):
    """A person who was selected for a group event with the audience `chosen`."""

    __tablename__ = "group_event_people"

    event_id: Mapped[str] = mapped_column(
        ForeignKey("group_events.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[str] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class GroupEventDateRow(IdentifiedRow):
    """An occurrence of a group event.

    Attributes:
        uid: never changes, and is the same for all invited people.
        first_day: the first day, in the zone of the event, if the event lasts whole days; otherwise
            `None`.
        last_day: the last day, as for `first_day`.
        removed_at: when the office removed the occurrence, if it was removed.
    """

    __tablename__ = "group_event_dates"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="ends_after_start"),)

    event_id: Mapped[str] = mapped_column(
        ForeignKey("group_events.id", ondelete="CASCADE"), index=True
    )
    uid: Mapped[str] = mapped_column(String(_MAX_UID_LENGTH), unique=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    removed_at: Mapped[datetime | None]


class GroupInvitationRow(IdentifiedRow):
    """A person's invitation to one occurrence of a group event, as last announced to the person.

    Attributes:
        sequence: increases with every change of time or state, for this person alone.
        asked_sequence: the value of `sequence` when the person was last asked to reply.
        revision: the number of the latest message to the person about the invitation, from 0.
        changed_at: when the latest message was created.
        reply: the person's latest reply; `NONE` if they have not replied. A reply older than
            `asked_sequence` does not count.
        reply_sequence: the sequence that the reply answers.
        attended: whether the person attended; `None` if this is not recorded.
    """

    __tablename__ = "group_invitations"
    __table_args__ = (
        UniqueConstraint("date_id", "person_id"),
        Index("ix_group_invitations_person_id", "person_id", "starts_at"),
    )

    date_id: Mapped[str] = mapped_column(ForeignKey("group_event_dates.id", ondelete="CASCADE"))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    kind: Mapped[GroupEventKind] = mapped_column(EnumString(GroupEventKind))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    place: Mapped[str] = mapped_column(String(MAX_PLACE_LENGTH), default="")
    join_link: Mapped[str] = mapped_column(String(MAX_LINK_LENGTH), default="")
    is_required: Mapped[bool]
    status: Mapped[Status] = mapped_column(EnumString(Status))
    sequence: Mapped[int]
    asked_sequence: Mapped[int]
    revision: Mapped[int]
    changed_at: Mapped[datetime]
    reply: Mapped[Reply] = mapped_column(EnumString(Reply), default=Reply.NONE)
    comment: Mapped[str] = mapped_column(Text, default="")
    reply_sequence: Mapped[int] = mapped_column(default=0)
    replied_at: Mapped[datetime | None]
    attended: Mapped[bool | None]
    recorded_at: Mapped[datetime | None]


class GroupReplyRow(IdentifiedRow):
    """A reply to an invitation to a group event, even if a later one has replaced it.

    Attributes:
        source: how the reply reached the application; an `api.sessions.rows.ReplySource`.
        sequence: the sequence of the invitation at the time of the reply.
        stamp: when a calendar reply was made, according to the sender's clock, but not later than
            `received_at`.
        counted: whether the reply became the person's current reply.
    """

    __tablename__ = "group_replies"

    invitation_id: Mapped[str] = mapped_column(
        ForeignKey("group_invitations.id", ondelete="CASCADE"), index=True
    )
    source: Mapped[str] = mapped_column(String(_MAX_SOURCE_LENGTH))
    reply: Mapped[Reply] = mapped_column(EnumString(Reply))
    comment: Mapped[str] = mapped_column(Text, default="")
    sequence: Mapped[int]
    received_at: Mapped[datetime]
    stamp: Mapped[datetime | None]
    counted: Mapped[bool]


TABLES: tuple[type[TableRow], ...] = (
    GroupEventRow,
    GroupEventPersonRow,
    GroupEventDateRow,
    GroupInvitationRow,
    GroupReplyRow,
)
