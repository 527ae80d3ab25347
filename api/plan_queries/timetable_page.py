"""The timetable of a plan: a calendar of one week, an agenda, or a chart of all weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from api.http import urls
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.lists.listing import present_list
from api.lists.query import read_query
from api.plan_queries import facts
from api.plan_queries.group_event_dates import EventDate, read_event_dates
from api.plan_queries.page_contents import read_plan_page
from api.plan_queries.plan_line import chart_of, plan_lines
from api.plan_queries.plan_list import COACHEE_LIST
from api.plan_queries.plan_parts import TimetablePage, read_timetable_page
from api.plan_queries.timetable import (
    AGENDA,
    AGENDA_LIST,
    CALENDAR,
    CALENDAR_LIST,
    VIEW,
    VIEWS,
    WEEK,
    WEEKS,
    ListedSession,
    chosen_week,
    days_of_week,
    listed_sessions,
    weeks_of,
)
from api.plans.presenters import plan_line
from api.texts.reader_language import request_renderer
from api.web.date_formats import format_date, format_short_date, time_range_text, zone_abbreviation
from api.web.rendering import render_page
from coach.texts.facts import Displayed
from coach.texts.renderer import Renderer

TIMETABLE_PAGE = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session in a timetable, with the address of the page about it."""

    number: int
    day: str
    hours: str
    zone: str
    coachee: str
    coach: str
    address: str


@TIMETABLE_PAGE.get("/plans/{plan_id}/timetable")
def show_timetable(
    plan_id: str, request: Request, services: ServicesDep, *, view: str = "", week: str = ""
) -> Response:
    """Show the timetable of a plan as `calendar`, `agenda` or `weeks`."""
    if view == WEEKS:
        return _show_weeks(plan_id, request, services)
    query = read_query(request, AGENDA_LIST if view == AGENDA else CALENDAR_LIST)

    def choose(sessions: Sequence[ListedSession]) -> Sequence[ListedSession]:
        if view == AGENDA:
            return sessions
        monday = chosen_week(week, [*weeks_of(sessions)], services.now().date())
        return [one for one in sessions if monday <= one.start.date() < monday + timedelta(days=7)]

    page = read_timetable_page(services, plan_id, query, choose)
    texts = request_renderer(request)
    values: dict[str, Any] = {
        "list": present_list(f"{urls.plan(plan_id)}/timetable", query, page.selected),
    }
    events = read_event_dates(services, page.cycle.id, page.plan.cycle.cycle.zone)
    if view == AGENDA:
        values["lines"] = [_line(one, page, texts) for one in page.selected.rows]
    else:
        monday = chosen_week(week, [*weeks_of(listed_sessions(page.plan))], services.now().date())
        events = _of_week(events, monday)
        values |= _calendar(page, monday, texts)
    return render_page(
        request,
        "plan_queries/timetable.html",
        **_heading(plan_id, AGENDA if view == AGENDA else CALENDAR),
        cycle=page.cycle,
        this=plan_line(page.plan.summary, page.plan.cycle.cycle.zone),
        events=events,
        **values,
    )


def _show_weeks(plan_id: str, request: Request, services: ServicesDep) -> Response:
    query, texts = read_query(request, COACHEE_LIST), request_renderer(request)
    query = query.with_fixed({VIEW: WEEKS})
    page = read_plan_page(services, plan_id, query)
    lines = plan_lines(page.plan, page.selected.rows, page.person_ids, texts)
    return render_page(
        request,
        "plan_queries/timetable.html",
        **_heading(plan_id, WEEKS),
        cycle=page.cycle,
        this=plan_line(page.plan.summary, page.plan.cycle.cycle.zone),
        list=present_list(f"{urls.plan(plan_id)}/timetable", query, page.selected),
        events=read_event_dates(services, page.cycle.id, page.plan.cycle.cycle.zone),
        chart=chart_of(page.plan, lines, texts, page.session_addresses),
    )


def _of_week(events: Sequence[EventDate], monday: date) -> list[EventDate]:
    sunday = monday + timedelta(days=6)
    return [one for one in events if one.day <= sunday and one.last >= monday]


def _heading(plan_id: str, view: str) -> dict[str, Any]:
    address = f"{urls.plan(plan_id)}/timetable"
    views = [(one, f"{address}?{VIEW}={one}", facts.VIEWS[one]) for one in VIEWS]
    return {"plan_id": plan_id, "view": view, "views": views}


def _calendar(page: TimetablePage, monday: date, texts: Renderer) -> dict[str, Any]:
    weeks = weeks_of(listed_sessions(page.plan))
    earlier = [one for one in weeks if one < monday]
    later = [one for one in weeks if one > monday]
    address = f"{urls.plan(page.plan.summary.id)}/timetable"
    return {
        "monday": format_date(monday),
        "days": [
            (format_short_date(day), [_line(one, page, texts) for one in sessions])
            for day, sessions in days_of_week(page.selected.rows, monday)
        ],
        "earlier": _week_address(address, earlier[-1]) if earlier else "",
        "later": _week_address(address, later[0]) if later else "",
        "weeks": [
            (one.isoformat(), _week_label(one, count), one == monday)
            for one, count in weeks.items()
        ],
    }


def _week_address(address: str, monday: date) -> str:
    return f"{address}?{urlencode({VIEW: CALENDAR, WEEK: monday.isoformat()})}#list"


def _week_label(monday: date, count: int) -> Displayed:
    return facts.WEEK_OF(day=monday, count=count)


def _line(session: ListedSession, page: TimetablePage, texts: Renderer) -> SessionLine:
    return SessionLine(
        number=session.number,
        day=texts.short_date(session.start.date()),
        hours=time_range_text(texts, session.start.time(), session.end.time()),
        zone=zone_abbreviation(session.start),
        coachee=session.coachee_name,
        coach=session.coach_name,
        address=page.addresses.get(session.uid, ""),
    )


ROUTERS = (TIMETABLE_PAGE,)
PERMISSIONS: Permissions = {
    ("GET", "/plans/{plan_id}/timetable"): Permission(
        MANAGER, audit_action="plan opened", compressible=True
    ),
}
