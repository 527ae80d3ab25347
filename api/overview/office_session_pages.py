"""The programme office's pages about published sessions."""

from __future__ import annotations

from http import HTTPStatus
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from api.coaching.curriculum.changes import read_curriculum
from api.http import urls
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.invitations.presenters import mail_context
from api.lists.listing import present_list
from api.lists.query import read_query
from api.overview import session_views
from api.session_reports import service as session_reports
from api.session_reports.clarifications import read_clarification
from api.session_reports.presenters import clarification_text, feedback_text, record_text
from api.sessions import service as sessions
from api.sessions.facts import session_name
from api.sessions.presenters import kept_reply_line, office_session_line
from api.sessions.session_list import SESSION_LIST
from api.web.date_formats import format_short_datetime
from api.web.rendering import render_page

SESSION_PAGES = APIRouter(include_in_schema=False)


@SESSION_PAGES.get("/cycles/{cycle_id}/sessions")
def show_sessions(cycle_id: str, request: Request, services: ServicesDep) -> Response:
    """Show one page of a cycle's published sessions with their replies."""
    query = read_query(request, SESSION_LIST)
    page = session_views.cycle_sessions(services, cycle_id, query)
    address = f"{urls.cycle(cycle_id)}/sessions"
    return render_page(
        request,
        "sessions/office_sessions.html",
        HTTPStatus.OK,
        cycle=page.cycle,
        **mail_context(page.mail, page.cycle.timezone, include_recipients=False),
        list=present_list(address, query, page.selected),
        lines=[office_session_line(session) for session in page.sessions],
        replies=page.replies,
        declined=[office_session_line(session) for session in page.declined],
        declined_count=page.declined_count,
        to_clarify=[
            (office_session_line(session), clarification_text(one))
            for session, one in page.to_clarify
        ],
        to_clarify_count=page.to_clarify_count,
        proposals=[
            (
                one,
                session_name(one.number),
                format_short_datetime(one.proposed, ZoneInfo(page.cycle.timezone)),
            )
            for one in page.proposals
        ],
    )


@SESSION_PAGES.get("/sessions/{session_id}")
def show_session(
    session_id: str, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Show one session with its replies, comments, shared record and feedback."""
    page = session_reports.read_session_with_reports(services, principal, session_id)
    to_clarify = read_clarification(services, session_id)
    session, reports, zone = page.session, page.reports, ZoneInfo(page.session.timezone)
    return render_page(
        request,
        "sessions/office_session.html",
        cycle=page.cycle,
        line=office_session_line(session),
        clarification=to_clarify and clarification_text(to_clarify),
        history=[
            kept_reply_line(kept, zone)
            for kept in sessions.read_reply_history(services, session_id)
        ],
        record=reports.record and record_text(reports.record, zone, read_curriculum(services)),
        feedback=reports.feedback and feedback_text(reports.feedback, zone),
        territories=[session.coachee.country, session.coach.country],
    )


ROUTERS = (SESSION_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/cycles/{cycle_id}/sessions"): Permission(
        MANAGER, audit_action="timetable opened", compressible=True
    ),
    ("GET", "/sessions/{session_id}"): Permission(
        MANAGER, own_only=True, audit_action="session opened"
    ),
}
