"""The group events in the report about a person."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.group_events.own import OwnEvent, events_of_person
from api.participants.group_rows import GroupInvitationRow, GroupReplyRow
from api.sessions.rows import ReplySource
from api.values import FrozenModel
from coach.sessions import Reply


class ReportedEventReply(FrozenModel):
    """A person's reply to a group event, which may have been replaced by a later reply."""

    invitation_id: str
    reply: Reply
    comment: str
    source: ReplySource
    received_at: datetime


class ReportedEvents(FrozenModel):
    """The group events to which a person is or was invited, and all the person's replies."""

    invitations: tuple[OwnEvent, ...] = ()
    replies: tuple[ReportedEventReply, ...] = ()


def reported_events(tx: Transaction, person_id: str) -> ReportedEvents:
    """Return the stored data about a person's group events."""
    rows = tx.scalars(
        select(GroupReplyRow)
        .join(GroupInvitationRow, GroupInvitationRow.id == GroupReplyRow.invitation_id)
        .where(GroupInvitationRow.person_id == person_id)
        .order_by(GroupReplyRow.received_at, GroupReplyRow.id)
    )
    return ReportedEvents(
        invitations=events_of_person(tx, person_id),
        replies=tuple(
            ReportedEventReply(
                invitation_id=row.invitation_id,
                reply=row.reply,
                comment=row.comment,
                source=ReplySource(row.source),
                received_at=row.received_at,
            )
            for row in rows
        ),
    )
