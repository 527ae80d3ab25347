"""Tables for agreements, their texts and follow-ups, and answers to the fit question."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.database.types import EnumString, IdentifiedRow, TableRow
from api.participants.rows import Side
from coach.agreements import (
    MAX_PURPOSE,
    AgreementState,
    ClosedAs,
    Contact,
    Delegates,
    Fit,
)
from coach.follow_up import MAX_REMINDERS
from coach.sessions import SessionMode

_VERSION_LENGTH = 40


class AgreementRow(IdentifiedRow):
    """The agreement of a pair. A pair that starts again after a replacement gets a new agreement.

    Attributes:
        state: the state after the last change; see `coach.agreements.state_at`.
        version: the number of changes, used to detect changes based on an outdated text.
        agreed_at: when both people had agreed to the first text.
    """

    __tablename__ = "agreements"
    __table_args__ = (
        Index("ix_agreements_coachee", "coachee_id", "created_at"),
        Index("ix_agreements_coach", "coach_id"),
    )

    cycle_id: Mapped[str] = mapped_column(ForeignKey("cycles.id", ondelete="CASCADE"), index=True)
    coachee_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    coach_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    state: Mapped[AgreementState] = mapped_column(EnumString(AgreementState))
    version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    agreed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_as: Mapped[ClosedAs | None] = mapped_column(EnumString(ClosedAs))


class AgreementTextRow(IdentifiedRow):
    """An agreement text. The last text to which both people have agreed is in force.

    `proposed_by` is `None` while the text is being written. The versions of the applied texts are
    those at the time of the proposal.
    """

    __tablename__ = "agreement_texts"
    __table_args__ = (UniqueConstraint("agreement_id", "number"),)

    agreement_id: Mapped[str] = mapped_column(ForeignKey("agreements.id", ondelete="CASCADE"))
    number: Mapped[int]
    purpose: Mapped[str] = mapped_column(String(MAX_PURPOSE))
    focus: Mapped[list[Any]] = mapped_column(JSON)
    sessions: Mapped[int]
    mode: Mapped[SessionMode] = mapped_column(EnumString(SessionMode))
    language: Mapped[str] = mapped_column(String(20))
    contact: Mapped[Contact] = mapped_column(EnumString(Contact))
    delegates: Mapped[Delegates] = mapped_column(EnumString(Delegates))
    terms_version: Mapped[str] = mapped_column(String(_VERSION_LENGTH), default="")
    duty_text_version: Mapped[str] = mapped_column(String(_VERSION_LENGTH), default="")
    sponsor_sees_version: Mapped[str] = mapped_column(String(_VERSION_LENGTH), default="")
    texts_sha256: Mapped[str] = mapped_column(String(64), default="")
    written_by: Mapped[Side] = mapped_column(EnumString(Side))
    proposed_by: Mapped[Side | None] = mapped_column(EnumString(Side))
    coachee_agreed_at: Mapped[datetime | None]
    coach_agreed_at: Mapped[datetime | None]


class FitAnswerRow(TableRow):
    """One person's answer to the question of whether the two people in a pair suit each other."""

    __tablename__ = "fit_answers"

    coachee_id: Mapped[str] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    coach_id: Mapped[str] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    side: Mapped[Side] = mapped_column(EnumString(Side), primary_key=True)
    cycle_id: Mapped[str] = mapped_column(ForeignKey("cycles.id", ondelete="CASCADE"), index=True)
    fit: Mapped[Fit] = mapped_column(EnumString(Fit))
    answered_at: Mapped[datetime]


class SentQuestionRow(IdentifiedRow):
    """The columns of a question sent on a given day and followed by at most two reminders.

    Attributes:
        due: the day on which the question is sent, in the time zone of the cycle, like `until`.
        until: the last day on which the question can be answered.
        ended_at: when it was decided not to ask the question, or to stop asking it.
        version: the number of answers, used to detect answers based on an outdated page.
    """

    __abstract__ = True

    due: Mapped[date]
    until: Mapped[date]
    asked_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    reminders: Mapped[int] = mapped_column(default=0)
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=0)


AT_MOST_TWO = f"reminders <= {MAX_REMINDERS}"
"""The check constraint that limits the number of reminders for a question."""


class FollowUpRow(SentQuestionRow):
    """A follow-up for one person in a pair, due some months after the pair was completed.

    Attributes:
        person_id: the person who is asked.
        opened_at: when the form was first opened.
        again: whether the person may be asked again; `None` until the person has answered.
    """

    __tablename__ = "follow_ups"
    __table_args__ = (
        UniqueConstraint("agreement_id", "side", "month"),
        CheckConstraint(AT_MOST_TWO, name="at_most_two_reminders"),
        Index("ix_follow_ups_cycle_id_due", "cycle_id", "due"),
    )

    cycle_id: Mapped[str] = mapped_column(ForeignKey("cycles.id", ondelete="CASCADE"))
    agreement_id: Mapped[str] = mapped_column(ForeignKey("agreements.id", ondelete="CASCADE"))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    side: Mapped[Side] = mapped_column(EnumString(Side))
    month: Mapped[int]
    opened_at: Mapped[datetime | None]
    again: Mapped[bool | None]


TABLES: tuple[type[TableRow], ...] = (
    AgreementRow,
    AgreementTextRow,
    FitAnswerRow,
    FollowUpRow,
)
