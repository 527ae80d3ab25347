"""All replies to a session, including those that later replies have replaced."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.participants.rows import PersonRow, Side
from api.sessions.rows import ReplyHistoryRow, ReplySource
from api.values import FrozenModel
from coach.sessions import Reply


class KeptReply(FrozenModel):
    """A reply, as shown to the programme office; see `ReplyHistoryRow`."""

    name: str
    side: Side
    reply: Reply
    comment: str
    source: ReplySource
    received_at: datetime
    counted: bool


def reply_history(tx: Transaction, session_id: str) -> tuple[KeptReply, ...]:
    """Return all replies to a session in order of receipt."""
    rows = tx.execute(
        select(ReplyHistoryRow, PersonRow.name, PersonRow.side)
        .join(PersonRow, PersonRow.id == ReplyHistoryRow.person_id)
        .where(ReplyHistoryRow.session_id == session_id)
        .order_by(ReplyHistoryRow.received_at, ReplyHistoryRow.id)
    )
    return tuple(
        KeptReply(
            name=name,
            side=side,
            reply=row.reply,
            comment=row.comment,
            source=row.source,
            received_at=row.received_at,
            counted=row.counted,
        )
        for row, name, side in rows
    )
