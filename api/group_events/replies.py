"""People's replies to invitations to group events.

Each reply changes only the invitation of the person who replies.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.group_events import facts
from api.participants.group_rows import GroupEventDateRow, GroupInvitationRow, GroupReplyRow
from api.sessions.replies import ReplyInput
from api.sessions.rows import ReplySource
from coach.errors import ConflictError
from coach.invitations import Status
from coach.sessions import Reply


def store_event_reply(
    tx: Transaction,
    row: GroupInvitationRow,
    given: ReplyInput,
    *,
    now: datetime,
    source: ReplySource = ReplySource.PAGE,
    stamp: datetime | None = None,
) -> None:
    """Store a person's reply to their invitation, replacing any earlier one.

    `now` is when the reply was received, and `stamp` when it was made; see `GroupReplyRow`.

    Raises:
        ConflictError: the invitation is cancelled, or the event is over.
    """
    if row.status is Status.CANCELLED:
        raise ConflictError(facts.REPLY_CANCELLED())
    if row.ends_at <= now:
        raise ConflictError(facts.REPLY_OVER())
    row.reply, row.comment = given.reply, given.comment
    row.reply_sequence, row.replied_at = row.sequence, now
    keep_event_reply(tx, row, given, source, stamp, received_at=now, counted=True)
    event_id = tx.get_one(GroupEventDateRow, row.date_id).event_id
    record_event(tx, f"group event {given.reply}", "group event", event_id)


def keep_event_reply(
    tx: Transaction,
    row: GroupInvitationRow,
    given: ReplyInput,
    source: ReplySource,
    stamp: datetime | None,
    *,
    received_at: datetime,
    counted: bool,
) -> None:
    """Add a reply to the history of an invitation; see `GroupReplyRow`."""
    tx.add(
        GroupReplyRow(
            invitation_id=row.id,
            source=source.value,
            reply=Reply(given.reply),
            comment=given.comment,
            sequence=row.sequence,
            received_at=received_at,
            stamp=stamp,
            counted=counted,
        )
    )
