"""Tables for incoming emails, and for the last position read in each mailbox."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database.types import EnumString, IdentifiedRow, TableRow
from api.replies.reading.incoming_mail import MailType
from coach.sessions import Reply

ADDRESS_LENGTH = 320


class MailOrigin(StrEnum):
    """The source from which an incoming email was read."""

    MAILBOX = "mailbox"
    FOLDER = "folder"


class IncomingState(StrEnum):
    """How an incoming email was handled."""

    ANSWERED = "answered"  # it is the sender's reply, or their proposal of another time
    NOTED = "noted"  # no action is needed
    HELD = "held"  # it waits for the programme office
    USED = "used"  # the programme office has entered the reply in it
    IGNORED = "ignored"  # by the programme office


class Reason(StrEnum):
    """The reason why an incoming email was handled in this way."""

    ANSWERED = "answered"
    PROPOSED = "proposed"
    AUTOMATIC = "automatic"
    OLDER = "older"  # a later reply had already been received
    REPEATED = "repeated"  # the same answer, which already counts
    SESSION_CLOSED = "session closed"  # cancelled, or over
    UNKNOWN_SENDER = "unknown sender"  # without a token, and not authenticated
    OTHER_SESSION = "other session"  # not one of the sender's sessions
    OTHER_ATTENDEE = "other attendee"  # somebody to whom the invitation was forwarded
    SEVERAL_ATTENDEES = "several attendees"
    STALE = "stale"  # about an earlier time of the session
    FUTURE = "future"  # about a version of the session that was never sent
    TENTATIVE = "tentative"
    DELEGATED = "delegated"
    COUNTER = "counter"
    NO_SUCH_TIME = "no such time"  # a counter-proposal without a usable time
    SET_BY_OFFICE = "set by office"  # a counter-proposal for a group event
    NO_ANSWER = "no answer"
    WRITTEN = "written"
    BOUNCE = "bounce"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too large"
    TOO_NESTED = "too nested"
    ODD_FILE = "odd file"
    ERROR = "error"  # a fault of the application


class IncomingMailRow(IdentifiedRow):
    """An incoming email. Each email is recorded once, before it is moved or marked.

    Attributes:
        digest: identifies copies of the same email.
        received_at: when the mail server received the email, or the file was written; never in the
            future.
        person_id: the person who sent the reply; for held emails without a token, the supposed
            sender; `None` if there is no such person.
        session_id: the session that the email is about.
        group_invitation_id: the invitation to a group event that the email is about.
        reply: the reply in the email; `None` if it neither accepts nor declines.
        sender: the address in From.
        aide: the address of an aide who answered on the person's behalf.
        other_address: the address of a delegate or a foreign attendee, or an address that cannot be
            reached.
        text: the sender's text, without quotes.
        starts_at: the start in a calendar's answer; for a counter-proposal, the proposed start.
        sequence: the sequence of the invitation that the email answers.
        stamp: when the reply was made; see `ReplyHistoryRow`.
        decided_at: when the programme office decided on the email.
    """

    __tablename__ = "incoming_mails"
    __table_args__ = (Index("ix_incoming_mails_state", "state", "received_at"),)

    digest: Mapped[str] = mapped_column(String(64), unique=True)
    origin: Mapped[MailOrigin] = mapped_column(EnumString(MailOrigin))
    received_at: Mapped[datetime]
    type: Mapped[MailType] = mapped_column(EnumString(MailType))
    state: Mapped[IncomingState] = mapped_column(EnumString(IncomingState))
    reason: Mapped[Reason] = mapped_column(EnumString(Reason))
    cycle_id: Mapped[str | None] = mapped_column(
        ForeignKey("cycles.id", ondelete="CASCADE"), index=True
    )
    person_id: Mapped[str | None] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    session_id: Mapped[str | None] = mapped_column(
        ForeignKey("sessions.id", ondelete="CASCADE"), index=True
    )
    group_invitation_id: Mapped[str | None] = mapped_column(
        ForeignKey("group_invitations.id", ondelete="CASCADE"), index=True
    )
    reply: Mapped[Reply | None] = mapped_column(EnumString(Reply))
    sender: Mapped[str] = mapped_column(String(ADDRESS_LENGTH), default="")
    aide: Mapped[str] = mapped_column(String(ADDRESS_LENGTH), default="")
    other_address: Mapped[str] = mapped_column(String(ADDRESS_LENGTH), default="")
    subject: Mapped[str] = mapped_column(String(ADDRESS_LENGTH), default="")
    text: Mapped[str] = mapped_column(Text, default="")
    starts_at: Mapped[datetime | None]
    sequence: Mapped[int | None]
    stamp: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]


class MailboxPositionRow(TableRow):
    """The position in a mailbox: all emails up to `last_uid` are recorded.

    Attributes:
        mailbox: a hash of server, user and folder.
        uid_validity: the UIDVALIDITY of the folder; if it changes, reading starts again.
    """

    __tablename__ = "mailbox_positions"

    mailbox: Mapped[str] = mapped_column(String(64), primary_key=True)
    uid_validity: Mapped[int] = mapped_column(BigInteger)
    last_uid: Mapped[int] = mapped_column(BigInteger)


TABLES: tuple[type[TableRow], ...] = (IncomingMailRow, MailboxPositionRow)
