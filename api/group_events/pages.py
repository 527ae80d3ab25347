"""A person's pages about a group event, which the links in an invitation open.

Mail scanners open links. Opening a page therefore changes nothing; only its button does.
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.group_events import own
from api.group_events.presenters import own_event_line
from api.http import urls
from api.http.dependencies import PrincipalDep, ServicesDep, principal_of, services_for
from api.http.permissions import PERSON, Permission, Permissions
from api.sessions.replies import ReplyInput
from api.web.rendering import FormFields, parse_form, redirect_after_post, render_page
from coach.sessions import Reply

OWN_EVENT_PAGES = APIRouter(prefix="/p/{link}/events/{invitation_id}", include_in_schema=False)


@OWN_EVENT_PAGES.get("")
def show(link: str, invitation_id: str, request: Request) -> Response:
    """Show a group event, with the person's reply."""
    return _render(request, link, invitation_id, "")


@OWN_EVENT_PAGES.get("/accept")
def accept_page(link: str, invitation_id: str, request: Request) -> Response:
    """Show a group event with a button to accept it."""
    return _render(request, link, invitation_id, "accept")


@OWN_EVENT_PAGES.get("/decline")
def decline_page(link: str, invitation_id: str, request: Request) -> Response:
    """Show a group event with a button to decline it, and a field for a comment."""
    return _render(request, link, invitation_id, "decline")


@OWN_EVENT_PAGES.get("/another-time")
def another_time_page(link: str, invitation_id: str, request: Request) -> Response:
    """Explain that the office sets the time for everybody, and offer alternatives."""
    return _render(request, link, invitation_id, "another-time")


@OWN_EVENT_PAGES.get("/invitation.ics")
def calendar_file(invitation_id: str, services: ServicesDep, principal: PrincipalDep) -> Response:
    """Return the group event as a calendar file."""
    file = own.own_calendar_file(services, principal, invitation_id)
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return Response(file.content, media_type=file.media_type, headers=headers)


@OWN_EVENT_PAGES.post("/accept")
def accept(
    link: str, invitation_id: str, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Accept a group event."""
    own.reply_to_event(services, principal, invitation_id, ReplyInput(reply=Reply.ACCEPTED))
    return redirect_after_post(urls.person_event(link, invitation_id))


@OWN_EVENT_PAGES.post("/decline")
def decline(
    link: str,
    invitation_id: str,
    form_fields: FormFields,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Decline a group event, with an optional comment that the office reads."""
    reply = parse_form(ReplyInput, {**form_fields, "reply": Reply.DECLINED.value})
    own.reply_to_event(services, principal, invitation_id, reply)
    return redirect_after_post(urls.person_event(link, invitation_id))


def _render(request: Request, link: str, invitation_id: str, act: str) -> Response:
    services = services_for(request)
    event = own.read_own_event(services, principal_of(request), invitation_id)
    address = urls.person_event(link, invitation_id)
    return render_page(
        request,
        "group_events/own_event.html",
        home=urls.person(link),
        line=own_event_line(event, address, services.now()),
        act=act,
    )


_PAGE = "/p/{link}/events/{invitation_id}"
_OWN = Permission(PERSON, own_only=True)

ROUTERS = (OWN_EVENT_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", _PAGE): _OWN,
    ("GET", f"{_PAGE}/invitation.ics"): _OWN,
    ("GET", f"{_PAGE}/another-time"): _OWN,
    **{
        (method, f"{_PAGE}/{act}"): _OWN
        for act in ("accept", "decline")
        for method in ("GET", "POST")
    },
}
