"""The page that proposes a re-match, with the sessions that cannot take place as planned."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.rescheduling import facts
from api.rescheduling.obstacles import Obstacle, ObstructedSession, Rematch, read_rematch
from api.sessions.facts import session_name
from api.web.date_formats import format_short_datetime
from api.web.rendering import render_page

REMATCH_PAGES = APIRouter(include_in_schema=False)
REMATCH_ROUTES = APIRouter(prefix=API, tags=["schedule"])
_REASONS = {
    Obstacle.LEFT: facts.HAS_LEFT,
    Obstacle.DECLINED: facts.HAS_DECLINED,
    Obstacle.NOT_FREE: facts.NOT_FREE,
}


@REMATCH_PAGES.get("/cycles/{cycle_id}/rematch")
def show_rematch(cycle_id: str, request: Request, services: ServicesDep) -> Response:
    """Show the upcoming sessions that cannot take place as planned, and offer a re-match."""
    page = read_rematch(services, cycle_id)
    return render_page(
        request,
        "rescheduling/rematch.html",
        cycle=page.cycle,
        sessions=_lines(page),
        open_run=page.open_run_id,
        time_limit=int(services.settings.run_time_limit_seconds),
    )


@REMATCH_ROUTES.get("/cycles/{cycle_id}/rematch", responses=problem_responses(404))
def list_obstructed_sessions(cycle_id: str, services: ServicesDep) -> tuple[ObstructedSession, ...]:
    """List the upcoming sessions that one of the participants cannot attend, with the reasons."""
    return read_rematch(services, cycle_id).sessions


def _lines(page: Rematch) -> list[dict[str, object]]:
    zone = ZoneInfo(page.cycle.timezone)
    return [
        {
            "session": one,
            "name": session_name(one.number),
            "when": format_short_datetime(one.start, zone),
            "reasons": [_REASONS[each.obstacle](name=each.name) for each in one.obstacles],
        }
        for one in page.sessions
    ]


ROUTERS = (REMATCH_PAGES, REMATCH_ROUTES)
PERMISSIONS: Permissions = {
    ("GET", "/cycles/{cycle_id}/rematch"): Permission(MANAGER, audit_action="timetable opened"),
    ("GET", API + "/cycles/{cycle_id}/rematch"): Permission(
        MANAGER, audit_action="timetable opened"
    ),
}
