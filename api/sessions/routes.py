"""A person's sessions, and one session: its invitation, the replies, and what is said of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.calendar.wording import invitation_file_name
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import COACH, COACHEE, MANAGER, PERSON, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.invitations import outbox as messages
from api.participants.rows import Side
from api.session_reports import feedback as feedback_reports
from api.session_reports import note_access as note_opening
from api.session_reports import notes, records
from api.session_reports.feedback import FeedbackView
from api.session_reports.notes import NoteView
from api.session_reports.records import RecordView
from api.session_reports.routes import set_note_key_cookie
from api.sessions import replies, schedule
from api.sessions.replies import ReplyInput
from api.sessions.schedule import PersonSchedule
from api.sessions.session_details import SessionDetails
from coach.feedback import Feedback, Note, SharedRecord

MY_SESSIONS = APIRouter(prefix=API, tags=["me"])
SESSIONS = APIRouter(prefix=f"{API}/sessions", tags=["sessions"])
INVITATION = APIRouter(prefix=f"{API}/sessions", tags=["invitations"])
RECORDS = APIRouter(prefix=f"{API}/sessions", tags=["records and notes"])
FEEDBACK = APIRouter(prefix=f"{API}/sessions", tags=["feedback"])
ICS = "text/calendar"


@MY_SESSIONS.get("/me/sessions", responses=problem_responses(404))
def my_sessions(services: ServicesDep, principal: PrincipalDep) -> PersonSchedule:
    """Your own sessions, in your time zone."""
    with services.database.reading() as tx:
        return schedule.person_schedule(tx, principal.person_id or "")


@SESSIONS.get("/{session_id}", responses=problem_responses(404))
def read_session(session_id: str, services: ServicesDep, principal: PrincipalDep) -> SessionDetails:
    """One session, its times in the zone of whoever asks."""
    with services.database.reading() as tx:
        return schedule.session_view(tx, principal, session_id)


@SESSIONS.put("/{session_id}/reply", responses=problem_responses(404, 409, 422))
def reply(
    session_id: str, answer: ReplyInput, services: ServicesDep, principal: PrincipalDep
) -> SessionDetails:
    """Accept or decline; another time that would do goes into the comment."""
    with services.database.writing() as tx:
        return replies.submit_reply(tx, principal, session_id, answer, now=services.now())


@INVITATION.get(
    "/{session_id}/invitation.ics",
    responses=problem_responses(404) | {200: {"content": {ICS: {}}}},
    response_class=Response,
)
def invitation(
    session_id: str,
    services: ServicesDep,
    principal: PrincipalDep,
    side: Annotated[Side | None, Query(description="For managers: whose invitation.")] = None,
) -> Response:
    """The session as a calendar object: a request, or a cancellation where it was cancelled."""
    with services.database.reading() as tx:
        outgoing_invitation = messages.session_invitation(tx, principal, session_id, side)
    name = invitation_file_name(outgoing_invitation.message.invitation, ".ics")
    return Response(
        messages.render_ics(outgoing_invitation, services.settings.deployment),
        media_type=f"{ICS}; method={outgoing_invitation.message.method}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


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


ROUTERS = (
    MY_SESSIONS,
    SESSIONS,
    INVITATION,
    RECORDS,
    FEEDBACK,
)
PERMISSIONS: Permissions = {
    ("GET", API + "/me/sessions"): Permission(PERSON),
    ("GET", API + "/sessions/{session_id}"): Permission(
        MANAGER | PERSON, own_only=True, audit_action="session opened"
    ),
    ("PUT", API + "/sessions/{session_id}/reply"): Permission(PERSON, own_only=True),
    ("GET", API + "/sessions/{session_id}/invitation.ics"): Permission(
        MANAGER | PERSON, own_only=True, audit_action="session opened"
    ),
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
