"""The page with all cycles and the form that creates one."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, File, Request, Response, UploadFile

from api.http import urls
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import MANAGER, OFFICE, Permission, Permissions
from api.overview import cycles
from api.participants.routes import named_file
from api.services import Services
from api.web.date_formats import format_date_span
from api.web.rendering import redirect_after_post, render_page
from coach.errors import UnusableInputError

CYCLES_PAGE = APIRouter(include_in_schema=False)


@CYCLES_PAGE.get("/")
def show_cycles(request: Request, services: ServicesDep, principal: PrincipalDep) -> Response:
    """Show all cycles and the form that creates one. Auditors are redirected to the audit page."""
    if not principal.is_manager:
        return redirect_after_post(urls.AUDIT)
    return _render(request, services)


@CYCLES_PAGE.post("/cycles")
def create_cycle(
    file: Annotated[UploadFile, File()], request: Request, services: ServicesDep
) -> Response:
    """Create a cycle from a cycle file."""
    try:
        created = cycles.create_cycle(services, named_file(file))
    except UnusableInputError as error:
        return _render(request, services, error)
    return redirect_after_post(urls.cycle(created.id))


def _render(
    request: Request, services: Services, error: UnusableInputError | None = None
) -> Response:
    return render_page(
        request,
        "overview/cycles.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        cycles=[
            (each, format_date_span(each.start, each.end)) for each in cycles.list_cycles(services)
        ],
        faults=error.faults if error else (),
    )


ROUTERS = (CYCLES_PAGE,)
PERMISSIONS: Permissions = {
    ("GET", "/"): Permission(OFFICE),
    ("POST", "/cycles"): Permission(MANAGER),
}
