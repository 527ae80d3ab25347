"""The programme office's pages about published sessions: replies, records, feedback, messages."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from api.http import addresses
from api.http.asking import ServicesDep, ViewerDep
from api.moments import short_moment_text
from api.pages.frame import deployment_of, page
from api.pages.lines import ReplyCounts, feedback_text, office_line, record_text
from api.workflows import cycles, messages, schedule, statements

FOLLOW_UP = APIRouter(include_in_schema=False)


@FOLLOW_UP.get("/cycles/{cycle_id}/sessions")
def all_sessions(cycle_id: str, request: Request, services: ServicesDep) -> Response:
    """Every published session with its replies, in order of time."""
    with services.database.reading() as tx:
        cycle = cycles.cycle_summary(tx, cycle_id)
        listed = schedule.cycle_schedule(tx, cycle_id)
    lines = [office_line(session) for session in listed]
    return page(
        request,
        "office/sessions.html",
        cycle=cycle,
        lines=lines,
        replies=ReplyCounts.of(listed),
        declined=[line for line in lines if line.declined],
    )


@FOLLOW_UP.get("/sessions/{session_id}")
def one_session(
    session_id: str, request: Request, services: ServicesDep, viewer: ViewerDep
) -> Response:
    """One session: the replies with their messages, the shared record and the feedback."""
    with services.database.reading() as tx:
        session = schedule.session_view(tx, viewer, session_id)
        said = statements.said_of(tx, services.keyring, viewer, session_id)
        cycle = cycles.cycle_summary(tx, session.cycle_id)
    zone = ZoneInfo(session.timezone)
    return page(
        request,
        "office/session.html",
        cycle=cycle,
        line=office_line(session),
        record=said.record and record_text(said.record, zone),
        feedback=said.feedback and feedback_text(said.feedback, zone),
        footnotes=deployment_of(request).footnotes(
            [session.coachee.country, session.coach.country]
        ),
    )


@FOLLOW_UP.get("/cycles/{cycle_id}/messages")
def all_messages(cycle_id: str, request: Request, services: ServicesDep) -> Response:
    """The invitations and cancellations that publishing has written."""
    with services.database.reading() as tx:
        cycle = cycles.cycle_summary(tx, cycle_id)
        listed = messages.outbox(tx, cycle_id)
    zone = ZoneInfo(cycle.timezone)
    return page(
        request,
        "office/messages.html",
        cycle=cycle,
        messages=[
            (each, short_moment_text(each.start, zone), f"{addresses.API}/outbox/{each.id}.eml")
            for each in listed
        ],
    )
