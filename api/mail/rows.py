"""The table of outgoing emails."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    and_,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm import Session as Transaction

from api.database.types import EnumString, IdentifiedRow, TableRow

MAX_PROBLEM_LENGTH = 300
_MAX_DOMAIN_LENGTH = 255


class MailKind(StrEnum):
    """The purpose of an email."""

    INVITATION = "invitation"  # or a cancellation
    MOVED_AWAY = "moved away"  # cancels an invitation at a person's former address
    INTRODUCTION = "introduction"  # of all sessions, before the first invitation
    SESSION_REMINDER = "session reminder"
    REPLY_REMINDER = "reply reminder"
    RECORD_REMINDER = "record reminder"
    FEEDBACK_REMINDER = "feedback reminder"
    PROPOSAL = "proposal"  # of another time, to the participant who can confirm it
    PROPOSAL_CLOSED = "proposal closed"  # refused, withdrawn or expired
    ANSWER_NOTICE = "answer notice"  # the other participant has declined, or accepted after all
    CODE = "code"
    SECURITY_NOTICE = "security notice"  # of a change that concerns who can see a person's data
    ADDRESS_NOTICE = "address notice"  # an address was changed
    NOTES_NOTICE = "notes notice"  # a notebook was started, or opened on a device
    ACCESS_NOTICE = "access notice"  # a person's PIN, passkeys or verified devices changed
    DETAILS_REQUEST = "details request"  # asks a person to enter when they are free
    FOLLOW_UP = "follow-up"  # the question, some months after a pair was completed
    FOLLOW_UP_REMINDER = "follow-up reminder"
    POST_QUESTION = "post question"  # to a post that a commitment was handed over to, or a reminder
    AIDE_NOTICE = "aide notice"  # an aide's link was created, or an aide answered for a coachee


REMINDER_KINDS = (  # the most urgent first
    MailKind.SESSION_REMINDER,
    MailKind.REPLY_REMINDER,
    MailKind.RECORD_REMINDER,
    MailKind.FEEDBACK_REMINDER,
)


FOLLOW_UP_KINDS = (MailKind.FOLLOW_UP, MailKind.FOLLOW_UP_REMINDER)
"""Questions sent to people after their cycle has ended."""

OUTBOX_KINDS = (MailKind.INTRODUCTION, MailKind.INVITATION, MailKind.MOVED_AWAY)
"""Emails that the programme office reviews and releases."""

ACCESS_KINDS = (
    MailKind.CODE,
    MailKind.ADDRESS_NOTICE,
    MailKind.NOTES_NOTICE,
    MailKind.ACCESS_NOTICE,
    MailKind.DETAILS_REQUEST,
    MailKind.AIDE_NOTICE,
)
"""Emails that the programme office neither sees nor releases, such as codes and notices."""


class MailState(StrEnum):
    """The state of an email; see `api.mail.delivery` for the transitions."""

    DRAFT = "draft"
    WAITING = "waiting"  # released for delivery
    SENDING = "sending"  # handed to the mail server, which has not replied yet
    SENT = "sent"
    FAILED = "failed"  # rejected permanently, retried for too long, or impossible to compose
    CANCELLED = "cancelled"  # there was no longer a reason to send it
    SENT_OTHERWISE = "sent otherwise"  # by the programme office


UNDELIVERED_STATES = (MailState.WAITING, MailState.SENDING)
"""The states of emails that this server has yet to send."""

SENT_STATES = (MailState.SENT, MailState.SENT_OTHERWISE)
"""The states of emails that were sent, by this server or by the programme office."""


class MailRow(IdentifiedRow):
    """An email to one person, from its draft to its delivery.

    The rendered email is not stored, because it contains secrets; it is composed for each attempt.

    Attributes:
        plan_id: for invitations, the plan whose publication created them.
        session_id: for invitations and reminders, the session.
        group_invitation_id: for invitations to group events, the person's invitation.
        occasion: distinguishes emails of the same kind to the same person about the same session.
            For invitations, the revision of the session, or of the invitation to a group event,
            that the message announced.
        code_id: for codes, the one-time code to send.
        content: additional input for the composer; for invitations, a `coach.invitations.Message`,
            with the key `address` if it is sent to a former address; for notices, the address of
            the notice, which may be a former one.
        created_at: when the email was created, for invitations as a draft.
        released_at: when the email was last released for delivery.
        queued_at: the time at which the queued delivery job may run; `None` if no job is queued
            yet.
        attempted_at: when the last delivery attempt started.
        ended_at: when the email was sent, failed or was cancelled.
        domain: the domain of the recipient's address when the email was released.
        tries: the number of the current delivery attempt, from 0; part of the job's id.
        interrupted: how many attempts ended without a result, because their worker crashed or its
            slot was taken over; the mail server may have accepted the email in each of them.
        problem: why the last attempt failed; see `stored_problem`.
        former_id: the email's id before revision 0015, when invitations had two rows. Jobs that
            were queued before that, and the audit trail, refer to it.
    """

    __tablename__ = "mails"
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "session_id", "occasion"),
        UniqueConstraint("former_id"),
        Index("ix_mails_cycle_id_state", "cycle_id", "state"),
        Index("ix_mails_domain", "domain", "state", "queued_at", "released_at", "id"),
        Index(
            "ix_mails_group_invitation_id", "group_invitation_id", "kind", "occasion", unique=True
        ),
    )

    kind: Mapped[MailKind] = mapped_column(EnumString(MailKind))
    cycle_id: Mapped[str] = mapped_column(ForeignKey("cycles.id", ondelete="CASCADE"))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    plan_id: Mapped[str | None] = mapped_column(ForeignKey("plans.id", ondelete="CASCADE"))
    session_id: Mapped[str | None] = mapped_column(
        ForeignKey("sessions.id", ondelete="CASCADE"), index=True
    )
    group_invitation_id: Mapped[str | None] = mapped_column(
        ForeignKey("group_invitations.id", ondelete="CASCADE")
    )
    occasion: Mapped[int] = mapped_column(default=0)
    code_id: Mapped[str | None] = mapped_column(
        ForeignKey("one_time_codes.id", ondelete="CASCADE"), index=True
    )
    content: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    state: Mapped[MailState] = mapped_column(EnumString(MailState), default=MailState.DRAFT)
    created_at: Mapped[datetime]
    released_at: Mapped[datetime | None]
    queued_at: Mapped[datetime | None]
    attempted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    domain: Mapped[str | None] = mapped_column(String(_MAX_DOMAIN_LENGTH))
    tries: Mapped[int] = mapped_column(default=0)
    interrupted: Mapped[int] = mapped_column(default=0, server_default="0")
    problem: Mapped[str] = mapped_column(String(MAX_PROBLEM_LENGTH), default="")
    former_id: Mapped[str | None] = mapped_column(String(20))


def about_the_same(mail: MailRow) -> ColumnElement[bool]:
    """Return an SQL condition for emails to the same person about the same session or event."""
    return and_(
        MailRow.person_id == mail.person_id,
        MailRow.session_id == mail.session_id,
        MailRow.group_invitation_id == mail.group_invitation_id,
    )


def find_mail(tx: Transaction, mail_id: str) -> MailRow | None:
    """Return the email with the given id or former id, or `None` if there is no such email."""
    mail = tx.get(MailRow, mail_id)
    if mail is None:
        mail = tx.scalar(select(MailRow).where(MailRow.former_id == mail_id))
    return mail


TABLES: tuple[type[TableRow], ...] = (MailRow,)
