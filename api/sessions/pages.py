"""Form handlers for accepting and declining sessions through a person's secret link."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.http import urls
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import PERSON, Permission, Permissions
from api.sessions import service as sessions
from api.sessions.replies import ReplyInput
from api.web.rendering import FormFields, parse_form, redirect_after_post

REPLY_PAGES = APIRouter(prefix="/p/{link}", include_in_schema=False)


@REPLY_PAGES.post("/accept-all")
def accept_all(link: str, services: ServicesDep, principal: PrincipalDep) -> Response:
    """Accept all upcoming sessions to which the person has not replied."""
    sessions.accept_pending(services, principal)
    return redirect_after_post(urls.person(link))


@REPLY_PAGES.post("/sessions/{session_id}/reply")
def reply_to_session(
    link: str,
    session_id: str,
    form_fields: FormFields,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Accept or decline one session."""
    reply = parse_form(ReplyInput, form_fields)
    sessions.submit_reply(services, principal, session_id, reply)
    return redirect_after_post(urls.person_session(link, session_id))


ROUTERS = (REPLY_PAGES,)
PERMISSIONS: Permissions = {
    ("POST", "/p/{link}/accept-all"): Permission(PERSON, own_only=True),
    ("POST", "/p/{link}/sessions/{session_id}/reply"): Permission(PERSON, own_only=True),
}
