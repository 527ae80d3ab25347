"""Table of outgoing emails."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.database.types import EnumString, IdentifiedRow, TableRow


class MailKind(StrEnum):
    """The purpose of an email."""

    INVITATION = "invitation"  # or a cancellation: a message from the outbox
    REPLY_REMINDER = "reply reminder"
    RECORD_REMINDER = "record reminder"
    FEEDBACK_REMINDER = "feedback reminder"
    CODE = "code"


class MailState(StrEnum):
    """The delivery state of an email. Only failed emails can be released again."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"  # rejected permanently, retried for too long, or impossible to compose
    DROPPED = "dropped"  # there was no longer a reason to send it


class MailRow(IdentifiedRow):
    """An email to one person.

    The content is not stored, because it contains secrets; it is composed for each attempt.

    Attributes:
        outbox_id: for invitations, the outbox message to send.
        session_id: for reminders, the session.
        occasion: distinguishes reminders of the same kind about the same session.
        code_id: for codes, the one-time code to send.
        queued_at: when the last delivery job was queued; `None` if it has not been queued yet.
        tries: the number of the current delivery attempt, from 0; part of the job's id.
        problem: why the last attempt failed, as reported by the mail server.
    """

    __tablename__ = "mails"
    __table_args__ = (
        UniqueConstraint("outbox_id"),
        UniqueConstraint("person_id", "kind", "session_id", "occasion"),
        Index("ix_mails_cycle_id_state", "cycle_id", "state"),
    )

    kind: Mapped[MailKind] = mapped_column(EnumString(MailKind))
    cycle_id: Mapped[str] = mapped_column(ForeignKey("cycles.id", ondelete="CASCADE"))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    outbox_id: Mapped[str | None] = mapped_column(ForeignKey("outbox.id", ondelete="CASCADE"))
    session_id: Mapped[str | None] = mapped_column(
        ForeignKey("sessions.id", ondelete="CASCADE"), index=True
    )
    occasion: Mapped[int] = mapped_column(default=0)
    code_id: Mapped[str | None] = mapped_column(
        ForeignKey("one_time_codes.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[MailState] = mapped_column(EnumString(MailState))
    created_at: Mapped[datetime]
    queued_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(String(300), default="")


TABLES: tuple[type[TableRow], ...] = (MailRow,)
