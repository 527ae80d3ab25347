"""Coachees' feedback on sessions, visible to the coachee and to managers but not to coaches.

Managers see the attendance and the text. Of the answers, they see only figures for at least five
people.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.coaching.instruments.sheets import (
    AnswerSheet,
    after_session,
    check_answers,
    store_after_session,
)
from api.http.principal import AccessRole, Principal
from api.participants.service import person_row
from api.session_reports import facts
from api.session_reports.submissions import find_submission, store_submission
from api.sessions.rows import FeedbackRow, RecordRow, SessionRow
from api.values import FrozenModel
from api.web.date_formats import format_datetime
from coach.errors import ConflictError, NotAllowedError
from coach.feedback import Feedback, is_open_for_feedback
from coach.instruments import Instrument
from coach.sessions import Absent, Attendance


class FeedbackView(FrozenModel):
    """The latest version of a coachee's feedback on a session.

    `answered` is visible only to the coachee.
    """

    session_id: str
    attendance: Attendance
    absent: Absent | None
    answered: tuple[AnswerSheet, ...] = ()
    text: str
    version: int
    submitted_at: datetime


def store_feedback(
    tx: Transaction,
    principal: Principal,
    session: SessionRow,
    feedback: Feedback,
    *,
    instrument: Instrument | None,
    now: datetime,
) -> FeedbackView:
    """Store feedback on one of the principal's sessions, replacing any earlier feedback.

    `instrument` contains the questions asked after a session; `None` if none are asked.

    Raises:
        NotAllowedError: `principal` is not the coachee.
        ConflictError: the session has not started, and no record shows that it was held early.
        UnusableInputError: answers are missing, or do not match the instrument.
    """
    if principal.role is not AccessRole.COACHEE:
        raise NotAllowedError(facts.NOT_THE_COACHEE())
    _refuse_too_early(tx, session, now)
    _check_answers(instrument, feedback)
    earlier = find_submission(tx, FeedbackRow, session.id)
    before = None if earlier is None else (earlier.attendance, earlier.absent)
    row = store_submission(
        tx,
        FeedbackRow,
        earlier,
        feedback,
        session_id=session.id,
        author_id=session.coachee_id,
        now=now,
        without=("answers",),
    )
    store_after_session(tx, session, instrument, feedback.answers, now=now)
    record = find_submission(tx, RecordRow, session.id)
    if record is not None and before != (row.attendance, row.absent):
        record.settled_at = None
    record_event(tx, "feedback given", "session", session.id, version=row.version)
    return feedback_view(row, after_session(tx, session.id))


def find_feedback(tx: Transaction, principal: Principal, session_id: str) -> FeedbackView | None:
    """Return the feedback on a session, or `None` if there is none or `principal` is a coach.

    The answers are included only for the coachee.
    """
    if principal.role is AccessRole.COACH:
        return None
    row = find_submission(tx, FeedbackRow, session_id)
    if row is None:
        return None
    is_own = principal.role is AccessRole.COACHEE
    return feedback_view(row, after_session(tx, session_id) if is_own else ())


def feedback_view(row: FeedbackRow, answered: tuple[AnswerSheet, ...] = ()) -> FeedbackView:
    """Convert a row to a `FeedbackView`, with the answers if the reader may see them."""
    return FeedbackView(
        session_id=row.session_id,
        attendance=row.attendance,
        absent=row.absent,
        answered=answered,
        text=row.text,
        version=row.version,
        submitted_at=row.submitted_at,
    )


def _check_answers(instrument: Instrument | None, feedback: Feedback) -> None:
    """Reject answers that do not match the instrument, and missing answers about a held session.

    A coachee who sent a delegate does not have to answer.
    """
    if feedback.attendance is Attendance.HELD or feedback.answers:
        check_answers(instrument, feedback.answers)


def _refuse_too_early(tx: Transaction, session: SessionRow, now: datetime) -> None:
    record = find_submission(tx, RecordRow, session.id)
    recorded = None if record is None else record.attendance
    if is_open_for_feedback(session.starts_at, recorded, now):
        return
    zone = ZoneInfo(person_row(tx, session.coachee_id).timezone)
    raise ConflictError(facts.FEEDBACK_TOO_EARLY(when=format_datetime(session.starts_at, zone)))
