"""Coaches' shared records of sessions, visible to the coach, the coachee and managers."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.http.principal import AccessRole, Principal
from api.participants.service import person_row
from api.session_reports import facts
from api.session_reports.submissions import find_submission, store_submission
from api.sessions.rows import RecordRow, SessionRow
from api.values import FrozenModel
from coach.errors import InputFault, NotAllowedError, UnusableInputError
from coach.feedback import SharedRecord
from coach.sessions import Attendance


class RecordView(FrozenModel):
    """The latest version of a session's shared record."""

    session_id: str
    session_date: date
    attendance: Attendance
    topic: str
    agreed_actions: str
    next_step: str
    version: int
    submitted_at: datetime


def store_record(
    tx: Transaction,
    principal: Principal,
    session: SessionRow,
    record: SharedRecord,
    *,
    now: datetime,
) -> RecordView:
    """Store the shared record of one of the principal's sessions, replacing any earlier record.

    Raises:
        NotAllowedError: `principal` is not the coach.
        UnusableInputError: the session is recorded as held on a future date in the coach's time
            zone.
    """
    if principal.role is not AccessRole.COACH:
        raise NotAllowedError(facts.NOT_THE_COACH())
    zone = ZoneInfo(person_row(tx, session.coach_id).timezone)
    if record.is_too_early(now.astimezone(zone).date()):
        raise UnusableInputError(
            [InputFault("body", 1, "session_date", facts.HELD_IN_THE_FUTURE())]
        )
    row = store_submission(tx, RecordRow, session.id, session.coach_id, record, now=now)
    record_event(tx, "record submitted", "session", session.id, version=row.version)
    return record_view(row)


def find_record(tx: Transaction, session_id: str) -> RecordView | None:
    """Return the shared record of a session, or `None` if none has been submitted."""
    row = find_submission(tx, RecordRow, session_id)
    return None if row is None else record_view(row)


def record_view(row: RecordRow) -> RecordView:
    """Convert a row to a `RecordView`."""
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
