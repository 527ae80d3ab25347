"""Table of the mails that this server sends."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.database.types import EnumString, IdentifiedRow, TableRow


class MailKind(StrEnum):
    """What a mail is for."""

    INVITATION = "invitation"  # or a cancellation: a message of the outbox
    REPLY_REMINDER = "reply reminder"
    RECORD_REMINDER = "record reminder"
    FEEDBACK_REMINDER = "feedback reminder"
    CODE = "code"


class MailState(StrEnum):
    """What became of a mail. All but the first are final, though a failed one can be retried."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"  # the mail server will not take it
    DROPPED = "dropped"  # there was no longer a reason to send it


class MailRow(IdentifiedRow):
    """One mail to one person. Its bytes are not kept, for they hold secrets: they follow from this.

    Attributes:
        outbox_id: the message it carries, if it is an invitation.
        session_id: what it is about, if it is a reminder; `occasion` tells reminders apart.
        code_id: the one-time code it carries.
        queued_at: when its job was queued; `None` for a moment after it was released.
        tries: how often it was handed to the mail server in vain.
        problem: what stood in the way last, in the mail server's words.
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
