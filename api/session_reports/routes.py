"""JSON routes of what is submitted about a session: shared record, note, feedback."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import COACH, COACHEE, MANAGER, PERSON, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.session_reports import feedback as feedback_reports
from api.session_reports import note_access as note_opening
from api.session_reports import notes, records
from api.session_reports.feedback import FeedbackView
from api.session_reports.note_access_routes import set_note_key_cookie
from api.session_reports.notes import NoteView
from api.session_reports.records import RecordView
from coach.feedback import Feedback, Note, SharedRecord

RECORDS = APIRouter(prefix=f"{API}/sessions", tags=["records and notes"])
FEEDBACK = APIRouter(prefix=f"{API}/sessions", tags=["feedback"])


@RECORDS.get("/{session_id}/record", responses=problem_responses(404))
def read_record(session_id: str, services: ServicesDep, principal: PrincipalDep) -> RecordView:
    """The shared record, for the session's two people and for managers."""
    with services.database.reading() as tx:
        return records.record_of(tx, principal, session_id)


@RECORDS.put("/{session_id}/record", responses=problem_responses(404, 422))
def submit_record(
    session_id: str, record: SharedRecord, services: ServicesDep, principal: PrincipalDep
) -> RecordView:
    """Submit the shared record; a later one replaces it.

    `session_date` is the day you met; what is still to come can only be recorded as cancelled.
    """
    with services.database.writing() as tx:
        return records.submit_record(tx, principal, session_id, record, now=services.now())


@RECORDS.get("/{session_id}/note", responses=problem_responses(404))
def read_note(session_id: str, services: ServicesDep, principal: PrincipalDep) -> NoteView:
    """Your own note, shown to you alone, on the devices where you have opened your notes."""
    with services.database.reading() as tx:
        return notes.note_of(tx, services.keyring, principal, session_id)


@RECORDS.put("/{session_id}/note", responses=problem_responses(404, 422))
def write_note(
    session_id: str, note: Note, services: ServicesDep, principal: PrincipalDep, response: Response
) -> NoteView:
    """Write your own note; a later one replaces it.

    The first one leaves a cookie by which your notes open on this device.
    """
    now = services.now()
    with services.database.writing() as tx:
        writer, key = note_opening.open_first_notebook(tx, principal, now=now)
        view = notes.write_note(tx, services.keyring, writer, session_id, note, now=now)
    set_note_key_cookie(response, services, principal, key)
    return view


@FEEDBACK.get("/{session_id}/feedback", responses=problem_responses(404))
def read_feedback(session_id: str, services: ServicesDep, principal: PrincipalDep) -> FeedbackView:
    """The feedback, for the coachee who gave it and for managers; never for the coach."""
    with services.database.reading() as tx:
        return feedback_reports.feedback_of(tx, principal, session_id)


@FEEDBACK.put("/{session_id}/feedback", responses=problem_responses(404, 409, 422))
def give_feedback(
    session_id: str, feedback: Feedback, services: ServicesDep, principal: PrincipalDep
) -> FeedbackView:
    """Give feedback; a later one replaces it.

    It is taken once the session has begun, or once its record says that it was held earlier.
    """
    with services.database.writing() as tx:
        return feedback_reports.give_feedback(
            tx, principal, session_id, feedback, now=services.now()
        )


ROUTERS = (RECORDS, FEEDBACK)
PERMISSIONS: Permissions = {
    ("GET", API + "/sessions/{session_id}/record"): Permission(
        MANAGER | PERSON, own_only=True, audit_action="record opened"
    ),
    ("PUT", API + "/sessions/{session_id}/record"): Permission(COACH, own_only=True),
    ("GET", API + "/sessions/{session_id}/note"): Permission(COACH, own_only=True),
    ("PUT", API + "/sessions/{session_id}/note"): Permission(COACH, own_only=True),
    ("GET", API + "/sessions/{session_id}/feedback"): Permission(
        MANAGER | COACHEE, own_only=True, audit_action="feedback opened"
    ),
    ("PUT", API + "/sessions/{session_id}/feedback"): Permission(COACHEE, own_only=True),
}
