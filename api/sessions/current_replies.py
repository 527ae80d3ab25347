"""Query conditions on replies to a session's current time."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute

from api.sessions.rows import ReplyRow, SessionRow

IS_CURRENT = ReplyRow.sequence >= SessionRow.asked_sequence
"""The condition on `ReplyRow` and `SessionRow` for replies no older than the last request."""


def has_replied(
    person_id: InstrumentedAttribute[str], *conditions: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Return an SQL condition that is true if a person has replied to a session's current time.

    `conditions` on `ReplyRow` restrict which replies count.
    """
    reply = select(ReplyRow.id).where(
        ReplyRow.session_id == SessionRow.id,
        ReplyRow.person_id == person_id,
        IS_CURRENT,
        *conditions,
    )
    return reply.exists()
