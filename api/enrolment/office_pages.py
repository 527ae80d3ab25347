"""The office's page with a cycle's open call and applications."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, Response

from api.enrolment import calls, decisions, facts, labels, requests
from api.enrolment.calls import CallInput
from api.http import urls
from api.http.dependencies import ServicesDep, services_for
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.lists.bulk import BulkForm, render_outcomes
from api.web.date_formats import format_date, format_short_datetime
from api.web.rendering import (
    FormFields,
    non_empty_fields,
    redirect_after_post,
    render_page,
    validate_form,
)
from coach.errors import ConflictError
from coach.texts.facts import Displayed

APPLICATION_PAGES = APIRouter(include_in_schema=False)
_WRITE = Permission(MANAGER, scope=TokenScope.PEOPLE)


@APPLICATION_PAGES.get("/cycles/{cycle_id}/applications")
def show_applications(cycle_id: str, request: Request, *, requested: int | None = None) -> Response:
    """Show a cycle's call, and the applications with possible duplicates."""
    return _render(request, cycle_id, requested=requested)


@APPLICATION_PAGES.post("/cycles/{cycle_id}/call")
def open_call(
    cycle_id: str, form_fields: FormFields, request: Request, services: ServicesDep
) -> Response:
    """Open a call, or show why this is not possible."""
    wanted, faults = validate_form(CallInput, non_empty_fields(form_fields), "last_day")
    if wanted is None:
        return _render(request, cycle_id, entered=form_fields, faults=faults)
    try:
        calls.open_call(services, cycle_id, wanted)
    except ConflictError as error:
        return _render(request, cycle_id, conflict=error.shown, entered=form_fields)
    return redirect_after_post(urls.applications(cycle_id))


@APPLICATION_PAGES.post("/cycles/{cycle_id}/call/close")
def close_call(cycle_id: str, services: ServicesDep) -> Response:
    """Close the call."""
    calls.close_call(services, cycle_id)
    return redirect_after_post(urls.applications(cycle_id))


@APPLICATION_PAGES.post("/cycles/{cycle_id}/details-requests")
def request_details(cycle_id: str, request: Request, services: ServicesDep) -> Response:
    """Send everybody their secret link, and ask them to enter their times and details."""
    try:
        summary = requests.request_from_all(services, cycle_id)
    except ConflictError as error:
        return _render(request, cycle_id, conflict=error.shown)
    return redirect_after_post(f"{urls.applications(cycle_id)}?requested={summary.requested}")


@APPLICATION_PAGES.post("/cycles/{cycle_id}/people/chosen/details-requests")
def request_details_of_chosen(
    cycle_id: str, form: Annotated[BulkForm, Form()], request: Request, services: ServicesDep
) -> Response:
    """Send the selected people their secret link, and ask for their times and details."""
    cycle, outcomes = requests.request_from_chosen(services, cycle_id, form.ids)
    return render_outcomes(request, facts.CHOSEN_TITLE(), (cycle.id, cycle.name), form, outcomes)


@APPLICATION_PAGES.post("/applications/{application_id}/approve")
def approve(application_id: str, services: ServicesDep) -> Response:
    """Add the applicant to their side's list."""
    return redirect_after_post(urls.applications(decisions.approve(services, application_id)))


@APPLICATION_PAGES.post("/applications/{application_id}/refuse")
def refuse(application_id: str, services: ServicesDep) -> Response:
    """Delete the application."""
    return redirect_after_post(urls.applications(decisions.refuse(services, application_id)))


def _render(
    request: Request,
    cycle_id: str,
    *,
    conflict: Displayed = "",
    requested: int | None = None,
    entered: Mapping[str, str] | None = None,
    faults: Mapping[str, Displayed] | None = None,
) -> Response:
    found = decisions.read_applications(services_for(request), cycle_id)
    zone, call = ZoneInfo(found.cycle.timezone), found.call
    status = HTTPStatus.CONFLICT if conflict else HTTPStatus.OK
    return render_page(
        request,
        "enrolment/applications.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else status,
        cycle=found.cycle,
        call=call,
        last_day="" if call is None else format_date(call.last_day),
        labels=labels.columns(),
        waiting=[
            (one, labels.shown_cells(one.cells), format_short_datetime(one.created_at, zone))
            for one in found.waiting
        ],
        territories=[one.cells.get("country", "") for one in found.waiting],
        conflict=conflict,
        entered={"side": "", "last_day": ""} | dict(entered or {}),
        faults=faults or {},
        requested=requested,
    )


ROUTERS = (APPLICATION_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/cycles/{cycle_id}/applications"): Permission(
        MANAGER, audit_action="applications opened"
    ),
    ("POST", "/cycles/{cycle_id}/call"): _WRITE,
    ("POST", "/cycles/{cycle_id}/call/close"): _WRITE,
    ("POST", "/cycles/{cycle_id}/details-requests"): Permission(
        MANAGER, scope=TokenScope.PEOPLE, requires_recent_authentication=True
    ),
    ("POST", "/cycles/{cycle_id}/people/chosen/details-requests"): Permission(
        MANAGER, scope=TokenScope.PEOPLE, requires_recent_authentication=True
    ),
    ("POST", "/applications/{application_id}/approve"): _WRITE,
    ("POST", "/applications/{application_id}/refuse"): _WRITE,
}
