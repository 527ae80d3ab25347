"""Feedback of coachees on their sessions. Coachee and managers read it; the coach never does."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.http.principal import AccessRole, Principal
from api.participants.service import person_row
from api.session_reports.submissions import (
    REPORT_QUERY,
    apply_submission,
    get_or_create_row,
    require_role,
)
from api.sessions.rows import FeedbackRow, RecordRow, SessionRow
from api.sessions.schedule import own_session
from api.values import FrozenModel
from api.web.date_formats import format_datetime
from coach.errors import (
    ConflictError,
    NotFoundError,
)
from coach.feedback import Feedback, is_open_for_feedback
from coach.sessions import Attendance


class FeedbackView(FrozenModel):
    """A coachee's feedback as it was last submitted; the coach never sees it."""

    session_id: str
    attendance: Attendance
    rating: int | None
    text: str
    version: int
    submitted_at: datetime


def give_feedback(
    tx: Transaction, principal: Principal, session_id: str, feedback: Feedback, *, now: datetime
) -> FeedbackView:
    """Keep a coachee's feedback on a session; a later one replaces it.

    Raises:
        NotFoundError: there is no such session, or it is somebody else's.
        NotAllowedError: `principal` is not the session's coachee.
        ConflictError: it is still to come, and its record does not say that it was held earlier.
    """
    session = require_role(
        AccessRole.COACHEE, tx, principal, session_id, "the coachee gives feedback"
    )
    _refuse_too_early(tx, session, now)
    row = get_or_create_row(tx, FeedbackRow, session_id, session.coachee_id)
    apply_submission(row, feedback, now)
    record_event(tx, "feedback given", "session", session_id, version=row.version)
    return feedback_view(row)


def feedback_of(tx: Transaction, principal: Principal, session_id: str) -> FeedbackView:
    """The feedback on a session, to the coachee who gave it and to managers; never to the coach.

    Raises:
        NotFoundError: there is none, or it is not for `principal`; which of the two is not told.
    """
    own_session(tx, principal, session_id)
    row = tx.scalar(REPORT_QUERY[FeedbackRow], {"session_id": session_id})
    if row is None or principal.role is AccessRole.COACH:
        raise NotFoundError("there is no feedback on this session for you to read")
    return feedback_view(row)


def _refuse_too_early(tx: Transaction, session: SessionRow, now: datetime) -> None:
    record = tx.scalar(REPORT_QUERY[RecordRow], {"session_id": session.id})
    recorded = None if record is None else record.attendance
    if is_open_for_feedback(session.starts_at, recorded, now):
        return
    zone = ZoneInfo(person_row(tx, session.coachee_id).timezone)
    raise ConflictError(
        f"feedback can be sent from {format_datetime(session.starts_at, zone)} on, or as soon as "
        "the coach has recorded that the session was held earlier"
    )


def feedback_view(row: FeedbackRow) -> FeedbackView:
    """Feedback as it is shown."""
    return FeedbackView(
        session_id=row.session_id,
        attendance=row.attendance,
        rating=row.rating,
        text=row.text,
        version=row.version,
        submitted_at=row.submitted_at,
    )
