"""Use cases of session reports: reading and submitting records, notes and feedback.

Coach, coachee and managers read the record; coachee and managers read the feedback; a note is shown
to its author alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session as Transaction

from api.crypto.key_ring import Keyring
from api.http.principal import Principal
from api.services import Services
from api.session_reports.feedback import FeedbackView, find_feedback, store_feedback
from api.session_reports.notebooks import (
    NotebookSecrets,
    NotesClosedError,
    create_recovery_code,
    open_first_notebook,
)
from api.session_reports.notes import NoteView, find_note, store_note
from api.session_reports.records import RecordView, find_record, store_record
from api.sessions.rows import SessionRow
from api.sessions.schedule import own_session, session_details
from api.sessions.session_details import SessionDetails
from coach.errors import NotFoundError
from coach.feedback import Feedback, Note, SharedRecord


@dataclass(frozen=True, slots=True)
class SessionReports:
    """What was submitted about a session, as far as one reader may see it.

    `note_closed` is whether there is a note that cannot be opened on the reader's device.
    """

    record: RecordView | None
    note: NoteView | None
    note_closed: bool
    feedback: FeedbackView | None


@dataclass(frozen=True, slots=True)
class ReportedSession:
    """A session, and what was submitted about it."""

    session: SessionDetails
    reports: SessionReports


@dataclass(frozen=True, slots=True)
class SavedNote:
    """A stored note, and what opens the notebook that was started for it, if it was the first."""

    note: NoteView
    new_notebook: NotebookSecrets | None


def read_session_with_reports(
    services: Services, principal: Principal, session_id: str
) -> ReportedSession:
    """A session, and what `principal` may read of what was submitted about it.

    Raises:
        NotFoundError: there is no such session, or it is somebody else's.
    """
    with services.database.reading() as tx:
        session = session_details(tx, principal, session_id)
        return ReportedSession(session, find_reports(tx, services.keyring, principal, session_id))


def submit_record(
    services: Services, principal: Principal, session_id: str, record: SharedRecord
) -> RecordView:
    """Store a coach's shared record of a session; it replaces an earlier one.

    Raises:
        NotFoundError: there is no such session, or it is somebody else's.
        NotAllowedError: `principal` is not the session's coach.
        UnusableInputError: the session is recorded as held on a future day in the coach's zone.
    """
    with services.database.writing() as tx:
        session = own_session(tx, principal, session_id)
        return store_record(tx, principal, session, record, now=services.now())


def read_record(services: Services, principal: Principal, session_id: str) -> RecordView:
    """The shared record of a session, for its two people and for managers.

    Raises:
        NotFoundError: there is none, or the session is somebody else's.
    """
    with services.database.reading() as tx:
        own_session(tx, principal, session_id)
        record = find_record(tx, session_id)
    if record is None:
        raise NotFoundError("no shared record of this session has been submitted yet")
    return record


def write_note(services: Services, principal: Principal, session_id: str, note: Note) -> SavedNote:
    """Store a coach's note on a session, encrypted; it replaces an earlier one.

    Raises:
        NotFoundError: there is no such session, or it is somebody else's.
        NotAllowedError: `principal` is not the session's coach.
        NotesClosedError: the coach's notes are not open on this device.
    """
    with services.database.writing() as tx:
        return _save_note(tx, services, principal, own_session(tx, principal, session_id), note)


def read_note(services: Services, principal: Principal, session_id: str) -> NoteView:
    """The principal's own note on a session.

    Raises:
        NotFoundError: there is none, or it is somebody else's; the two are not distinguished.
        NotesClosedError: it cannot be opened on this device.
    """
    with services.database.reading() as tx:
        note = find_note(tx, services.keyring, principal, session_id)
    if note is None:
        raise NotFoundError("you have written no note on this session")
    return note


def save_session_note(
    services: Services, principal: Principal, session_id: str, record: SharedRecord, note: Note
) -> SavedNote | None:
    """Store the shared record of a session and, if its text has changed, the coach's own note.

    Returns the note if it was stored; either both are stored or neither.

    Raises:
        As `submit_record` and `write_note` do.
    """
    with services.database.writing() as tx:
        session = own_session(tx, principal, session_id)
        store_record(tx, principal, session, record, now=services.now())
        if note.text == _stored_text(tx, services, principal, session):
            return None
        return _save_note(tx, services, principal, session, note)


def give_feedback(
    services: Services, principal: Principal, session_id: str, feedback: Feedback
) -> FeedbackView:
    """Store a coachee's feedback on a session; it replaces an earlier one.

    Raises:
        NotFoundError: there is no such session, or it is somebody else's.
        NotAllowedError: `principal` is not the session's coachee.
        ConflictError: the session has not started, and no record says that it was held earlier.
    """
    with services.database.writing() as tx:
        session = own_session(tx, principal, session_id)
        return store_feedback(tx, principal, session, feedback, now=services.now())


def read_feedback(services: Services, principal: Principal, session_id: str) -> FeedbackView:
    """The feedback on a session, for the coachee who gave it and for managers.

    Raises:
        NotFoundError: there is none, or it is not for `principal`; the two are not distinguished.
    """
    with services.database.reading() as tx:
        own_session(tx, principal, session_id)
        feedback = find_feedback(tx, principal, session_id)
    if feedback is None:
        raise NotFoundError("there is no feedback on this session for you to read")
    return feedback


def find_reports(
    tx: Transaction, keyring: Keyring, principal: Principal, session_id: str
) -> SessionReports:
    """What `principal` may read of what was submitted about one of their own sessions."""
    note, closed = None, False
    try:
        note = find_note(tx, keyring, principal, session_id)
    except NotesClosedError:
        closed = True
    return SessionReports(
        record=find_record(tx, session_id),
        note=note,
        note_closed=closed,
        feedback=find_feedback(tx, principal, session_id),
    )


def _save_note(
    tx: Transaction, services: Services, principal: Principal, session: SessionRow, note: Note
) -> SavedNote:
    """Store a note; with the first one, start a notebook and make its recovery code."""
    now = services.now()
    author, key = open_first_notebook(tx, principal, now=now)
    stored = store_note(tx, services.keyring, author, session, note, now=now)
    if key is None:
        return SavedNote(stored, None)
    return SavedNote(stored, NotebookSecrets(key, create_recovery_code(tx, author)))


def _stored_text(
    tx: Transaction, services: Services, principal: Principal, session: SessionRow
) -> str:
    """The text of the note as the form showed it: empty if there is none or it is closed here."""
    try:
        note = find_note(tx, services.keyring, principal, session.id)
    except NotesClosedError:
        return ""
    return "" if note is None else note.text
