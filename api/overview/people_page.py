"""The page with the people in a cycle and their consents, and buttons that create new links."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.overview import facts
from api.overview.page_contents import read_people_page
from api.participants.rows import Side
from api.results.match_view import present_person
from api.texts.reader_language import request_renderer
from api.web.date_formats import format_local_datetime
from api.web.rendering import render_page

PEOPLE_PAGE = APIRouter(include_in_schema=False)


@PEOPLE_PAGE.get("/cycles/{cycle_id}/people")
def show_people(cycle_id: str, request: Request, services: ServicesDep) -> Response:
    """Show all people in a cycle, including people who have left."""
    page, texts = read_people_page(services, cycle_id), request_renderer(request)
    return render_page(
        request,
        "overview/people.html",
        cycle=page.cycle,
        agreed={each.person.id: each for each in page.consents},
        with_pin=page.with_pin,
        lists_wait=page.lists.wait,
        lists_version=page.lists.version,
        lists_replaced=format_local_datetime(page.lists.replaced_at, ZoneInfo(page.cycle.timezone)),
        not_agreed=sum(each.accepted_at is None for each in page.consents),
        sides=[
            (
                heading,
                [
                    (each, present_person(each.profile, texts))
                    for each in page.people
                    if each.brief.side is side
                ],
            )
            for heading, side in ((facts.COACHEES(), Side.COACHEE), (facts.COACHES(), Side.COACH))
        ],
        territories=[each.brief.country for each in page.people],
    )


ROUTERS = (PEOPLE_PAGE,)
PERMISSIONS: Permissions = {
    ("GET", "/cycles/{cycle_id}/people"): Permission(MANAGER, audit_action="people opened"),
}
