"""Open points for the office after sessions: contradictory attendance, and coaches' requests."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.services import Services
from api.session_reports import facts
from api.session_reports.submissions import find_submission
from api.sessions.rows import FeedbackRow, RecordRow, SessionRow
from api.values import FrozenModel
from coach.errors import NotFoundError
from coach.sessions import Absent, Attendance, OfficeRequest

DIFFERS: ColumnElement[bool] = and_(
    RecordRow.settled_at.is_(None),
    or_(RecordRow.attendance != FeedbackRow.attendance, RecordRow.absent != FeedbackRow.absent),
)
"""Whether the coach's and the coachee's statements differ and are not clarified yet.

A comparison with NULL is never true, so a statement that does not say who was absent contradicts no
other.
"""
ASKED: ColumnElement[bool] = and_(
    RecordRow.ask_office != OfficeRequest.NONE, RecordRow.answered_at.is_(None)
)
"""Whether a coach has a request that the office has not dealt with yet."""


class Clarification(FrozenModel):
    """A session that requires clarification or action by the office.

    `recorded` is the attendance according to the coach and `reported` the attendance according to
    the coachee, each with the absent person; both are `None` if they agree or the office has
    clarified the difference. `request` is the coach's open request, if any.
    """

    session_id: str
    recorded: tuple[Attendance, Absent | None] | None
    reported: tuple[Attendance, Absent | None] | None
    request: OfficeRequest | None


def clarifications(tx: Transaction, cycle_id: str) -> tuple[Clarification, ...]:
    """Return the open clarifications of a cycle, in the order of its sessions."""
    return _find(tx, SessionRow.cycle_id == cycle_id)


def read_clarification(services: Services, session_id: str) -> Clarification | None:
    """Return the open clarification about a session, or `None` if there is none."""
    with services.database.reading() as tx:
        return next(iter(_find(tx, SessionRow.id == session_id)), None)


def settle_attendance(services: Services, session_id: str) -> None:
    """Record that the office has clarified who attended; a new difference reopens the question.

    Raises:
        NotFoundError: there is no such session, or no record of it.
    """
    with services.database.writing() as tx:
        row = _record(tx, session_id)
        if row.settled_at is None:
            row.settled_at = services.now()
            record_event(tx, "attendance clarified", "session", session_id)


def answer_request(services: Services, session_id: str) -> None:
    """Record that the office has dealt with the coach's request.

    Raises:
        NotFoundError: there is no such session, or no record of it.
    """
    with services.database.writing() as tx:
        row = _record(tx, session_id)
        if row.answered_at is None and row.ask_office is not OfficeRequest.NONE:
            row.answered_at = services.now()
            record_event(tx, "request answered", "session", session_id)


def _record(tx: Transaction, session_id: str) -> RecordRow:
    row = find_submission(tx, RecordRow, session_id)
    if row is None:
        raise NotFoundError(facts.NO_RECORD())
    return row


def _find(tx: Transaction, condition: ColumnElement[bool]) -> tuple[Clarification, ...]:
    found = tx.execute(
        select(RecordRow, FeedbackRow, DIFFERS.label("differs"), ASKED.label("asked"))
        .join(SessionRow, SessionRow.id == RecordRow.session_id)
        .outerjoin(FeedbackRow, FeedbackRow.session_id == RecordRow.session_id)
        .where(condition, or_(DIFFERS, ASKED))
        .order_by(SessionRow.starts_at, SessionRow.id)
    )
    return tuple(
        Clarification(
            session_id=record.session_id,
            recorded=(record.attendance, record.absent) if differs else None,
            reported=(feedback.attendance, feedback.absent) if differs else None,
            request=record.ask_office if asked else None,
        )
        for record, feedback, differs, asked in found
    )
