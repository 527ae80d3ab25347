"""Decides whether an emailed reply to a group event replaces the person's earlier replies."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.participants.group_rows import GroupEventDateRow, GroupInvitationRow, GroupReplyRow
from api.replies.rows import Reason
from api.sessions.rows import ReplySource
from coach.sessions import Reply


def invitation_by_uid(tx: Transaction, person_id: str, uid: str) -> GroupInvitationRow | None:
    """Return a person's invitation to the group event occurrence with the given UID, if any."""
    return tx.scalar(
        select(GroupInvitationRow)
        .join(GroupEventDateRow, GroupEventDateRow.id == GroupInvitationRow.date_id)
        .where(GroupEventDateRow.uid == uid, GroupInvitationRow.person_id == person_id)
    )


def event_order(
    tx: Transaction,
    row: GroupInvitationRow,
    reply: Reply,
    received_at: datetime,
    stamp: datetime | None,
) -> Reason:
    """Compare a reply with the person's earlier replies to the same invitation.

    `stamp` is when the reply was made, according to the calendar's clock; calendars' emails can
    overtake each other.
    """
    if row.replied_at is None or row.reply_sequence < row.asked_sequence:
        return Reason.ANSWERED
    if received_at < row.replied_at:
        return Reason.OLDER
    if stamp is None:
        return Reason.ANSWERED
    earlier = tx.execute(
        select(GroupReplyRow.stamp, GroupReplyRow.reply)
        .where(
            GroupReplyRow.invitation_id == row.id,
            GroupReplyRow.source == ReplySource.MAIL.value,
            GroupReplyRow.counted,
            GroupReplyRow.stamp.is_not(None),
            GroupReplyRow.sequence >= row.asked_sequence,
        )
        .order_by(GroupReplyRow.stamp.desc())
    ).all()
    if any((one.stamp, one.reply) == (stamp, reply) for one in earlier):
        return Reason.REPEATED
    return Reason.OLDER if earlier and stamp < earlier[0].stamp else Reason.ANSWERED
