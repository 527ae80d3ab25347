"""The programme office's pages about published sessions: replies, records, feedback, messages."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, Response
from pydantic import AwareDatetime, BaseModel

from api.calendar.wording import invitation_file_name
from api.cycles import service as cycles
from api.http import urls as addresses
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import MANAGER, PERSON, Permission, Permissions
from api.invitations import dispatch as waiting_mail
from api.invitations import outbox as messages
from api.invitations import publish
from api.mail import delivery as posting
from api.mail.presenters import mail_context
from api.reminders import service as reminding
from api.reminders.service import ReminderSwitch
from api.session_reports import service as statements
from api.session_reports.presenters import feedback_text, record_text
from api.sessions import schedule
from api.sessions.presenters import ReplyCounts, office_session_line
from api.web.date_formats import format_short_datetime
from api.web.rendering import deployment_of, redirect_after_post, render_page

SESSION_PAGES = APIRouter(include_in_schema=False)
PERSON_INVITATIONS = APIRouter(prefix="/p/{link}", include_in_schema=False)


class SentForm(BaseModel):
    """Which messages are meant: all that wait and were written up to that moment."""

    until: AwareDatetime


@SESSION_PAGES.get("/cycles/{cycle_id}/sessions")
def show_sessions(cycle_id: str, request: Request, services: ServicesDep) -> Response:
    """Every published session with its replies, in order of time."""
    with services.database.reading() as tx:
        cycle = cycles.cycle_header(tx, cycle_id)
        listed = schedule.cycle_schedule(tx, cycle_id)
        mails = mail_context(tx, services, cycle, include_recipients=False)
    lines = [office_session_line(session) for session in listed]
    return render_page(
        request,
        "sessions/office_sessions.html",
        HTTPStatus.OK,
        cycle=cycle,
        lines=lines,
        **mails,
        replies=ReplyCounts.of(listed),
        declined=[line for line in lines if line.declined],
    )


@SESSION_PAGES.get("/sessions/{session_id}")
def show_session(
    session_id: str, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """One session: the replies with their messages, the shared record and the feedback."""
    with services.database.reading() as tx:
        session = schedule.session_details(tx, principal, session_id)
        reports = statements.find_reports(tx, services.keyring, principal, session_id)
        cycle = cycles.cycle_header(tx, session.cycle_id)
    zone = ZoneInfo(session.timezone)
    return render_page(
        request,
        "sessions/office_session.html",
        cycle=cycle,
        line=office_session_line(session),
        record=reports.record and record_text(reports.record, zone),
        feedback=reports.feedback and feedback_text(reports.feedback, zone),
        footnotes=deployment_of(request).footnotes(
            [session.coachee.country, session.coach.country]
        ),
    )


@SESSION_PAGES.get("/cycles/{cycle_id}/messages")
def show_messages(cycle_id: str, request: Request, services: ServicesDep) -> Response:
    """The invitations and cancellations that publishing has written."""
    with services.database.reading() as tx:
        cycle = cycles.cycle_header(tx, cycle_id)
        listed = messages.outbox(tx, cycle_id)
        mails = mail_context(tx, services, cycle, include_recipients=True)
    zone = ZoneInfo(cycle.timezone)
    return render_page(
        request,
        "invitations/messages.html",
        HTTPStatus.OK,
        cycle=cycle,
        **mails,
        messages=[
            (each, format_short_datetime(each.start, zone), f"{addresses.API}/outbox/{each.id}.eml")
            for each in listed
        ],
    )


@SESSION_PAGES.post("/cycles/{cycle_id}/messages/sent")
def mark_sent(cycle_id: str, form: Annotated[SentForm, Form()], services: ServicesDep) -> Response:
    """Note that the messages which were waiting have been sent."""
    with services.database.writing() as tx:
        now, sends = services.now(), services.settings.mail.enabled
        waiting_mail.mark_sent(tx, cycle_id, form.until, now=now, sends=sends)
    return redirect_after_post(f"{addresses.cycle(cycle_id)}/messages")


@SESSION_PAGES.post("/cycles/{cycle_id}/messages/{mail_id}/sent")
def mark_sent_otherwise(cycle_id: str, mail_id: str, services: ServicesDep) -> Response:
    """Note that one mail which could not be delivered has been sent in another way."""
    with services.database.writing() as tx:
        posting.mark_sent_otherwise(tx, cycle_id, mail_id, now=services.now())
    return redirect_after_post(f"{addresses.cycle(cycle_id)}/messages")


@SESSION_PAGES.post("/cycles/{cycle_id}/messages/send")
def send_messages(
    cycle_id: str, form: Annotated[SentForm, Form()], services: ServicesDep
) -> Response:
    """Have this server send the messages which are waiting."""
    posting.require_mail_enabled(sends=services.settings.mail.enabled)
    with services.database.writing() as tx:
        posting.release_messages(tx, services.enqueue, cycle_id, form.until, now=services.now())
    return redirect_after_post(f"{addresses.cycle(cycle_id)}/messages")


@SESSION_PAGES.post("/cycles/{cycle_id}/messages/retry")
def retry_failed_mails(cycle_id: str, services: ServicesDep) -> Response:
    """Have the mails tried again that could not be delivered."""
    posting.require_mail_enabled(sends=services.settings.mail.enabled)
    with services.database.writing() as tx:
        posting.retry_failed(tx, services.enqueue, cycle_id, now=services.now())
    return redirect_after_post(f"{addresses.cycle(cycle_id)}/messages")


@SESSION_PAGES.post("/cycles/{cycle_id}/reminders")
def switch_reminders(
    cycle_id: str, form: Annotated[ReminderSwitch, Form()], services: ServicesDep
) -> Response:
    """Switch reminders off for this cycle alone, or on again."""
    with services.database.writing() as tx:
        reminding.switch_reminders(tx, cycle_id, form, now=services.now())
    return redirect_after_post(f"{addresses.cycle(cycle_id)}#reminders")


@SESSION_PAGES.post("/plans/{plan_id}/publish")
def publish_plan(plan_id: str, services: ServicesDep) -> Response:
    """Publish a draft plan."""
    published = publish.publish_plan(services, plan_id)
    return redirect_after_post(f"{addresses.cycle(published.plan.cycle_id)}/sessions")


@PERSON_INVITATIONS.get("/sessions/{session_id}/invitation.ics")
def invitation(session_id: str, services: ServicesDep, principal: PrincipalDep) -> Response:
    """The session for the person's own calendar."""
    with services.database.reading() as tx:
        outgoing_invitation = messages.session_invitation(tx, principal, session_id, None)
    name = invitation_file_name(outgoing_invitation.message.invitation, ".ics")
    return Response(
        messages.render_ics(outgoing_invitation, services.settings.deployment),
        media_type=f"text/calendar; method={outgoing_invitation.message.method}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


ROUTERS = (SESSION_PAGES, PERSON_INVITATIONS)
PERMISSIONS: Permissions = {
    ("POST", "/plans/{plan_id}/publish"): Permission(MANAGER),
    ("GET", "/p/{link}/sessions/{session_id}/invitation.ics"): Permission(PERSON, own_only=True),
    ("GET", "/cycles/{cycle_id}/sessions"): Permission(MANAGER, audit_action="timetable opened"),
    ("GET", "/sessions/{session_id}"): Permission(
        MANAGER, own_only=True, audit_action="session opened"
    ),
    ("GET", "/cycles/{cycle_id}/messages"): Permission(MANAGER, audit_action="messages opened"),
    ("POST", "/cycles/{cycle_id}/messages/sent"): Permission(MANAGER),
    ("POST", "/cycles/{cycle_id}/messages/{mail_id}/sent"): Permission(MANAGER),
    ("POST", "/cycles/{cycle_id}/messages/send"): Permission(
        MANAGER, requires_recent_authentication=True
    ),
    ("POST", "/cycles/{cycle_id}/messages/retry"): Permission(
        MANAGER, requires_recent_authentication=True
    ),
    ("POST", "/cycles/{cycle_id}/reminders"): Permission(MANAGER),
}
