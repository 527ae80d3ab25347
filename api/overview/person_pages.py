"""The pages behind a person's secret link: all their sessions, and one with its reports."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from api.consent import service as consent
from api.consent.texts import consent_texts
from api.http import urls as addresses
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import PERSON, Permission, Permissions
from api.http.principal import AccessRole
from api.participants.rows import Side
from api.session_reports import service as statements
from api.session_reports.presenters import feedback_text, record_text
from api.sessions import schedule
from api.sessions.presenters import own_session_line
from api.web.rendering import (
    deployment_of,
    render_page,
)

PERSON_PAGES = APIRouter(prefix="/p/{link}", include_in_schema=False)


@PERSON_PAGES.get("")
def my_sessions(
    link: str, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """All sessions of the person, with what waits for them on top."""
    with services.database.reading() as tx:
        mine = schedule.person_schedule(tx, principal.person_id or "")
        texts = consent_texts(services.settings.consent_texts)
        terms_accepted = consent.consent_status(tx, texts, mine.person.id).accepted_at is not None
    deployment = deployment_of(request)
    lines = [
        own_session_line(
            session,
            mine.person.side,
            addresses.person_session(link, session.id),
            deployment,
            services.now(),
        )
        for session in mine.sessions
    ]
    return render_page(
        request,
        "sessions/person_sessions.html",
        home=addresses.person(link),
        name=mine.person.name,
        terms_accepted=terms_accepted,
        lines=lines,
        parts=[
            ("Coming", [line for line in lines if not line.over]),
            ("Earlier", [line for line in lines if line.over]),
        ],
        waiting=sum(line.can_reply and not line.answered for line in lines),
        due=[line for line in lines if line.due],
        due_heading="Session notes to write"
        if mine.person.side is Side.COACH
        else "How was it? Feedback takes two minutes",
    )


@PERSON_PAGES.get("/sessions/{session_id}")
def my_session(
    link: str, session_id: str, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """One session: when, with whom, the answer, and what was said of it."""
    with services.database.reading() as tx:
        session = schedule.session_view(tx, principal, session_id)
        submitted = statements.read_reports(tx, services.keyring, principal, session_id)
    deployment = deployment_of(request)
    zone = ZoneInfo(session.timezone)
    coach = principal.role is AccessRole.COACH
    line = own_session_line(
        session,
        Side.COACH if coach else Side.COACHEE,
        addresses.person_session(link, session_id),
        deployment,
        services.now(),
    )
    return render_page(
        request,
        "sessions/person_session.html",
        home=addresses.person(link),
        line=line,
        is_coach=coach,
        record=submitted.record and record_text(submitted.record, zone),
        note=submitted.note,
        note_closed=submitted.note_closed,
        feedback=submitted.feedback and feedback_text(submitted.feedback, zone),
        footnotes=deployment.footnotes([line.other.country]),
    )


ROUTERS = (PERSON_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/p/{link}"): Permission(PERSON, own_only=True),
    ("GET", "/p/{link}/sessions/{session_id}"): Permission(PERSON, own_only=True),
}
