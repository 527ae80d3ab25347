"""The page for a cycle's pins, bans and waivers."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.http import urls
from api.http.dependencies import ServicesDep, services_for
from api.http.permissions import MANAGER, Permission, Permissions
from api.lists.listing import present_list
from api.lists.query import ListDefinition, read_query
from api.overview.pair_decisions import decisions, facts
from api.overview.pair_decisions.decisions import (
    DecisionKind,
    PairDecisionInput,
    PairOfDecision,
)
from api.overview.pair_decisions.listing import read_decisions_page
from api.overview.pair_decisions.people import suggestion
from api.web.rendering import (
    FormFields,
    parse_form,
    redirect_after_post,
    render_page,
    validate_form,
)
from coach.errors import ConflictError, UnusableInputError
from coach.texts.facts import Displayed

PAIR_PAGES = APIRouter(prefix="/cycles/{cycle_id}/pairs", include_in_schema=False)
_EMPTY = {"kind": "", "coachee": "", "coach": "", "reason": ""}
_LIST = ListDefinition(sorts=("kind", "coachee", "coach"), page_size=25)
_FIELDS = ("kind", "coachee", "coach", "reason")


@PAIR_PAGES.get("")
def show_decisions(
    cycle_id: str,
    request: Request,
    *,
    kind: str = "",
    coachee: str = "",
    coach: str = "",
    saved: bool = False,
) -> Response:
    """Show the pins, bans and waivers, and a form for adding one, which a link can prefill."""
    entered = {"kind": kind, "coachee": coachee, "coach": coach}
    return _render(request, cycle_id, entered, saved=saved)


@PAIR_PAGES.post("")
def decide(
    cycle_id: str, form_fields: FormFields, request: Request, services: ServicesDep
) -> Response:
    """Add a pin, a ban or a waiver, or show all faults."""
    given, faults = validate_form(PairDecisionInput, form_fields, fallback_field="kind")
    if given is None:
        if "kind" in faults:
            faults["kind"] = facts.CHOOSE_KIND()
        return _render(request, cycle_id, form_fields, faults=faults)
    try:
        decisions.decide(services, cycle_id, given)
    except UnusableInputError as error:
        return _render(request, cycle_id, form_fields, faults=error.by_column)
    except ConflictError as error:
        return _render(request, cycle_id, form_fields, conflict=error.shown)
    return redirect_after_post(f"{urls.pair_decisions(cycle_id)}?saved=true")


@PAIR_PAGES.post("/end")
def end(
    cycle_id: str, form_fields: FormFields, request: Request, services: ServicesDep
) -> Response:
    """End a pin, a ban or a waiver."""
    try:
        decisions.end_decision(services, cycle_id, parse_form(PairOfDecision, form_fields))
    except ConflictError as error:
        return _render(request, cycle_id, {}, conflict=error.shown)
    return redirect_after_post(f"{urls.pair_decisions(cycle_id)}?saved=true")


def _render(
    request: Request,
    cycle_id: str,
    entered: Mapping[str, str],
    *,
    faults: Mapping[str, Displayed] | None = None,
    conflict: Displayed = "",
    saved: bool = False,
) -> Response:
    query = read_query(request, _LIST)
    page = read_decisions_page(services_for(request), cycle_id, query)
    found = page.found
    people = (*found.roster.coachees, *found.roster.coaches)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    return render_page(
        request,
        "overview/pair_decisions/pairs.html",
        HTTPStatus.CONFLICT if conflict else status,
        cycle=found.cycle,
        list=present_list(urls.pair_decisions(cycle_id), query, page.selected),
        decisions=[(one, facts.SHORT_KINDS[one.kind]) for one in found.decisions],
        coachee_names={one.id: one.name for one in found.roster.coachees},
        coach_names={one.id: one.name for one in found.roster.coaches},
        coachees=[suggestion(one) for one in found.roster.coachees],
        coaches=[suggestion(one) for one in found.roster.coaches],
        kinds=[{"value": kind.value, "words": facts.KINDS[kind]} for kind in DecisionKind],
        entered=_EMPTY | _chosen(entered, {one.id: suggestion(one) for one in people}),
        faults=faults or {},
        summary=[(field, faults[field]) for field in _FIELDS if field in faults] if faults else [],
        conflict=conflict,
        saved=saved,
    )


def _chosen(entered: Mapping[str, str], suggestions: Mapping[str, str]) -> dict[str, str]:
    """Return the entered values, with names in place of ids."""
    people = {
        field: suggestions.get(entered.get(field, ""), entered.get(field, ""))
        for field in ("coachee", "coach")
    }
    return {field: entered[field] for field in _FIELDS if field in entered} | people


ROUTERS = (PAIR_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/cycles/{cycle_id}/pairs"): Permission(MANAGER, audit_action="pair decisions opened"),
    ("POST", "/cycles/{cycle_id}/pairs"): Permission(MANAGER),
    ("POST", "/cycles/{cycle_id}/pairs/end"): Permission(MANAGER),
}
