"""The page where people enter when they are free, and other details about themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, File, Request, Response, UploadFile

from api.data_protection.subject_access import export_own_data
from api.http import urls
from api.http.dependencies import PrincipalDep, ServicesDep, principal_of, services_for
from api.http.permissions import PERSON, Permission, Permissions
from api.http.principal import Principal
from api.own_data import busy_times, own_details
from api.own_data.busy_times import RemovedTimes
from api.own_data.grid import availability_grid, windows_of_cells
from api.own_data.leaving import LeaveInput, leave_cycle
from api.own_data.office_changes import latest_office_change
from api.own_data.own_details import OwnDetailsInput
from api.own_data.presenters import busy_days, grid_lines, weekday_labels
from api.participants.routes import named_file
from api.services import Services
from api.web.drafts import Draft, draft_group, draft_of
from api.web.rendering import (
    FormFields,
    parse_form,
    redirect_after_post,
    render_page,
    without_description,
)
from coach.errors import UnusableInputError
from coach.texts.facts import Displayed

DETAILS_PAGES = APIRouter(prefix="/p/{link}/details", include_in_schema=False)
_TIMES = ("availability",)
_OTHER = ("unavailable", "languages", "topics", "prefers", "refuses")


@DETAILS_PAGES.get("")
def show(link: str, request: Request, *, saved: bool = False) -> Response:
    """Show a person's availability as a grid and as text, and their other details."""
    return _render(link, request, saved=saved)


@DETAILS_PAGES.post("/data.json")
def download_data(services: ServicesDep, principal: PrincipalDep) -> Response:
    """Download all data that is stored about the person."""
    report = export_own_data(services, principal)
    headers = {"Content-Disposition": 'attachment; filename="my-data.json"'}
    content = report.model_dump_json(indent=1)
    return Response(content, media_type="application/json", headers=headers)


@DETAILS_PAGES.post("/leave")
def leave(
    request: Request, form_fields: FormFields, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Leave the cycle, after which the link no longer works."""
    parse_form(LeaveInput, form_fields)
    leave_cycle(services, principal)
    return render_page(request, "own_data/left.html")


@DETAILS_PAGES.post("")
def save(
    link: str,
    request: Request,
    form_fields: FormFields,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Change the details in the form, or show all faults."""
    try:
        given = parse_form(OwnDetailsInput, form_fields)
        own_details.save_own_details(services, principal, given)
    except UnusableInputError as error:
        return _render(link, request, entered=form_fields, faults=_by_field(error))
    draft = _draft(services, principal, _TIMES if given.availability is not None else _OTHER)
    return redirect_after_post(draft.sent(urls.person_details(link, saved=True)))


@DETAILS_PAGES.post("/grid")
def save_grid(
    link: str,
    request: Request,
    form_fields: FormFields,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Replace the availability with the cells checked in the grid."""
    step = form_fields.get("step", "")
    try:
        windows = windows_of_cells(
            form_fields.get("free", ""), int(step) if step.isdecimal() else 0
        )
        given = OwnDetailsInput(availability="; ".join(map(str, windows)))
        own_details.save_own_details(services, principal, given)
    except UnusableInputError as error:
        return _render(link, request, faults=_by_field(error))
    return redirect_after_post(urls.person_details(link, saved=True))


@DETAILS_PAGES.post("/busy-times")
def upload_calendar(
    link: str,
    calendar: Annotated[UploadFile, File()],
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Replace the busy times with those in a calendar file, or show why the file is refused."""
    try:
        busy_times.upload_calendar(services, principal, named_file(calendar))
    except UnusableInputError as error:
        return _render(link, request, faults=_by_field(error))
    return redirect_after_post(f"{urls.person_details(link)}#busy")


@DETAILS_PAGES.post("/busy-times/remove")
def remove_busy_times(
    link: str,
    form_fields: FormFields,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Remove the selected busy times, or all of them."""
    busy_times.remove_busy_times(services, principal, parse_form(RemovedTimes, form_fields))
    return redirect_after_post(f"{urls.person_details(link)}#busy")


def _draft(services: Services, principal: Principal, fields: tuple[str, ...]) -> Draft:
    """Return the draft of one of the text forms."""
    return draft_of(services.keyring, principal, f"details {fields[0]}", fields)


def _by_field(error: UnusableInputError) -> Mapping[str, Sequence[Displayed]]:
    faults: dict[str, list[Displayed]] = defaultdict(list)
    for fault in error.faults:
        faults[fault.column].append(without_description(fault.message))
    return faults


def _render(
    link: str,
    request: Request,
    *,
    entered: Mapping[str, str] | None = None,
    faults: Mapping[str, Sequence[Displayed]] | None = None,
    saved: bool = False,
) -> Response:
    services, principal = services_for(request), principal_of(request)
    details = own_details.read_own_details(services, principal)
    grid = availability_grid(own_details.own_windows(services, principal))
    return render_page(
        request,
        "own_data/details.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        home=urls.person(link),
        address=urls.person_details(link),
        times_draft=_draft(services, principal, _TIMES),
        other_draft=_draft(services, principal, _OTHER),
        drafts_of_link=draft_group(services.keyring, principal),
        details=details,
        office_change=latest_office_change(services, principal),
        is_coach=details.side == "coach",
        entered=details.model_dump(mode="json") | dict(entered or {}),
        faults=faults or {},
        saved=saved,
        grid=grid,
        weekdays=weekday_labels(),
        lines=grid_lines(grid),
        busy=busy_days(busy_times.read_busy_times(services, principal)),
    )


ROUTERS = (DETAILS_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/p/{link}/details"): Permission(PERSON, own_only=True, requires_verification=True),
    ("POST", "/p/{link}/details"): Permission(PERSON, own_only=True, requires_verification=True),
    ("POST", "/p/{link}/details/data.json"): Permission(
        PERSON, own_only=True, requires_verification=True
    ),
    ("POST", "/p/{link}/details/leave"): Permission(
        PERSON, own_only=True, requires_verification=True
    ),
    ("POST", "/p/{link}/details/busy-times"): Permission(
        PERSON, own_only=True, requires_verification=True
    ),
    ("POST", "/p/{link}/details/busy-times/remove"): Permission(
        PERSON, own_only=True, requires_verification=True
    ),
    ("POST", "/p/{link}/details/grid"): Permission(
        PERSON, own_only=True, requires_verification=True
    ),
}
