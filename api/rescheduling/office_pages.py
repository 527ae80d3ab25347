"""The office's page for changing one session: move, cancel, details, and open proposals."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from pydantic import field_validator

from api.cycles.service import CycleHeader
from api.http import urls
from api.http.dependencies import PrincipalDep, ServicesDep, principal_of, services_for
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.invitations.presenters import mail_context
from api.rescheduling import decisions, facts, office
from api.rescheduling.moving import OutsideRulesError
from api.rescheduling.office import DetailsInput, MoveInput
from api.rescheduling.pages import ProposalForm
from api.rescheduling.presenters import MODES, proposal_line, slot_weeks
from api.rescheduling.session_times import read_office_session_times
from api.rescheduling.slot_form import SlotForm, TypedTimeForm
from api.sessions.presenters import office_session_line
from api.web.date_formats import format_short_datetime
from api.web.rendering import (
    FormFields,
    parse_form,
    redirect_after_post,
    render_page,
    validate_form,
)
from coach.errors import ConflictError, InvalidValueError
from coach.texts.facts import Displayed

CHANGE_PAGES = APIRouter(prefix="/sessions/{session_id}/change", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Entered:
    """The submitted values, and their faults.

    Attributes:
        fields: the submitted fields.
        faults: messages about the form for typing a time, keyed by field.
        problems: why the time is outside the rules and therefore requires a reason.
        proposal: the id of the proposal with this time; empty if the time was typed.
    """

    fields: dict[str, str] = field(default_factory=dict)
    faults: dict[str, Displayed] = field(default_factory=dict)
    problems: tuple[Displayed, ...] = ()
    proposal: str = ""


class DetailsForm(DetailsInput):
    """The details of a session, from a form in which an empty `mode` means `None`."""

    @field_validator("mode", mode="before")
    @classmethod
    def _allow_none(cls, value: object) -> object:
        return value or None


@CHANGE_PAGES.get("")
def show_change(session_id: str, request: Request) -> Response:
    """Show the ways to change a session."""
    return _render(request, session_id, Entered())


def _render(request: Request, session_id: str, entered: Entered) -> Response:
    services = services_for(request)
    page = read_office_session_times(services, principal_of(request), session_id)
    times, zone = page.times, ZoneInfo(page.times.session.timezone)
    lines = [proposal_line(one, times.length, zone, None) for one in times.proposals]
    has_faults = bool(entered.faults or entered.problems)
    return render_page(
        request,
        "rescheduling/change.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if has_faults else HTTPStatus.OK,
        **mail_context(page.mail, page.cycle.timezone, include_recipients=False),
        cycle=page.cycle,
        session=times.session,
        line=office_session_line(times.session),
        here=urls.session_change(session_id),
        can_move=times.can_move,
        slots=slot_weeks(times.slots, times.session.start, times.length, zone),
        proposals=[one for one in lines if one.is_open],
        closed=[one for one in lines if not one.is_open],
        modes=MODES,
        details=page.details.model_dump(mode="json") | {"mode": page.details.mode or ""},
        exceptions=[
            {"when": format_short_datetime(one.start, zone), "reason": one.reason}
            for one in page.exceptions
        ],
        entered=entered,
        fields=dict.fromkeys(("day", "clock", "reason"), "") | entered.fields,
        territories=[times.session.coachee.country, times.session.coach.country],
    )


@CHANGE_PAGES.post("/slot")
def move_to_slot(
    session_id: str, form_fields: FormFields, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Move a session to one of the free times."""
    time = parse_form(SlotForm, form_fields).time
    move = MoveInput(start=time.start, moves=time.moves)
    try:
        office.move_session(services, principal, session_id, move)
    except OutsideRulesError as error:  # the time was free when the page was opened
        raise ConflictError(facts.NO_LONGER_FREE()) from error
    return _back(session_id)


@CHANGE_PAGES.post("/time")
def move_to_typed_time(
    session_id: str,
    request: Request,
    form_fields: FormFields,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Move a session to a typed time; a time outside the rules requires a reason."""
    form, faults = validate_form(TypedTimeForm, form_fields, "day")
    if form is None:
        return _render(request, session_id, Entered(form_fields, faults))
    zone = ZoneInfo(_cycle_of(request, session_id).timezone)
    try:
        move = MoveInput(start=form.start(zone), reason=form.reason)
        office.move_session(services, principal, session_id, move)
    except InvalidValueError as error:
        return _render(request, session_id, Entered(form_fields, {"clock": error.shown}))
    except OutsideRulesError as error:
        return _render(request, session_id, Entered(form_fields, problems=error.problems))
    except ConflictError as error:
        return _render(request, session_id, Entered(form_fields, {"clock": error.shown}))
    return _back(session_id)


@CHANGE_PAGES.post("/cancel")
def cancel(session_id: str, services: ServicesDep, principal: PrincipalDep) -> Response:
    """Cancel a session."""
    office.cancel_session(services, principal, session_id)
    return _back(session_id)


@CHANGE_PAGES.post("/details")
def set_details(
    session_id: str, form_fields: FormFields, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Set the mode, place, link and topic of a session, or of all its pair's upcoming sessions."""
    details = parse_form(DetailsForm, form_fields)
    office.set_details(services, principal, session_id, details)
    return _back(session_id)


@CHANGE_PAGES.post("/decision")
def decide(
    session_id: str,
    request: Request,
    form_fields: FormFields,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Confirm or refuse a proposal; a time outside the rules requires a reason."""
    form = parse_form(ProposalForm, form_fields)
    try:
        decisions.decide(
            services, principal, session_id, form.proposal, form.decision, reason=form.reason
        )
    except OutsideRulesError as error:
        entered = Entered(form_fields, problems=error.problems, proposal=form.proposal)
        return _render(request, session_id, entered)
    return _back(session_id)


def _cycle_of(request: Request, session_id: str) -> CycleHeader:
    return read_office_session_times(services_for(request), principal_of(request), session_id).cycle


def _back(session_id: str) -> Response:
    return redirect_after_post(urls.session_change(session_id))


ROUTERS = (CHANGE_PAGES,)
_PAGE = "/sessions/{session_id}/change"
PERMISSIONS: Permissions = {
    ("GET", _PAGE): Permission(MANAGER, own_only=True, audit_action="free times opened"),
    **{
        ("POST", f"{_PAGE}/{act}"): Permission(MANAGER, scope=TokenScope.PEOPLE)
        for act in ("slot", "time", "cancel", "details", "decision")
    },
}
