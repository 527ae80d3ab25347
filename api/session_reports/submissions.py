"""Storage for records and feedback: one versioned row per session."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session as Transaction

from api.sessions.rows import FeedbackRow, RecordRow
from coach.feedback import Feedback, SharedRecord

_RowT = TypeVar("_RowT", RecordRow, FeedbackRow)

# Built once, because building a statement takes longer than executing it.
_BY_SESSION: Mapping[type[Any], Select[Any]] = {
    row_type: select(row_type).where(row_type.session_id == bindparam("session_id"))
    for row_type in (RecordRow, FeedbackRow)
}


def find_submission(tx: Transaction, row_type: type[_RowT], session_id: str) -> _RowT | None:
    """Return a session's row, or `None` if nothing has been submitted yet."""
    row: _RowT | None = tx.scalar(_BY_SESSION[row_type], {"session_id": session_id})
    return row


def store_submission(
    tx: Transaction,
    row_type: type[_RowT],
    earlier: _RowT | None,
    content: SharedRecord | Feedback,
    *,
    session_id: str,
    author_id: str,
    now: datetime,
    without: Collection[str] = (),
) -> _RowT:
    """Store `content` as the next version of a session's row `earlier`, and return the row.

    If `earlier` is `None`, a new row is added. The fields named in `without` are omitted.
    """
    row = earlier
    if row is None:
        row = row_type(session_id=session_id, author_id=author_id, version=0)
        tx.add(row)
    for field, value in content:
        if field not in without:
            setattr(row, field, value)
    row.version, row.submitted_at = row.version + 1, now
    return row
