"""The page where a person with a secret link asks for another time or answers a proposal."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from api.http import urls
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import PERSON, Permission, Permissions
from api.http.principal import AccessRole
from api.participants.rows import Side
from api.rescheduling import decisions, facts
from api.rescheduling.presenters import proposal_line, slot_weeks
from api.rescheduling.session_times import read_session_times
from api.rescheduling.slot_form import SlotForm
from api.sessions.presenters import own_session_line
from api.values import Identifier
from api.web.rendering import FormFields, parse_form, redirect_after_post, render_page
from coach.feedback import LongText

ANOTHER_TIME_PAGES = APIRouter(
    prefix="/p/{link}/sessions/{session_id}/another-time", include_in_schema=False
)


class ProposalForm(BaseModel):
    """A decision about a proposal; the office can give a reason."""

    proposal: Identifier
    decision: decisions.Decision
    reason: LongText = ""


@ANOTHER_TIME_PAGES.get("")
def show_another_time(
    link: str, session_id: str, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Show the free times for a session, and the proposals to move it. This changes nothing."""
    page = read_session_times(services, principal, session_id)
    zone = ZoneInfo(page.session.timezone)
    side = Side.COACH if principal.role is AccessRole.COACH else Side.COACHEE
    address = urls.person_session(link, session_id)
    lines = [proposal_line(one, page.length, zone, side) for one in page.proposals]
    line = own_session_line(page.session, side, address, services.now())
    proposed = {one.time.start for one in page.proposals if one.is_open}
    slots = [slot for slot in page.slots if slot.start not in proposed]
    return render_page(
        request,
        "rescheduling/another_time.html",
        home=urls.person(link),
        here=urls.person_session_another_time(link, session_id),
        line=line,
        can_move=page.can_move,
        slots=slot_weeks(slots, page.session.start, page.length, zone),
        open_proposal=next((one for one in lines if one.is_open), None),
        closed=[one for one in lines if not one.is_open],
        office_decides=page.office_decides,
        cutoff=facts.HOURS(count=page.cutoff_hours),
        territories=[line.other.country],
    )


@ANOTHER_TIME_PAGES.post("")
def propose(
    link: str,
    session_id: str,
    form_fields: FormFields,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Propose one of the offered times."""
    form = parse_form(SlotForm, form_fields)
    decisions.propose_offered(services, principal, session_id, form.time)
    return _back(link, session_id)


@ANOTHER_TIME_PAGES.post("/decision")
def decide(
    link: str,
    session_id: str,
    form_fields: FormFields,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Confirm, refuse or withdraw a proposal."""
    form = parse_form(ProposalForm, form_fields)
    decisions.decide(services, principal, session_id, form.proposal, form.decision)
    return _back(link, session_id)


def _back(link: str, session_id: str) -> Response:
    return redirect_after_post(urls.person_session_another_time(link, session_id))


ROUTERS = (ANOTHER_TIME_PAGES,)
_PAGE = "/p/{link}/sessions/{session_id}/another-time"
PERMISSIONS: Permissions = {
    ("GET", _PAGE): Permission(PERSON, own_only=True),
    ("POST", _PAGE): Permission(PERSON, own_only=True),
    ("POST", _PAGE + "/decision"): Permission(PERSON, own_only=True),
}
