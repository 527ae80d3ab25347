"""The page for emailed replies, on which the programme office decides on held emails."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from api.http import urls
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.replies import held
from api.replies.held import HeldDecision
from api.replies.presenters import incoming_line
from api.web.rendering import redirect_after_post, render_page

INCOMING_PAGES = APIRouter(include_in_schema=False)


@INCOMING_PAGES.get("/replies")
def show_incoming_mails(request: Request, services: ServicesDep) -> Response:
    """Show the held emails with reasons, and the latest other emails."""
    mails = held.read_incoming_mails(services)
    return render_page(
        request,
        "replies/incoming.html",
        held=[incoming_line(mail) for mail in mails.held],
        recent=[incoming_line(mail) for mail in mails.recent],
        enabled=services.settings.replies.enabled,
    )


@INCOMING_PAGES.post("/replies/{incoming_id}/decision")
def decide(
    incoming_id: str, form: Annotated[HeldDecision, Form()], services: ServicesDep
) -> Response:
    """Enter the reply in a held email, or ignore the email."""
    held.decide_held(services, incoming_id, form)
    return redirect_after_post(urls.REPLIES)


ROUTERS = (INCOMING_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/replies"): Permission(
        MANAGER, audit_action="incoming mails opened", audit_object="replies"
    ),
    ("POST", "/replies/{incoming_id}/decision"): Permission(MANAGER, scope=TokenScope.PEOPLE),
}
