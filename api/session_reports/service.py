"""Use cases for reading and submitting records, notes and feedback.

The record is visible to the coach, the coachee and managers. The feedback is visible to the coachee
and managers, and a note only to its author.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session as Transaction

from api.crypto.key_ring import Keyring
from api.cycles.service import CycleHeader, cycle_header
from api.http.principal import Principal
from api.input_files.instruments import instruments_of
from api.services import Services
from api.session_reports import facts
from api.session_reports.altered_notes import record_alteration, recording_alterations
from api.session_reports.device_unlocking import NotesLockedError
from api.session_reports.feedback import FeedbackView, find_feedback, store_feedback
from api.session_reports.notebook_integrity import NotebookAlteredError
from api.session_reports.notes import UnlockedNote, find_note, store_changed_note, store_note
from api.session_reports.records import RecordView, find_record, store_record
from api.sessions.schedule import own_session, session_details
from api.sessions.session_details import SessionDetails
from coach.errors import NotFoundError
from coach.feedback import Feedback, Note, SharedRecord
from coach.instruments import Moment


@dataclass(frozen=True, slots=True)
class SessionReports:
    """The reports on a session that a given reader may see.

    `note_locked` is true if the reader has written a note that is locked on their device.
    `note_problem` states why an unlocked note cannot be shown.
    """

    record: RecordView | None = None
    note: UnlockedNote | None = None
    note_locked: bool = False
    note_problem: NotebookAlteredError | None = None
    feedback: FeedbackView | None = None


@dataclass(frozen=True, slots=True)
class SessionWithReports:
    """A session, with the reports on it that a given reader may see.

    `cycle` is set if the reader is a manager, whose page shows the cycle's name; otherwise `None`.
    """

    session: SessionDetails
    reports: SessionReports
    cycle: CycleHeader | None


def read_session_with_reports(
    services: Services, principal: Principal, session_id: str
) -> SessionWithReports:
    """Return a session, with the reports on it that `principal` may see.

    Raises:
        NotFoundError: there is no such session, or `principal` may not see it.
    """
    with services.database.reading() as tx:
        session = session_details(tx, principal, session_id)
        found = SessionWithReports(
            session,
            _find_reports(tx, services.keyring, principal, session_id),
            cycle_header(tx, session.cycle_id) if principal.is_manager else None,
        )
    if found.reports.note_problem is not None:
        record_alteration(services, principal, found.reports.note_problem)
    return found


def submit_record(
    services: Services, principal: Principal, session_id: str, record: SharedRecord
) -> RecordView:
    """Store a coach's shared record of a session, replacing any earlier record.

    Raises:
        NotFoundError: there is no such session, or `principal` may not see it.
        NotAllowedError: `principal` is not the session's coach.
        UnusableInputError: the session is recorded as held on a future date in the coach's time
            zone, a new action is too long, or a module does not exist.
    """
    with services.database.writing() as tx:
        session = own_session(tx, principal, session_id)
        return store_record(tx, principal, session, record, now=services.now())


def read_record(services: Services, principal: Principal, session_id: str) -> RecordView:
    """Return the shared record of a session.

    Raises:
        NotFoundError: there is no record, or `principal` may not see the session.
    """
    with services.database.reading() as tx:
        own_session(tx, principal, session_id)
        record = find_record(tx, session_id)
    if record is None:
        raise NotFoundError(facts.NO_RECORD())
    return record


def write_note(
    services: Services, principal: Principal, session_id: str, note: Note
) -> UnlockedNote:
    """Encrypt and store a coach's note on a session, replacing any earlier note.

    Raises:
        NotFoundError: there is no such session, or `principal` may not see it.
        NotAllowedError: `principal` is not the session's coach.
        NotesLockedError: the coach's notes are not unlocked on this device.
        NotebookNeededError: the coach has no notebook yet, or has not confirmed it.
        NotebookAlteredError: the notebook was altered.
    """
    with recording_alterations(services, principal), services.database.writing() as tx:
        session = own_session(tx, principal, session_id)
        return store_note(tx, services.keyring, principal, session, note, now=services.now())


def read_note(services: Services, principal: Principal, session_id: str) -> UnlockedNote:
    """Return the principal's own note on a session.

    Raises:
        NotFoundError: the principal has not written a note on this session.
        NotesLockedError: the principal's note is not unlocked on this device.
        NotebookAlteredError: the notebook was altered.
    """
    with recording_alterations(services, principal), services.database.reading() as tx:
        note = find_note(tx, services.keyring, principal, session_id)
    if note is None:
        raise NotFoundError(facts.NO_NOTE())
    return note


def save_session_note(
    services: Services, principal: Principal, session_id: str, record: SharedRecord, note: Note
) -> UnlockedNote | None:
    """Store the record of a session and, if its text has changed, the coach's own note.

    Returns the note if it was stored. If one of them cannot be stored, the other is not stored
    either. The errors are those of `submit_record` and `write_note`.
    """
    with recording_alterations(services, principal), services.database.writing() as tx:
        session, now = own_session(tx, principal, session_id), services.now()
        store_record(tx, principal, session, record, now=now)
        return store_changed_note(tx, services.keyring, principal, session, note, now=now)


def give_feedback(
    services: Services, principal: Principal, session_id: str, feedback: Feedback
) -> FeedbackView:
    """Store a coachee's feedback on a session, replacing any earlier feedback.

    Raises:
        NotFoundError: there is no such session, or `principal` may not see it.
        NotAllowedError: `principal` is not the session's coachee.
        ConflictError: the session has not started, and no record shows that it was held early.
        UnusableInputError: answers are missing, or do not match the questions.
    """
    with services.database.writing() as tx:
        session = own_session(tx, principal, session_id)
        instrument = instruments_of(services.settings).get(Moment.AFTER_SESSION)
        return store_feedback(
            tx, principal, session, feedback, instrument=instrument, now=services.now()
        )


def read_feedback(services: Services, principal: Principal, session_id: str) -> FeedbackView:
    """Return the feedback on a session.

    Raises:
        NotFoundError: there is no feedback, or `principal` may not see it. The message does not
            reveal which.
    """
    with services.database.reading() as tx:
        own_session(tx, principal, session_id)
        feedback = find_feedback(tx, principal, session_id)
    if feedback is None:
        raise NotFoundError(facts.NO_FEEDBACK())
    return feedback


def _find_reports(
    tx: Transaction, keyring: Keyring, principal: Principal, session_id: str
) -> SessionReports:
    """Return the reports on a session, limited to those that the principal may see.

    Returns no reports if the principal is not verified.
    """
    if not principal.is_verified:
        return SessionReports()
    note, locked, problem = None, False, None
    try:
        note = find_note(tx, keyring, principal, session_id)
    except NotesLockedError:
        locked = True
    except NotebookAlteredError as error:
        problem = error
    return SessionReports(
        record=find_record(tx, session_id),
        note=note,
        note_locked=locked,
        note_problem=problem,
        feedback=find_feedback(tx, principal, session_id),
    )
