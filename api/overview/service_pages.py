"""The state of the deployment, as the page "Service" and as JSON, with advice on problems."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request, Response

from api.http import urls
from api.http.dependencies import ServicesDep, TextsDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.overview.service_checks import Tone, service_checks
from api.overview.service_figures import DiskSpace, EventNumbers, RecentEvent, service_figures
from api.overview.service_settings import SettingLine, setting_lines
from api.values import FrozenModel
from api.web.rendering import render_page

PAGES = APIRouter(include_in_schema=False)
JSON = APIRouter(prefix=API, tags=["service"])


class ServiceLine(FrozenModel):
    """One line of the report: its name, urgency and state, and advice on what to do."""

    name: str
    tone: Tone
    state: str
    what_to_do: str


class ServiceReport(FrozenModel):
    """The state of the deployment: figures, and an assessment in the reader's language.

    `queue_seconds` is how long the oldest job of each type has been waiting, `disks` the space on
    the disks that contain this server's folders, and `events` the numbers of recent events.
    """

    at: datetime
    queue_seconds: dict[str, float]
    backed_up_at: datetime | None
    disks: dict[str, DiskSpace]
    events: dict[RecentEvent, EventNumbers]
    lines: tuple[ServiceLine, ...]


@PAGES.get(urls.SERVICE)
def service_page(request: Request, services: ServicesDep) -> Response:
    """Show whether the service works, in plain words, with advice for each line."""
    checks = service_checks(service_figures(services, request.app.state.job_types))
    return render_page(request, "overview/service.html", checks=checks)


@PAGES.get(f"{urls.SERVICE}/settings")
def settings_page(request: Request, services: ServicesDep) -> Response:
    """Show the settings in force, without secrets."""
    lines = setting_lines(services.settings)
    return render_page(request, "overview/settings.html", lines=lines)


@JSON.get("/service/settings", responses=problem_responses())
def list_settings(services: ServicesDep) -> tuple[SettingLine, ...]:
    """List the settings in force, named by environment variable, without the values of secrets."""
    return setting_lines(services.settings)


@JSON.get("/service", responses=problem_responses())
def service_report(request: Request, services: ServicesDep, texts: TextsDep) -> ServiceReport:
    """Get the state of this deployment: workers, queue, backup, disk, audit trail, and events."""
    figures = service_figures(services, request.app.state.job_types)
    return ServiceReport(
        at=figures.at,
        queue_seconds=figures.queue_seconds,
        backed_up_at=figures.backed_up_at,
        disks=figures.disks,
        events=figures.events,
        lines=tuple(
            ServiceLine(
                name=check.name,
                tone=check.tone,
                state=texts.text(check.state),
                what_to_do=texts.text(check.what_to_do),
            )
            for check in service_checks(figures)
        ),
    )


ROUTERS = (PAGES, JSON)
PERMISSIONS: Permissions = {
    ("GET", urls.SERVICE): Permission(MANAGER),
    ("GET", urls.SERVICE + "/settings"): Permission(MANAGER, administrators_only=True),
    ("GET", API + "/service"): Permission(MANAGER),
    ("GET", API + "/service/settings"): Permission(MANAGER, administrators_only=True),
}
