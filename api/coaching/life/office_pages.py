"""The office's pages for nominations, and for pairs that ended early."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from api.coaching.life import early_ends, facts, nominations
from api.coaching.life.early_ends import EarlyEndInput
from api.coaching.life.lists import (
    EARLY_END_ACCESS,
    EARLY_END_LIST,
    NOMINATION_ACCESS,
    NOMINATION_LIST,
)
from api.coaching.life.nominations import NominationInput
from api.coaching.life.presenters import (
    REASON_OPTIONS,
    WHOSE_OPTIONS,
    candidate_line,
    early_end_form,
)
from api.http import urls
from api.http.dependencies import ServicesDep, services_for
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.lists.listing import present_list
from api.lists.query import read_query
from api.lists.selection import select_rows
from api.web.rendering import FormFields, redirect_after_post, render_page, validate_form
from api.web.shown_forms import Refused, submitted
from coach.errors import ConflictError
from coach.texts.facts import Displayed

LIFE_PAGES = APIRouter(prefix="/cycles/{cycle_id}", include_in_schema=False)
_LETTER_FIELDS = ("nominated_by", "letter", "nominated_on")
_REASON_FIELDS = ("reason", "whose")


@LIFE_PAGES.get("/nominations")
def show_nominations(cycle_id: str, request: Request) -> Response:
    """Show a cycle's coachees with their nominations, and a form for recording a letter."""
    return _render_nominations(request, cycle_id)


@LIFE_PAGES.post("/nominations")
def nominate(
    cycle_id: str, form_fields: FormFields, request: Request, services: ServicesDep
) -> Response:
    """Record that a letter nominates the selected coachees."""
    fields = {name: form_fields.get(name, "") for name in _LETTER_FIELDS}
    chosen = form_fields.get("chosen", "").split()
    given, faults = validate_form(NominationInput, {**fields, "people": chosen}, "")
    if given is None:
        return _render_nominations(request, cycle_id, form_fields, faults)
    try:
        nominations.nominate(services, cycle_id, given)
    except ConflictError as error:
        return _render_nominations(request, cycle_id, form_fields, {"": error.shown})
    return redirect_after_post(f"{urls.cycle(cycle_id)}/nominations")


@LIFE_PAGES.post("/nominations/{nomination_id}/remove")
def remove_nomination(cycle_id: str, nomination_id: str, services: ServicesDep) -> Response:
    """Remove an incorrect nomination."""
    nominations.remove_nomination(services, cycle_id, nomination_id)
    return redirect_after_post(f"{urls.cycle(cycle_id)}/nominations")


@LIFE_PAGES.get("/early-ends")
def show_early_ends(cycle_id: str, request: Request) -> Response:
    """Show the pairs that ended before they were completed, with a form for each reason."""
    return _render_early_ends(request, cycle_id)


@LIFE_PAGES.post("/early-ends/{person_id}")
def record_reason(
    cycle_id: str,
    person_id: str,
    form_fields: FormFields,
    request: Request,
    services: ServicesDep,
) -> Response:
    """Store the reason why one of a coachee's pairs ended early."""
    entered = submitted(form_fields, _REASON_FIELDS)
    coach_id = form_fields.get("coach_id", "")
    fields = {**entered.texts, "coach_id": coach_id, "seen": entered.version}
    given, faults = validate_form(EarlyEndInput, fields, "")
    if not entered.texts["reason"]:
        faults = {"reason": facts.CHOOSE_A_REASON()}
    key = (person_id, coach_id)
    if given is None:
        return _render_early_ends(request, cycle_id, key, Refused(entered, faults))
    try:
        early_ends.record_reason(services, cycle_id, person_id, given)
    except ConflictError as error:
        return _render_early_ends(request, cycle_id, key, Refused(entered, error=error))
    return redirect_after_post(f"{urls.cycle(cycle_id)}/early-ends#{person_id}-{coach_id}")


def _render_nominations(
    request: Request,
    cycle_id: str,
    entered: Mapping[str, str] | None = None,
    faults: Mapping[str, Displayed] | None = None,
) -> Response:
    """Render the page; `entered` is a form that was rejected because of `faults`."""
    found = nominations.read_nominations_page(services_for(request), cycle_id)
    query, path = read_query(request, NOMINATION_LIST), f"{urls.cycle(cycle_id)}/nominations"
    selected = select_rows(found.candidates, query, NOMINATION_ACCESS)
    given = entered or {"nominated_on": found.today.isoformat()}
    zone = ZoneInfo(found.cycle.timezone)
    return render_page(
        request,
        "coaching/nominations.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        cycle=found.cycle,
        here=path,
        today=found.today.isoformat(),
        nominated=sum(one.nomination is not None for one in found.candidates),
        lines=[candidate_line(one, zone) for one in selected.rows],
        list=present_list(path, query, selected),
        can_nominate=any(one.can_be_nominated for one in selected.rows),
        chosen=given.get("chosen", "").split(),
        entered={name: given.get(name, "") for name in _LETTER_FIELDS},
        faults=faults or {},
    )


def _render_early_ends(
    request: Request,
    cycle_id: str,
    key: tuple[str, str] = ("", ""),
    refused: Refused | None = None,
) -> Response:
    """Render the page; `refused` is the rejected form for the coachee and the coach in `key`."""
    found = early_ends.read_early_ends_page(services_for(request), cycle_id)
    query, path = read_query(request, EARLY_END_LIST), f"{urls.cycle(cycle_id)}/early-ends"
    selected = select_rows(found.pairs, query, EARLY_END_ACCESS)
    zone = ZoneInfo(found.cycle.timezone)
    return render_page(
        request,
        "coaching/early_ends.html",
        HTTPStatus.OK if refused is None else refused.status,
        cycle=found.cycle,
        here=path,
        pairs=[
            early_end_form(one, zone, refused if (one.coachee_id, one.coach_id) == key else None)
            for one in selected.rows
        ],
        list=present_list(path, query, selected),
        reasons=REASON_OPTIONS,
        whose=WHOSE_OPTIONS,
        refused="" if refused is None else refused.shown,
    )


ROUTERS = (LIFE_PAGES,)
_CYCLE = "/cycles/{cycle_id}"
_WRITE = Permission(MANAGER, scope=TokenScope.PEOPLE)
PERMISSIONS: Permissions = {
    ("GET", _CYCLE + "/nominations"): Permission(MANAGER, audit_action="nominations opened"),
    ("POST", _CYCLE + "/nominations"): _WRITE,
    ("POST", _CYCLE + "/nominations/{nomination_id}/remove"): _WRITE,
    ("GET", _CYCLE + "/early-ends"): Permission(MANAGER, audit_action="early ends opened"),
    ("POST", _CYCLE + "/early-ends/{person_id}"): _WRITE,
}
