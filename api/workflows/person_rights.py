"""What is held about one person, all of it; and erasing it so that totals stay right."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session as Transaction

from api.store.access_rows import CredentialRow
from api.store.confidential_rows import NotebookRow, NoteKeyRow, NoteRow
from api.store.cycle_rows import PersonRow, Side
from api.store.mail_rows import CodeRow, MailRow
from api.store.question_rows import QuestionRow
from api.store.run_rows import RunRow
from api.store.session_rows import (
    FeedbackRow,
    OutboxRow,
    RecordRow,
    ReplyRow,
    SessionRow,
    SessionState,
)
from api.workflows.audit import note_act
from api.workflows.consent import GivenConsent, given_by
from api.workflows.people import person_row
from api.workflows.runs import RunInput
from api.workflows.schedule import person_page
from api.workflows.statements import feedback_view, record_view
from api.workflows.values import FeedbackView, RecordView, View
from coach.errors import ConflictError
from coach.people import Person, Roster
from coach.sessions import Reply

ERASED = "(erased)"
_EMPTY: dict[str, Any] = {
    "name": ERASED,
    "email": "",
    "languages": (),
    "availability": (),
    "unavailable": (),
    "unit": "",
    "refuses": frozenset(),
    "topics": (),
}
_EMPTY_ON_SIDE: dict[Side, dict[str, Any]] = {
    Side.COACHEE: {"prefers": ()},
    Side.COACH: {"chain_of_command": ()},
}


class HeldSession(View):
    """A session of the person; the other side is not named."""

    number: int
    start: datetime
    end: datetime
    state: SessionState
    my_reply: str
    my_comment: str


class HeldNote(View):
    """A note the person wrote: that there is one, not what it says. Only they can open it."""

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
    """Erase a person, leaving a tombstone with what totals are counted by.

    Stay: side, country, sex, year of birth, rank and service, attendance and ratings. Go: name,
    address, languages, times, unit, wishes, every text, links, and the keys of every note by or
    about them, in older copies of the database as well.

    Raises:
        NotFoundError: there is no such person.
        ConflictError: they still have sessions to come.
    """
    row = person_row(tx, person_id)
    _refuse_while_expected(tx, person_id, now)
    row.name, row.email, row.profile = ERASED, "", _without_person(row.side, row.profile)
    row.left_at, row.erased_at = row.left_at or now, now
    mine = select(SessionRow.id).where(
        SessionRow.coachee_id == person_id  # what a coach recorded stays the coachee's
    )
    for statement in (
        delete(NoteKeyRow).where(
            or_(NoteKeyRow.author_id == person_id, NoteKeyRow.subject_id == person_id)
        ),
        delete(NotebookRow).where(NotebookRow.person_id == person_id),
        delete(QuestionRow).where(QuestionRow.person_id == person_id),
        delete(CredentialRow).where(CredentialRow.person_id == person_id),
        delete(MailRow).where(MailRow.person_id == person_id),
        delete(CodeRow).where(CodeRow.person_id == person_id),
        update(ReplyRow).where(ReplyRow.person_id == person_id).values(comment=""),
        update(FeedbackRow).where(FeedbackRow.author_id == person_id).values(text=""),
        update(RecordRow)
        .where(RecordRow.session_id.in_(mine))
        .values(topic="", agreed_actions="", next_step=""),
    ):
        tx.execute(statement, execution_options={"synchronize_session": False})
    _erase_from_runs(tx, row)
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


def _without_person(side: Side, profile: dict[str, Any]) -> dict[str, Any]:
    plain = {
        field: sorted(value)
        if isinstance(value, frozenset)
        else list(value)
        if isinstance(value, tuple)
        else value
        for field, value in (_EMPTY | _EMPTY_ON_SIDE[side]).items()
    }
    return profile | plain


def _erase_from_runs(tx: Transaction, row: PersonRow) -> None:
    """Also in what each run of the cycle was frozen with; its fingerprint stays as it was."""
    for run in tx.scalars(select(RunRow).where(RunRow.cycle_id == row.cycle_id)).all():
        work = RunInput.model_validate_json(run.input)
        run.input = work.model_copy(
            update={"roster": _roster_without(work.roster, row)}
        ).model_dump_json()


def _roster_without(roster: Roster, row: PersonRow) -> Roster:
    def scrubbed(people: tuple[Any, ...], side: Side) -> tuple[Any, ...]:
        return tuple(_scrub(one, side) if _is(one, side, row) else one for one in people)

    return Roster(
        coachees=scrubbed(roster.coachees, Side.COACHEE),
        coaches=scrubbed(roster.coaches, Side.COACH),
    )


def _is(person: Person, side: Side, row: PersonRow) -> bool:
    return side is row.side and person.id == row.code


def _scrub(person: Person, side: Side) -> Person:
    return person.model_copy(update=_EMPTY | _EMPTY_ON_SIDE[side])
