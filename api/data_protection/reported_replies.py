"""The part of the report about a person that covers their replies, proposals and emails."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.accounts.rows import CredentialRow
from api.replies.rows import IncomingMailRow
from api.rescheduling.rows import ProposalRow, ProposalState
from api.sessions.rows import ReplyHistoryRow, ReplySource
from api.values import FrozenModel
from coach.sessions import Reply


class ReportedProposal(FrozenModel):
    """A proposal for another time by the person, or by the aide named `aide` on their behalf."""

    start: datetime
    state: ProposalState
    comment: str
    aide: str
    created_at: datetime


class ReportedReply(FrozenModel):
    """A person's reply to a session, which may have been replaced by a later reply."""

    session_id: str
    reply: Reply
    comment: str
    source: ReplySource
    received_at: datetime


class ReportedMail(FrozenModel):
    """An email received from the person; the whole email is in the office's mailbox."""

    received_at: datetime
    sender: str
    subject: str
    text: str


def replies_of(tx: Transaction, person_id: str) -> tuple[ReportedReply, ...]:
    """Return all of a person's replies, in the order received."""
    rows = tx.scalars(
        select(ReplyHistoryRow)
        .where(ReplyHistoryRow.person_id == person_id)
        .order_by(ReplyHistoryRow.received_at, ReplyHistoryRow.id)
    )
    return tuple(
        ReportedReply(
            session_id=row.session_id,
            reply=row.reply,
            comment=row.comment,
            source=row.source,
            received_at=row.received_at,
        )
        for row in rows
    )


def mails_from(tx: Transaction, person_id: str) -> tuple[ReportedMail, ...]:
    """Return the emails received from a person, oldest first."""
    rows = tx.scalars(
        select(IncomingMailRow)
        .where(IncomingMailRow.person_id == person_id)
        .order_by(IncomingMailRow.received_at, IncomingMailRow.id)
    )
    return tuple(
        ReportedMail(
            received_at=row.received_at, sender=row.sender, subject=row.subject, text=row.text
        )
        for row in rows
    )


def proposals_of(tx: Transaction, person_id: str) -> tuple[ReportedProposal, ...]:
    """Return a person's proposals for other times, oldest first."""
    rows = tx.execute(
        select(ProposalRow, CredentialRow.label)
        .outerjoin(CredentialRow, CredentialRow.id == ProposalRow.aide_id)
        .where(ProposalRow.person_id == person_id)
        .order_by(ProposalRow.created_at, ProposalRow.id)
    )
    return tuple(
        ReportedProposal(
            start=row.starts_at,
            state=row.state,
            comment=row.comment,
            aide=label or "",
            created_at=row.created_at,
        )
        for row, label in rows.all()
    )
