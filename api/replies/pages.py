"""The pages that the links in an invitation open: accept and decline.

Mail scanners open links and run scripts. Opening a page therefore changes nothing, and its form is
submitted only by its button.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.http import urls
from api.http.dependencies import PrincipalDep, ServicesDep, principal_of, services_for
from api.http.permissions import PERSON, Permission, Permissions
from api.http.principal import AccessRole
from api.participants.rows import Side
from api.replies import facts
from api.sessions import service as sessions
from api.sessions.presenters import own_session_line
from api.sessions.replies import ReplyInput
from api.web.rendering import FormFields, parse_form, redirect_after_post, render_page
from coach.sessions import Reply
from coach.texts.facts import Fact

REPLY_PAGES = APIRouter(prefix="/p/{link}/sessions/{session_id}", include_in_schema=False)
_SIDES = {AccessRole.COACH: Side.COACH, AccessRole.COACHEE: Side.COACHEE}


@dataclass(frozen=True, slots=True)
class ReplyPage:
    """Renders a page with a form for replying to one session."""

    request: Request
    link: str
    session_id: str

    def render(self, template: str, title: Fact) -> Response:
        """Render the page for the caller.

        Raises:
            NotFoundError: there is no such session, or the caller may not see it.
        """
        services, principal = services_for(self.request), principal_of(self.request)
        session = sessions.read_session(services, principal, self.session_id)
        address = urls.person_session(self.link, self.session_id)
        line = own_session_line(session, _SIDES[principal.role], address, services.now())
        return render_page(
            self.request,
            template,
            home=urls.person(self.link),
            line=line,
            title=title,
            another_time=urls.person_session_another_time(self.link, self.session_id),
            territories=[line.other.country],
        )


ReplyPageDep = Annotated[ReplyPage, Depends()]


@REPLY_PAGES.get("/accept")
def accept_page(page: ReplyPageDep) -> Response:
    """Show a session with a button to accept it."""
    return page.render("replies/accept.html", facts.ACCEPT())


@REPLY_PAGES.post("/accept")
def accept(link: str, session_id: str, services: ServicesDep, principal: PrincipalDep) -> Response:
    """Accept a session."""
    sessions.submit_reply(services, principal, session_id, ReplyInput(reply=Reply.ACCEPTED))
    return redirect_after_post(urls.person_session(link, session_id))


@REPLY_PAGES.get("/decline")
def decline_page(page: ReplyPageDep) -> Response:
    """Show a session with a button to decline it, and a field for a comment."""
    return page.render("replies/decline.html", facts.DECLINE())


@REPLY_PAGES.post("/decline")
def decline(
    link: str,
    session_id: str,
    form_fields: FormFields,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Decline a session, and redirect to the page where another time can be chosen."""
    reply = parse_form(ReplyInput, {**form_fields, "reply": Reply.DECLINED.value})
    sessions.submit_reply(services, principal, session_id, reply)
    return redirect_after_post(urls.person_session_another_time(link, session_id))


ROUTERS = (REPLY_PAGES,)
PERMISSIONS: Permissions = {
    (method, f"/p/{{link}}/sessions/{{session_id}}/{page}"): Permission(PERSON, own_only=True)
    for page, methods in (
        ("accept", ("GET", "POST")),
        ("decline", ("GET", "POST")),
    )
    for method in methods
}
