"""The page with all cycles, and a form for creating a cycle."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, File, Request, Response, UploadFile

from api.http import urls
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.limits import LimitRule
from api.http.permissions import MANAGER, OFFICE, Permission, Permissions
from api.http.principal import Principal
from api.lists.listing import present_list
from api.lists.query import read_query
from api.lists.selection import select_rows
from api.overview import cycles
from api.overview.cycle_list import CYCLE_ACCESS, CYCLE_LIST
from api.overview.to_do import TO_DO_MESSAGES, ToDoKind, read_to_do, to_do_url
from api.participants.routes import named_file
from api.services import Services
from api.web.date_formats import format_date_span
from api.web.rendering import redirect_after_post, render_page
from coach.errors import UnusableInputError
from coach.texts.facts import Fact

CYCLES_PAGE = APIRouter(include_in_schema=False)
TO_DO_ICONS: Mapping[ToDoKind, str] = {
    ToDoKind.OBSTRUCTED: "warning",
    ToDoKind.DECLINED: "calendar",
    ToDoKind.UNANSWERED: "clock",
    ToDoKind.FAILED_MAIL: "warning",
    ToDoKind.UNSENT_MAIL: "mail",
    ToDoKind.MISSING_NOTE: "edit",
    ToDoKind.MISSING_FEEDBACK: "edit",
    ToDoKind.MISSING_CONSENT: "person",
    ToDoKind.ANOTHER_COACH: "person",
    ToDoKind.ATTENDANCE_DIFFERS: "warning",
    ToDoKind.ASKED_OFFICE: "person",
    ToDoKind.UNANSWERED_FOLLOW_UP: "clock",
    ToDoKind.MISSING_ANSWERS: "edit",
    ToDoKind.UNANSWERED_EVENT: "clock",
    ToDoKind.MISSING_ATTENDANCE: "calendar",
}
"""The name of the icon for each kind of task; see `templates/web/icons.html`."""


@CYCLES_PAGE.get("/")
def show_cycles(request: Request, services: ServicesDep, principal: PrincipalDep) -> Response:
    """Show the visible cycles, and a form to create one; redirect auditors to the audit page."""
    if not principal.is_manager:
        return redirect_after_post(urls.AUDIT)
    return _render(request, services, principal)


@CYCLES_PAGE.post("/cycles")
def create_cycle(
    file: Annotated[UploadFile, File()],
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Create a cycle from a cycle file, or show all its faults."""
    try:
        created = cycles.create_cycle(services, named_file(file))
    except UnusableInputError as error:
        return _render(request, services, principal, error)
    return redirect_after_post(urls.cycle(created.id))


def _render(
    request: Request,
    services: Services,
    principal: Principal,
    error: UnusableInputError | None = None,
) -> Response:
    query = read_query(request, CYCLE_LIST)
    selected = select_rows(cycles.list_cycles(services, principal), query, CYCLE_ACCESS)
    return render_page(
        request,
        "overview/cycles.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        cycles=[(each, format_date_span(each.start, each.end)) for each in selected.rows],
        list=present_list("/", query, selected),
        to_do=_to_do_by_cycle(services, principal),
        shows_to_do=principal.countries is None,
        faults=error.faults if error else (),
    )


def _to_do_by_cycle(
    services: Services, principal: Principal
) -> list[tuple[str, list[tuple[Fact, str, str]]]]:
    """Return the name of each cycle with tasks, and the tasks as lines with links and icons."""
    return [
        (
            name,
            [
                (
                    TO_DO_MESSAGES[item.kind](count=item.count),
                    to_do_url(item),
                    TO_DO_ICONS[item.kind],
                )
                for item in items
            ],
        )
        for (_, name), items in groupby(
            read_to_do(services, principal), key=lambda item: (item.cycle_id, item.cycle_name)
        )
    ]


ROUTERS = (CYCLES_PAGE,)
PERMISSIONS: Permissions = {
    ("GET", "/"): Permission(OFFICE, limits=LimitRule.COUNTRIES),
    ("POST", "/cycles"): Permission(MANAGER),
}
