"""A person's own pages behind their secret link: their sessions, and their answers."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from api.calendar.wording import file_name
from api.consent import service as consent
from api.consent.texts import consent_texts
from api.cycles.rows import Side
from api.http import urls as addresses
from api.http.authentication import ServicesDep, ViewerDep
from api.http.principal import AccessRole
from api.invitations import outbox as messages
from api.session_reports import service as statements
from api.sessions import replies, schedule
from api.sessions.presenters import feedback_text, own_line, record_text
from api.sessions.replies import ReplyInput
from api.web.rendering import Typed, deployment_of, go_on, page, taken

PERSON = APIRouter(prefix="/p/{link}", include_in_schema=False)


@PERSON.get("")
def my_sessions(link: str, request: Request, services: ServicesDep, viewer: ViewerDep) -> Response:
    """All sessions of the person, with what waits for them on top."""
    with services.database.reading() as tx:
        mine = schedule.person_page(tx, viewer.person_id or "")
        texts = consent_texts(services.settings.consent_texts)
        told = consent.consent_page(tx, texts, mine.person.id).accepted_at is not None
    deployment = deployment_of(request)
    lines = [
        own_line(
            session,
            mine.person.side,
            addresses.person_session(link, session.id),
            deployment,
            services.now(),
        )
        for session in mine.sessions
    ]
    return page(
        request,
        "sessions/person_sessions.html",
        home=addresses.person(link),
        name=mine.person.name,
        told=told,
        lines=lines,
        parts=[
            ("Coming", [line for line in lines if not line.over]),
            ("Earlier", [line for line in lines if line.over]),
        ],
        waiting=sum(line.open and not line.answered for line in lines),
        due=[line for line in lines if line.due],
        due_heading="Session notes to write"
        if mine.person.side is Side.COACH
        else "How was it? Feedback takes two minutes",
    )


@PERSON.post("/accept-all")
def accept_all(link: str, services: ServicesDep, viewer: ViewerDep) -> Response:
    """Accept every session that waits for an answer."""
    with services.database.writing() as tx:
        replies.accept_waiting(tx, viewer, now=services.now())
    return go_on(addresses.person(link))


@PERSON.get("/sessions/{session_id}")
def my_session(
    link: str, session_id: str, request: Request, services: ServicesDep, viewer: ViewerDep
) -> Response:
    """One session: when, with whom, the answer, and what was said of it."""
    with services.database.reading() as tx:
        session = schedule.session_view(tx, viewer, session_id)
        said = statements.said_of(tx, services.keyring, viewer, session_id)
    deployment = deployment_of(request)
    zone = ZoneInfo(session.timezone)
    coach = viewer.role is AccessRole.COACH
    line = own_line(
        session,
        Side.COACH if coach else Side.COACHEE,
        addresses.person_session(link, session_id),
        deployment,
        services.now(),
    )
    return page(
        request,
        "sessions/person_session.html",
        home=addresses.person(link),
        line=line,
        is_coach=coach,
        record=said.record and record_text(said.record, zone),
        note=said.note,
        note_closed=said.note_closed,
        feedback=said.feedback and feedback_text(said.feedback, zone),
        footnotes=deployment.footnotes([line.other.country]),
    )


@PERSON.post("/sessions/{session_id}/reply")
def answer(
    link: str, session_id: str, typed: Typed, services: ServicesDep, viewer: ViewerDep
) -> Response:
    """Accept or decline."""
    with services.database.writing() as tx:
        schedule.own_session(tx, viewer, session_id)  # before anything is said of the form
        said = taken(ReplyInput, typed)
        replies.reply_to(tx, viewer, session_id, said, now=services.now())
    return go_on(addresses.person_session(link, session_id))


@PERSON.get("/sessions/{session_id}/invitation.ics")
def invitation(session_id: str, services: ServicesDep, viewer: ViewerDep) -> Response:
    """The session for the person's own calendar."""
    with services.database.reading() as tx:
        letter = messages.session_letter(tx, viewer, session_id, None)
    name = file_name(letter.message.invitation, ".ics")
    return Response(
        messages.as_ics(letter, services.settings.deployment),
        media_type=f"text/calendar; method={letter.message.method}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
