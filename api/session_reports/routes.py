"""JSON routes for the reports on a session: shared record, note and feedback."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Response

from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import COACH, COACHEE, MANAGER, PERSON, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.session_reports import clarifications
from api.session_reports import service as session_reports
from api.session_reports.device_keys import remember_version
from api.session_reports.feedback import FeedbackView
from api.session_reports.notes import NoteView
from api.session_reports.records import RecordView
from coach.feedback import Feedback, Note, SharedRecord

RECORDS = APIRouter(prefix=f"{API}/sessions", tags=["records and notes"])
FEEDBACK = APIRouter(prefix=f"{API}/sessions", tags=["feedback"])


@RECORDS.get("/{session_id}/record", responses=problem_responses(404))
def read_record(session_id: str, services: ServicesDep, principal: PrincipalDep) -> RecordView:
    """Get the shared record. It is visible to the session's coach and coachee and to managers."""
    return session_reports.read_record(services, principal, session_id)


@RECORDS.put("/{session_id}/record", responses=problem_responses(404, 422))
def submit_record(
    session_id: str, record: SharedRecord, services: ServicesDep, principal: PrincipalDep
) -> RecordView:
    """Submit the shared record, replacing any earlier record.

    `session_date` is the date on which you met. An upcoming session can only be recorded as
    cancelled.
    """
    return session_reports.submit_record(services, principal, session_id, record)


@RECORDS.get("/{session_id}/note", responses=problem_responses(404, 409))
def read_note(
    session_id: str, services: ServicesDep, principal: PrincipalDep, response: Response
) -> NoteView:
    """Get your own note. It is shown only to you, on devices where your notes are unlocked.

    The header `X-Notes-Version` of the response states the version of your notebook. Send it back
    with later requests, as browsers do with a cookie, so that the server can report if its version
    is older.
    """
    note = session_reports.read_note(services, principal, session_id)
    remember_version(response, services, principal, note.notebook_version)
    return note.view


@RECORDS.put("/{session_id}/note", responses=problem_responses(404, 409, 422))
def write_note(
    session_id: str, note: Note, services: ServicesDep, principal: PrincipalDep, response: Response
) -> NoteView:
    """Save your own note, replacing any earlier note.

    Before your first note, start a notebook with `POST /me/notes/begin`.
    """
    saved = session_reports.write_note(services, principal, session_id, note)
    remember_version(response, services, principal, saved.notebook_version)
    return saved.view


@RECORDS.post(
    "/{session_id}/record/clarified",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problem_responses(404),
)
def settle_attendance(session_id: str, services: ServicesDep) -> None:
    """Record that you have clarified who attended, if coach and coachee disagree."""
    clarifications.settle_attendance(services, session_id)


@RECORDS.post(
    "/{session_id}/record/answered",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problem_responses(404),
)
def answer_request(session_id: str, services: ServicesDep) -> None:
    """Record that you have dealt with the coach's request to the programme office."""
    clarifications.answer_request(services, session_id)


@FEEDBACK.get("/{session_id}/feedback", responses=problem_responses(404))
def read_feedback(session_id: str, services: ServicesDep, principal: PrincipalDep) -> FeedbackView:
    """Get the feedback. It is visible to the coachee and to managers, but not to the coach."""
    return session_reports.read_feedback(services, principal, session_id)


@FEEDBACK.put("/{session_id}/feedback", responses=problem_responses(404, 409, 422))
def give_feedback(
    session_id: str, feedback: Feedback, services: ServicesDep, principal: PrincipalDep
) -> FeedbackView:
    """Submit feedback, replacing any earlier feedback.

    Feedback is accepted once the session has started, or once its record shows that it was held
    early.
    """
    return session_reports.give_feedback(services, principal, session_id, feedback)


ROUTERS = (RECORDS, FEEDBACK)
PERMISSIONS: Permissions = {
    ("GET", API + "/sessions/{session_id}/record"): Permission(
        MANAGER | PERSON, own_only=True, audit_action="record opened", requires_verification=True
    ),
    ("PUT", API + "/sessions/{session_id}/record"): Permission(
        COACH, own_only=True, requires_verification=True
    ),
    ("POST", API + "/sessions/{session_id}/record/clarified"): Permission(MANAGER),
    ("POST", API + "/sessions/{session_id}/record/answered"): Permission(MANAGER),
    ("GET", API + "/sessions/{session_id}/note"): Permission(
        COACH, own_only=True, requires_verification=True
    ),
    ("PUT", API + "/sessions/{session_id}/note"): Permission(
        COACH, own_only=True, requires_verification=True
    ),
    ("GET", API + "/sessions/{session_id}/feedback"): Permission(
        MANAGER | COACHEE, own_only=True, audit_action="feedback opened", requires_verification=True
    ),
    ("PUT", API + "/sessions/{session_id}/feedback"): Permission(
        COACHEE, own_only=True, requires_verification=True
    ),
}
