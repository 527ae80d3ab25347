"""Pages opened with a secret link: all of a person's sessions, and one session."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from api.coaching.curriculum.changes import read_curriculum
from api.coaching.curriculum.plan_presenters import agenda_lines
from api.coaching.curriculum.planning import read_agenda
from api.coaching.curriculum.presenters import text_of
from api.group_events.presenters import own_event_line
from api.http import urls
from api.http.dependencies import PrincipalDep, ServicesDep, services_for
from api.http.permissions import PERSON, Permission, Permissions
from api.http.principal import AccessRole, Verification
from api.overview import facts
from api.overview.page_contents import read_notices, read_person_home
from api.participants.rows import Side
from api.session_reports import service as session_reports
from api.session_reports.device_keys import remember_version
from api.session_reports.presenters import feedback_text, record_text
from api.sessions.presenters import OwnSessionLine, own_session_line
from api.sessions.session_details import SessionDetails
from api.web.rendering import render_page

PERSON_PAGES = APIRouter(prefix="/p/{link}", include_in_schema=False)
_DUE_HEADINGS = {
    Side.COACH: facts.NOTES_TO_WRITE(),
    Side.COACHEE: facts.FEEDBACK_TO_GIVE(),
}


@PERSON_PAGES.get("")
def my_sessions(
    link: str, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Show all of a person's sessions, starting with sessions that need a reply or a report."""
    home = read_person_home(services, principal)
    person = home.schedule.person
    lines = [_line(request, link, session, person.side) for session in home.schedule.sessions]
    return render_page(
        request,
        "sessions/person_sessions.html",
        home=urls.person(link),
        name=person.name,
        terms_accepted=home.terms_accepted,
        lines=lines,
        notices={
            urls.person_session(link, session): notice for session, notice in home.notices.items()
        },
        parts=[
            (facts.UPCOMING(), [line for line in lines if not line.over]),
            (facts.PAST(), [line for line in lines if line.over]),
        ],
        events=[
            own_event_line(one, urls.person_event(link, one.id), services.now())
            for one in home.events
        ],
        follow_ups=home.follow_ups_due and urls.person_follow_ups(link),
        waiting=sum(line.can_reply and not line.answered for line in lines),
        due=[line for line in lines if line.due],
        due_heading=_DUE_HEADINGS[person.side],
        questions=[
            (
                f"{urls.person_pair(link, one.other_id)}/questions/{one.occasion.value}",
                text_of(one.instrument.title),
                one.other,
            )
            for one in home.questions
        ],
        is_coachee=principal.role is AccessRole.COACHEE,
        is_protected=principal.verification is not Verification.LINK,
    )


@PERSON_PAGES.get("/sessions/{session_id}")
def my_session(
    link: str, session_id: str, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Show one session with the other participant, the reply and the reports."""
    found = session_reports.read_session_with_reports(services, principal, session_id)
    session, reports = found.session, found.reports
    zone, is_coach = ZoneInfo(session.timezone), principal.role is AccessRole.COACH
    line = _line(request, link, session, Side.COACH if is_coach else Side.COACHEE)
    note = reports.note
    response = render_page(
        request,
        "sessions/person_session.html",
        home=urls.person(link),
        line=line,
        notice=read_notices(services, principal).get(session_id),
        is_coach=is_coach,
        agenda=agenda_lines(read_agenda(services, session)) if principal.is_verified else (),
        modules_page=urls.person_session_modules(link, session_id),
        record=reports.record and record_text(reports.record, zone, read_curriculum(services)),
        note=note and note.view,
        note_locked=reports.note_locked,
        note_problem=reports.note_problem and reports.note_problem.shown,
        restored_to=note and note.restored_to,
        feedback=reports.feedback and feedback_text(reports.feedback, zone),
        territories=[line.other.country],
        verify=None if principal.is_verified else urls.person_verify(link, line.address),
    )
    if note is not None:
        remember_version(response, services, principal, note.notebook_version)
    return response


def _line(request: Request, link: str, session: SessionDetails, side: Side) -> OwnSessionLine:
    now = services_for(request).now()
    url = urls.person_session(link, session.id)
    return own_session_line(session, side, url, now)


ROUTERS = (PERSON_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/p/{link}"): Permission(PERSON, own_only=True),
    ("GET", "/p/{link}/sessions/{session_id}"): Permission(PERSON, own_only=True),
}
