"""What is held about one person, all of it; and erasing it so that totals stay right."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session as Transaction

from api.accounts.rows import CredentialRow
from api.audit_trail.log import note_act
from api.consent.service import GivenConsent, given_by
from api.cycles.rows import PersonRow, Side
from api.data_protection.erase_people import at_work, erase_people
from api.participants.service import person_row
from api.session_reports.note_rows import NoteRow
from api.session_reports.service import feedback_view, record_view
from api.sessions.rows import (
    FeedbackRow,
    OutboxRow,
    RecordRow,
    SessionRow,
    SessionState,
)
from api.sessions.schedule import person_page
from api.values import FeedbackView, RecordView, View
from coach.errors import ConflictError
from coach.sessions import Reply


class HeldSession(View):
    """A session of the person; the other side is not named."""

    number: int
    start: datetime
    end: datetime
    state: SessionState
    my_reply: str
    my_comment: str


class HeldNote(View):
    """A note the person wrote: that there is one, not what it says. It is shown to them alone."""

    session_id: str
    version: int
    written_at: datetime


class Held(View):
    """Everything that is held about one person; who else appears is left out.

    `address` is where they are written to: the one of `profile`, which is as the office's list
    brought it, or another that they have put in its place.
    """

    code: str
    side: Side
    address: str
    profile: dict[str, Any]
    left_at: datetime | None
    sessions: tuple[HeldSession, ...]
    records: tuple[RecordView, ...]
    feedback: tuple[FeedbackView, ...]
    consents: tuple[GivenConsent, ...]
    notes_written: tuple[HeldNote, ...]
    links_made_at: tuple[datetime, ...]
    messages_sent: int


def held_about(tx: Transaction, person_id: str) -> Held:
    """All that is held about a person, to hand to them.

    Raises:
        NotFoundError: there is no such person.
    """
    row = person_row(tx, person_id)
    page = person_page(tx, person_id)
    mine = [session.id for session in page.sessions]
    coachee = row.side is Side.COACHEE
    note_act(tx, "person exported", "person", person_id)
    return Held(
        code=row.code,
        side=row.side,
        address=row.email,
        profile={field: value for field, value in row.profile.items() if field != "refuses"},
        left_at=row.left_at,
        sessions=tuple(
            HeldSession(
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
            for record in tx.scalars(select(RecordRow).where(RecordRow.session_id.in_(mine)))
        ),
        feedback=tuple(
            feedback_view(given)
            for given in tx.scalars(select(FeedbackRow).where(FeedbackRow.author_id == person_id))
        ),
        consents=given_by(tx, person_id),
        notes_written=tuple(
            HeldNote(session_id=note.session_id, version=note.version, written_at=note.written_at)
            for note in tx.scalars(select(NoteRow).where(NoteRow.author_id == person_id))
        ),
        links_made_at=tuple(
            tx.scalars(select(CredentialRow.created_at).where(CredentialRow.person_id == person_id))
        ),
        messages_sent=len(
            tx.scalars(select(OutboxRow.id).where(OutboxRow.person_id == person_id)).all()
        ),
    )


def erase(tx: Transaction, person_id: str, *, now: datetime) -> None:
    """Erase a person, leaving a tombstone with what totals are counted by; see `erase_people`.

    Raises:
        NotFoundError: there is no such person.
        ConflictError: they still have sessions to come, or a run or a question is at work.
    """
    row = person_row(tx, person_id)
    _refuse_while_expected(tx, person_id, now)
    if working := at_work(tx, row.cycle_id):
        raise ConflictError(
            f"{working} is at work on this cycle's people: wait until it has ended, or cancel it, "
            "then erase"
        )
    erase_people(tx, row.cycle_id, PersonRow.id == person_id, now=now)
    note_act(tx, "person erased", "person", person_id)


def _refuse_while_expected(tx: Transaction, person_id: str, now: datetime) -> None:
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
