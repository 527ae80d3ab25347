"""Storing what a person submits about a session; shared by records and feedback."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session as Transaction

from api.http.principal import AccessRole, Principal
from api.sessions.rows import FeedbackRow, RecordRow, SessionRow
from api.sessions.schedule import own_session
from coach.errors import (
    NotAllowedError,
)
from coach.feedback import Feedback, SharedRecord

_Statement = TypeVar("_Statement", RecordRow, FeedbackRow)


# Built once: to build a statement costs more than to run it.
REPORT_QUERY: Mapping[type[Any], Select[Any]] = {
    kind: select(kind).where(kind.session_id == bindparam("session_id"))
    for kind in (RecordRow, FeedbackRow)
}


def require_role(
    role: AccessRole, tx: Transaction, principal: Principal, session_id: str, refusal: str
) -> SessionRow:
    """The row of a session that `principal` takes part in, in the role `role`.

    Raises:
        NotFoundError: there is no such session, or it is somebody else's.
        NotAllowedError: `principal` has another role; the message is `refusal`.
    """
    session = own_session(tx, principal, session_id)
    if principal.role is not role:
        raise NotAllowedError(refusal)
    return session


def get_or_create_row(
    tx: Transaction, kind: type[_Statement], session_id: str, author_id: str
) -> _Statement:
    """The author's row about a session: as it stands, or a new one of version 0."""
    row: _Statement | None = tx.scalar(REPORT_QUERY[kind], {"session_id": session_id})
    if row is None:
        row = kind(session_id=session_id, author_id=author_id, version=0)
        tx.add(row)
    return row


def apply_submission(
    row: RecordRow | FeedbackRow, content: SharedRecord | Feedback, now: datetime
) -> None:
    """Put the submitted `content` into its row, as the next version."""
    for field, value in content:
        setattr(row, field, value)
    row.version, row.submitted_at = row.version + 1, now
