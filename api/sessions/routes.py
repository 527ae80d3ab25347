"""One session: its invitation, the replies, and what is said of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.accounts.routes import leave_note_key
from api.calendar.wording import file_name
from api.cycles.rows import Side
from api.http.authentication import ServicesDep, ViewerDep
from api.http.problem_details import documented
from api.http.urls import API
from api.invitations import outbox as messages
from api.session_reports import note_access as note_opening
from api.session_reports import service as statements
from api.sessions import replies, schedule
from api.sessions.replies import ReplyInput
from api.values import FeedbackView, NoteView, RecordView, SessionView
from coach.feedback import Feedback, Note, SharedRecord

SESSIONS = APIRouter(prefix=f"{API}/sessions", tags=["sessions"])
INVITATION = APIRouter(prefix=f"{API}/sessions", tags=["invitations"])
RECORDS = APIRouter(prefix=f"{API}/sessions", tags=["records and notes"])
FEEDBACK = APIRouter(prefix=f"{API}/sessions", tags=["feedback"])
ICS = "text/calendar"


@SESSIONS.get("/{session_id}", responses=documented(404))
def read_session(session_id: str, services: ServicesDep, viewer: ViewerDep) -> SessionView:
    """One session, its times in the zone of whoever asks."""
    with services.database.reading() as tx:
        return schedule.session_view(tx, viewer, session_id)


@SESSIONS.put("/{session_id}/reply", responses=documented(404, 409, 422))
def reply(
    session_id: str, answer: ReplyInput, services: ServicesDep, viewer: ViewerDep
) -> SessionView:
    """Accept or decline; another time that would do goes into the comment."""
    with services.database.writing() as tx:
        return replies.reply_to(tx, viewer, session_id, answer, now=services.now())


@INVITATION.get(
    "/{session_id}/invitation.ics",
    responses=documented(404) | {200: {"content": {ICS: {}}}},
    response_class=Response,
)
def invitation(
    session_id: str,
    services: ServicesDep,
    viewer: ViewerDep,
    side: Annotated[Side | None, Query(description="For managers: whose invitation.")] = None,
) -> Response:
    """The session as a calendar object: a request, or a cancellation where it was cancelled."""
    with services.database.reading() as tx:
        letter = messages.session_letter(tx, viewer, session_id, side)
    name = file_name(letter.message.invitation, ".ics")
    return Response(
        messages.as_ics(letter, services.settings.deployment),
        media_type=f"{ICS}; method={letter.message.method}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@RECORDS.get("/{session_id}/record", responses=documented(404))
def read_record(session_id: str, services: ServicesDep, viewer: ViewerDep) -> RecordView:
    """The shared record, for the session's two people and for managers."""
    with services.database.reading() as tx:
        return statements.record_of(tx, viewer, session_id)


@RECORDS.put("/{session_id}/record", responses=documented(404, 422))
def submit_record(
    session_id: str, record: SharedRecord, services: ServicesDep, viewer: ViewerDep
) -> RecordView:
    """Submit the shared record; a later one replaces it.

    `session_date` is the day you met; what is still to come can only be recorded as cancelled.
    """
    with services.database.writing() as tx:
        return statements.submit_record(tx, viewer, session_id, record, now=services.now())


@RECORDS.get("/{session_id}/note", responses=documented(404))
def read_note(session_id: str, services: ServicesDep, viewer: ViewerDep) -> NoteView:
    """Your own note, shown to you alone, on the devices where you have opened your notes."""
    with services.database.reading() as tx:
        return statements.note_of(tx, services.keyring, viewer, session_id)


@RECORDS.put("/{session_id}/note", responses=documented(404, 422))
def write_note(
    session_id: str, note: Note, services: ServicesDep, viewer: ViewerDep, response: Response
) -> NoteView:
    """Write your own note; a later one replaces it.

    The first one leaves a cookie by which your notes open on this device.
    """
    now = services.now()
    with services.database.writing() as tx:
        writer, key = note_opening.open_first(tx, viewer, now=now)
        view = statements.write_note(tx, services.keyring, writer, session_id, note, now=now)
    leave_note_key(response, services, viewer, key)
    return view


@FEEDBACK.get("/{session_id}/feedback", responses=documented(404))
def read_feedback(session_id: str, services: ServicesDep, viewer: ViewerDep) -> FeedbackView:
    """The feedback, for the coachee who gave it and for managers; never for the coach."""
    with services.database.reading() as tx:
        return statements.feedback_of(tx, viewer, session_id)


@FEEDBACK.put("/{session_id}/feedback", responses=documented(404, 409, 422))
def give_feedback(
    session_id: str, feedback: Feedback, services: ServicesDep, viewer: ViewerDep
) -> FeedbackView:
    """Give feedback; a later one replaces it.

    It is taken once the session has begun, or once its record says that it was held earlier.
    """
    with services.database.writing() as tx:
        return statements.give_feedback(tx, viewer, session_id, feedback, now=services.now())
