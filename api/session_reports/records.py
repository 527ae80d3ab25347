"""Shared records of sessions: written by the coach, read by coach, coachee and managers."""

from __future__ import annotations

from datetime import date, datetime
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
from api.sessions.rows import RecordRow
from api.sessions.schedule import own_session
from api.values import FrozenModel
from coach.errors import (
    InputFault,
    NotFoundError,
    UnusableInputError,
)
from coach.feedback import SharedRecord
from coach.sessions import Attendance


class RecordView(FrozenModel):
    """The shared record of a session as it was last submitted."""

    session_id: str
    session_date: date
    attendance: Attendance
    topic: str
    agreed_actions: str
    next_step: str
    version: int
    submitted_at: datetime


_TOO_EARLY = (
    "write the date on which you met; a session still to come cannot be recorded as held, "
    "only as cancelled"
)


def submit_record(
    tx: Transaction, principal: Principal, session_id: str, record: SharedRecord, *, now: datetime
) -> RecordView:
    """Keep a coach's shared record of a session; a later one replaces it.

    Raises:
        NotFoundError: there is no such session, or it is somebody else's.
        NotAllowedError: `principal` is not the session's coach.
        UnusableInputError: it tells of a meeting on a day to come, as the coach's zone has it.
    """
    session = require_role(
        AccessRole.COACH, tx, principal, session_id, "the coach writes the shared record"
    )
    zone = ZoneInfo(person_row(tx, session.coach_id).timezone)
    if record.is_too_early(now.astimezone(zone).date()):
        raise UnusableInputError([InputFault("body", 1, "session_date", _TOO_EARLY)])
    row = get_or_create_row(tx, RecordRow, session_id, session.coach_id)
    apply_submission(row, record, now)
    record_event(tx, "record submitted", "session", session_id, version=row.version)
    return record_view(row)


def record_of(tx: Transaction, principal: Principal, session_id: str) -> RecordView:
    """The shared record of a session, to its two people and to managers.

    Raises:
        NotFoundError: there is none, or the session is somebody else's.
    """
    own_session(tx, principal, session_id)
    row = tx.scalar(REPORT_QUERY[RecordRow], {"session_id": session_id})
    if row is None:
        raise NotFoundError("no shared record of this session has been submitted yet")
    return record_view(row)


def record_view(row: RecordRow) -> RecordView:
    """A shared record as it is shown."""
    return RecordView(
        session_id=row.session_id,
        session_date=row.session_date,
        attendance=row.attendance,
        topic=row.topic,
        agreed_actions=row.agreed_actions,
        next_step=row.next_step,
        version=row.version,
        submitted_at=row.submitted_at,
    )
