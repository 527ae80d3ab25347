"""Pages for publishing a plan and sending its messages, and calendar files of sessions."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import AwareDatetime, BaseModel

from api.http import urls
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import MANAGER, PERSON, Permission, Permissions
from api.http.principal import TokenScope
from api.invitations import dispatch
from api.invitations.files import session_calendar_file
from api.invitations.message_list import MESSAGE_LIST
from api.invitations.person_messages import read_messages_by_person
from api.invitations.presenters import mail_context, person_lines
from api.invitations.publish import publish_plan
from api.lists.listing import present_list
from api.lists.query import read_query
from api.web.rendering import redirect_after_post, render_page

PUBLISHING_PAGES = APIRouter(include_in_schema=False)
MESSAGE_PAGES = APIRouter(prefix="/cycles/{cycle_id}/messages", include_in_schema=False)
PERSON_INVITATIONS = APIRouter(prefix="/p/{link}", include_in_schema=False)


class CutoffForm(BaseModel):
    """A form that affects only the pending messages created up to `until`."""

    until: AwareDatetime


@PUBLISHING_PAGES.post("/plans/{plan_id}/publish")
def publish(
    plan_id: str, services: ServicesDep, version: Annotated[int | None, Form()] = None
) -> Response:
    """Publish a draft plan."""
    published = publish_plan(services, plan_id, version=version)
    return redirect_after_post(f"{urls.cycle(published.plan.cycle_id)}/sessions")


@MESSAGE_PAGES.get("")
def show_messages(cycle_id: str, request: Request, services: ServicesDep) -> Response:
    """Show a page of a cycle's introductions, invitations and cancellations, grouped by person."""
    query = read_query(request, MESSAGE_LIST)
    page = read_messages_by_person(services, cycle_id, query)
    return render_page(
        request,
        "invitations/messages.html",
        HTTPStatus.OK,
        cycle=page.cycle,
        **mail_context(page.mail, page.cycle.timezone, include_recipients=True),
        list=present_list(f"{urls.cycle(cycle_id)}/messages", query, page.selected),
        people=person_lines(page.people, page.cycle.timezone),
    )


@MESSAGE_PAGES.post("/sent")
def mark_sent(
    cycle_id: str, form: Annotated[CutoffForm, Form()], services: ServicesDep
) -> Response:
    """Record that the office has sent the messages that were pending when the page was shown."""
    dispatch.mark_sent(services, cycle_id, form.until)
    return _redirect_to_messages(cycle_id)


@MESSAGE_PAGES.post("/{mail_id}/sent")
def mark_sent_otherwise(cycle_id: str, mail_id: str, services: ServicesDep) -> Response:
    """Record that the office has sent a failed email another way."""
    dispatch.mark_sent_otherwise(services, cycle_id, mail_id)
    return _redirect_to_messages(cycle_id)


@MESSAGE_PAGES.post("/send")
def send_messages(
    cycle_id: str, form: Annotated[CutoffForm, Form()], services: ServicesDep
) -> Response:
    """Release the messages that were pending when the page was shown; this server sends them."""
    dispatch.release_messages(services, cycle_id, form.until)
    return _redirect_to_messages(cycle_id)


@MESSAGE_PAGES.post("/retry")
def retry_failed_mails(cycle_id: str, services: ServicesDep) -> Response:
    """Retry the failed emails."""
    dispatch.retry_failed(services, cycle_id)
    return _redirect_to_messages(cycle_id)


@PERSON_INVITATIONS.get("/sessions/{session_id}/invitation.ics")
def download_invitation(
    session_id: str, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Download a session as a calendar file."""
    file = session_calendar_file(services, principal, session_id)
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return Response(file.content, media_type=file.media_type, headers=headers)


def _redirect_to_messages(cycle_id: str) -> Response:
    return redirect_after_post(f"{urls.cycle(cycle_id)}/messages")


ROUTERS = (PUBLISHING_PAGES, MESSAGE_PAGES, PERSON_INVITATIONS)
PERMISSIONS: Permissions = {
    ("POST", "/plans/{plan_id}/publish"): Permission(MANAGER, scope=TokenScope.PEOPLE),
    ("GET", "/cycles/{cycle_id}/messages"): Permission(
        MANAGER, audit_action="messages opened", compressible=True
    ),
    ("POST", "/cycles/{cycle_id}/messages/sent"): Permission(MANAGER, scope=TokenScope.PEOPLE),
    ("POST", "/cycles/{cycle_id}/messages/{mail_id}/sent"): Permission(
        MANAGER, scope=TokenScope.PEOPLE
    ),
    ("POST", "/cycles/{cycle_id}/messages/send"): Permission(
        MANAGER, scope=TokenScope.PEOPLE, requires_recent_authentication=True
    ),
    ("POST", "/cycles/{cycle_id}/messages/retry"): Permission(
        MANAGER, scope=TokenScope.PEOPLE, requires_recent_authentication=True
    ),
    ("GET", "/p/{link}/sessions/{session_id}/invitation.ics"): Permission(PERSON, own_only=True),
}
