"""Pages on which managers read emails before and after they are sent."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Query, Request, Response

from api.http import urls
from api.http.dependencies import ServicesDep
from api.http.middleware.security_headers import POLICY_WITH_FRAMES, SANDBOXED_FRAME
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.invitations import dispatch, reading
from api.invitations.message_list import STATE
from api.invitations.plan_preview import preview_plan
from api.invitations.presenters import about_message
from api.invitations.reading import SampleRecipient
from api.values import Identifier
from api.web.date_formats import format_local_datetime
from api.web.rendering import redirect_after_post, render_page

READING_PAGES = APIRouter(prefix="/cycles/{cycle_id}/messages", include_in_schema=False)
PREVIEW_PAGES = APIRouter(include_in_schema=False)


@READING_PAGES.get("/{mail_id}")
def read(cycle_id: str, mail_id: str, request: Request, services: ServicesDep) -> Response:
    """Show an email as its recipient sees it."""
    page = reading.read_mail(services, cycle_id, mail_id)
    answer = render_page(
        request,
        "invitations/message.html",
        HTTPStatus.OK,
        page=page,
        state=STATE[page.mail.state],
        ended=format_local_datetime(page.mail.ended_at, ZoneInfo(page.cycle.timezone)),
        base=f"{urls.cycle(cycle_id)}/messages/{page.id}",
        tested=request.query_params.get("tested"),
    )
    answer.headers["Content-Security-Policy"] = POLICY_WITH_FRAMES
    return answer


@READING_PAGES.get("/{mail_id}/html")
def read_html(cycle_id: str, mail_id: str, services: ServicesDep) -> Response:
    """Return the HTML part of an email, for a sandboxed frame."""
    html = reading.read_mail(services, cycle_id, mail_id).mail.html
    return Response(html, media_type="text/html; charset=utf-8", headers=SANDBOXED_FRAME)


@READING_PAGES.post("/{mail_id}/test")
def send_test(
    cycle_id: str,
    mail_id: str,
    form: Annotated[SampleRecipient, Form()],
    services: ServicesDep,
) -> Response:
    """Send an email to the manager's own address, as a test."""
    reading.send_test(services, cycle_id, mail_id, form)
    return redirect_after_post(f"{urls.cycle(cycle_id)}/messages/{mail_id}?tested=1")


@READING_PAGES.post("/{mail_id}/again")
def send_again(
    cycle_id: str,
    mail_id: str,
    services: ServicesDep,
    tries: Annotated[int | None, Form()] = None,
) -> Response:
    """Send one email again, unless it was sent again since the page with `tries` was shown."""
    dispatch.send_again(services, cycle_id, mail_id, seen_tries=tries)
    return redirect_after_post(f"{urls.cycle(cycle_id)}/messages")


@PREVIEW_PAGES.get("/plans/{plan_id}/messages")
def preview(
    plan_id: str,
    request: Request,
    services: ServicesDep,
    person: Annotated[Identifier, Query()] = "",
) -> Response:
    """Show the emails that publishing a draft plan would create."""
    page = preview_plan(services, plan_id, person)
    zone = ZoneInfo(page.cycle.timezone)
    return render_page(
        request,
        "invitations/plan_preview.html",
        HTTPStatus.OK,
        page=page,
        plan_id=plan_id,
        mails=[(each, about_message(each.line, zone)) for each in page.mails],
    )


ROUTERS = (READING_PAGES, PREVIEW_PAGES)
PERMISSIONS: Permissions = {
    ("GET", "/cycles/{cycle_id}/messages/{mail_id}"): Permission(
        MANAGER, audit_action="messages opened"
    ),
    ("GET", "/cycles/{cycle_id}/messages/{mail_id}/html"): Permission(
        MANAGER, audit_action="messages opened"
    ),
    ("POST", "/cycles/{cycle_id}/messages/{mail_id}/test"): Permission(
        MANAGER, scope=TokenScope.PEOPLE, requires_recent_authentication=True
    ),
    ("POST", "/cycles/{cycle_id}/messages/{mail_id}/again"): Permission(
        MANAGER, scope=TokenScope.PEOPLE, requires_recent_authentication=True
    ),
    ("GET", "/plans/{plan_id}/messages"): Permission(MANAGER, audit_action="messages opened"),
}
