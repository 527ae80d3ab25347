"""What is held about one person, all of it; and erasing it so that totals stay right."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session as Transaction

from api.accounts.rows import CredentialRow
from api.audit_trail.log import record_event
from api.consent.service import GivenConsent, consents_given_by
from api.data_protection.erase_people import erase_people, work_in_progress
from api.invitations.rows import OutboxRow
from api.participants.rows import PersonRow, Side
from api.participants.service import person_row
from api.session_reports.feedback import FeedbackView, feedback_view
from api.session_reports.records import RecordView, record_view
from api.session_reports.rows import NoteRow
from api.sessions.rows import FeedbackRow, RecordRow, SessionRow, SessionState
from api.sessions.schedule import person_schedule
from api.values import FrozenModel
from coach.errors import ConflictError
from coach.sessions import Reply


class ReportedSession(FrozenModel):
    """A session of the person; the other side is not named."""

    number: int
    start: datetime
    end: datetime
    state: SessionState
    my_reply: str
    my_comment: str


class ReportedNote(FrozenModel):
    """A note the person wrote: that there is one, not what it says. It is shown to them alone."""

    session_id: str
    version: int
    written_at: datetime


class SubjectAccessReport(FrozenModel):
    """Everything that is held about one person; who else appears is left out.

    `address` is where they are written to: the one of `profile`, which is as the office's list
    brought it, or another that they have put in its place.
    """

    code: str
    side: Side
    address: str
    profile: dict[str, Any]
    left_at: datetime | None
    sessions: tuple[ReportedSession, ...]
    records: tuple[RecordView, ...]
    feedback: tuple[FeedbackView, ...]
    consents: tuple[GivenConsent, ...]
    notes_written: tuple[ReportedNote, ...]
    links_made_at: tuple[datetime, ...]
    messages_sent: int


def subject_access_report(tx: Transaction, person_id: str) -> SubjectAccessReport:
    """All that is held about a person, to hand to them.

    Raises:
        NotFoundError: there is no such person.
    """
    row = person_row(tx, person_id)
    page = person_schedule(tx, person_id)
    session_ids = [session.id for session in page.sessions]
    coachee = row.side is Side.COACHEE
    record_event(tx, "person exported", "person", person_id)
    return SubjectAccessReport(
        code=row.code,
        side=row.side,
        address=row.email,
        profile={field: value for field, value in row.profile.items() if field != "refuses"},
        left_at=row.left_at,
        sessions=tuple(
            ReportedSession(
                number=session.number,
                start=session.start,
                end=session.end,
                state=session.state,
                my_reply=(session.coachee_reply if coachee else session.coach_reply) or Reply.NONE,
                my_comment=session.coachee_comment if coachee else session.coach_comment,
            )
            for session in page.sessions
        ),
        records=tuple(
            record_view(record)
            for record in tx.scalars(select(RecordRow).where(RecordRow.session_id.in_(session_ids)))
        ),
        feedback=tuple(
            feedback_view(given)
            for given in tx.scalars(select(FeedbackRow).where(FeedbackRow.author_id == person_id))
        ),
        consents=consents_given_by(tx, person_id),
        notes_written=tuple(
            ReportedNote(
                session_id=note.session_id, version=note.version, written_at=note.written_at
            )
            for note in tx.scalars(select(NoteRow).where(NoteRow.author_id == person_id))
        ),
        links_made_at=tuple(
            tx.scalars(select(CredentialRow.created_at).where(CredentialRow.person_id == person_id))
        ),
        messages_sent=len(
            tx.scalars(select(OutboxRow.id).where(OutboxRow.person_id == person_id)).all()
        ),
    )


def erase_person(tx: Transaction, person_id: str, *, now: datetime) -> None:
    """Erase a person, leaving a tombstone with what totals are counted by; see `erase_people`.

    Raises:
        NotFoundError: there is no such person.
        ConflictError: they still have sessions to come, or a run or a question is at work.
    """
    row = person_row(tx, person_id)
    _refuse_with_future_sessions(tx, person_id, now)
    if working := work_in_progress(tx, row.cycle_id):
        raise ConflictError(
            f"{working} is at work on this cycle's people: wait until it has ended, or cancel it, "
            "then erase"
        )
    erase_people(tx, row.cycle_id, PersonRow.id == person_id, now=now)
    record_event(tx, "person erased", "person", person_id)


def _refuse_with_future_sessions(tx: Transaction, person_id: str, now: datetime) -> None:
    coming = tx.scalar(
        select(SessionRow.id)
        .where(
            or_(SessionRow.coachee_id == person_id, SessionRow.coach_id == person_id),
            SessionRow.state == SessionState.CONFIRMED,
            SessionRow.ends_at > now,
        )
        .limit(1)
    )
    if coming is not None:
        raise ConflictError(
            "this person still has sessions to come: take in the list without them, "
            "run again and publish, then erase"
        )
