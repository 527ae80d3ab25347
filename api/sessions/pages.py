"""Forms behind a person's secret link: accepting and declining sessions."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.http import urls as addresses
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import PERSON, Permission, Permissions
from api.sessions import replies, schedule
from api.sessions.replies import ReplyInput
from api.web.rendering import FormFields, parse_form, redirect_after_post

REPLY_PAGES = APIRouter(prefix="/p/{link}", include_in_schema=False)


@REPLY_PAGES.post("/accept-all")
def accept_all(link: str, services: ServicesDep, principal: PrincipalDep) -> Response:
    """Accept every session that waits for an answer."""
    with services.database.writing() as tx:
        replies.accept_pending(tx, principal, now=services.now())
    return redirect_after_post(addresses.person(link))


@REPLY_PAGES.post("/sessions/{session_id}/reply")
def reply_to_session(
    link: str,
    session_id: str,
    form_fields: FormFields,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Accept or decline."""
    with services.database.writing() as tx:
        schedule.own_session(tx, principal, session_id)  # before anything is said of the form
        submitted = parse_form(ReplyInput, form_fields)
        replies.submit_reply(tx, principal, session_id, submitted, now=services.now())
    return redirect_after_post(addresses.person_session(link, session_id))


ROUTERS = (REPLY_PAGES,)
PERMISSIONS: Permissions = {
    ("POST", "/p/{link}/accept-all"): Permission(PERSON, own_only=True),
    ("POST", "/p/{link}/sessions/{session_id}/reply"): Permission(PERSON, own_only=True),
}
