"""The page on which an aide asks for another time for a coachee, or answers a proposal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from api.aides import another_time
from api.aides.another_time import AideProposal
from api.http import urls
from api.http.dependencies import principal_of, services_for
from api.http.permissions import AIDE, Permission, Permissions
from api.rescheduling import facts
from api.rescheduling.decisions import Decision
from api.rescheduling.presenters import STATE, moves_of, slot_weeks
from api.rescheduling.slot_form import SlotForm
from api.values import Identifier
from api.web.date_formats import format_datetime_range
from api.web.labels import Badge
from api.web.rendering import FormFields, parse_form, redirect_after_post, render_page
from coach.errors import ConflictError, UnusableInputError
from coach.texts.facts import Displayed, Fact

AIDE_ANOTHER_TIME_PAGES = APIRouter(
    prefix="/aide/{link}/times/{session_id}/another-time", include_in_schema=False
)


class DecisionForm(BaseModel):
    """An aide's decision about a proposal."""

    proposal: Identifier
    decision: Decision


@dataclass(frozen=True, slots=True)
class AideProposalLine:
    """A proposal as shown to an aide; `own` is true if it was made by or for the coachee."""

    id: str
    own: bool
    needs_office: bool
    when: Displayed
    moves: tuple[Fact, ...]
    state: Badge


@AIDE_ANOTHER_TIME_PAGES.get("")
def show_another_time(link: str, session_id: str, request: Request) -> Response:
    """Show the free times, and the proposals. Opening the page changes nothing."""
    return _render(link, session_id, request)


@AIDE_ANOTHER_TIME_PAGES.post("")
def propose(
    link: str,
    session_id: str,
    form_fields: FormFields,
    request: Request,
) -> Response:
    """Propose one of the offered times."""
    try:
        time = parse_form(SlotForm, form_fields).time
        another_time.propose(services_for(request), principal_of(request), session_id, time)
    except UnusableInputError:
        return _render(link, session_id, request, facts.NOT_OFFERED())
    except ConflictError as error:
        return _render(link, session_id, request, error.shown)
    return redirect_after_post(urls.aide_another_time(link, session_id))


@AIDE_ANOTHER_TIME_PAGES.post("/decision")
def decide(
    link: str,
    session_id: str,
    form_fields: FormFields,
    request: Request,
) -> Response:
    """Confirm, refuse or withdraw a proposal."""
    form = parse_form(DecisionForm, form_fields)
    services, principal = services_for(request), principal_of(request)
    try:
        another_time.decide(services, principal, session_id, form.proposal, form.decision)
    except ConflictError as error:
        return _render(link, session_id, request, error.shown)
    return redirect_after_post(urls.aide_another_time(link, session_id))


def _render(
    link: str, session_id: str, request: Request, fault: Displayed | None = None
) -> Response:
    services, principal = services_for(request), principal_of(request)
    page = another_time.read_another_time(services, principal, session_id)
    zone = ZoneInfo(page.time.timezone)
    proposed = {one.time.start for one in page.proposals if one.is_open}
    slots = [slot for slot in page.slots if slot.start not in proposed]
    lines = [(one.is_open, _line(one, page.length, zone)) for one in page.proposals]
    return render_page(
        request,
        "aides/another_time.html",
        HTTPStatus.OK if fault is None else HTTPStatus.CONFLICT,
        home=urls.aide(link),
        here=urls.aide_another_time(link, session_id),
        time=page.time,
        when=format_datetime_range(page.time.start, page.time.end, zone),
        slots=slot_weeks(slots, page.time.start, page.length, zone),
        proposal=next((line for is_open, line in lines if is_open), None),
        closed=[line for is_open, line in lines if not is_open],
        office_decides=page.office_decides,
        cutoff=facts.HOURS(count=page.cutoff_hours),
        faults={} if fault is None else {"": fault},
    )


def _line(proposal: AideProposal, length: timedelta, zone: ZoneInfo) -> AideProposalLine:
    start = proposal.time.start
    return AideProposalLine(
        id=proposal.id,
        own=proposal.own,
        needs_office=proposal.needs_office,
        when=format_datetime_range(start, start + length, zone),
        moves=moves_of(proposal.time, zone),
        state=STATE[proposal.state],
    )


ROUTERS = (AIDE_ANOTHER_TIME_PAGES,)
_PAGE = "/aide/{link}/times/{session_id}/another-time"
PERMISSIONS: Permissions = {
    ("GET", _PAGE): Permission(AIDE, own_only=True),
    ("POST", _PAGE): Permission(AIDE, own_only=True),
    ("POST", _PAGE + "/decision"): Permission(AIDE, own_only=True),
}
