"""The page that lists a cycle's people and consents, with buttons for creating new links."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from api.consent.terms_states import TermsState
from api.http import urls
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.limits import LimitRule
from api.http.permissions import MANAGER, Permission, Permissions
from api.lists.listing import present_list
from api.lists.query import read_query
from api.overview import facts
from api.overview.page_contents import read_people_page
from api.overview.people_list import PEOPLE_LIST
from api.results.match_view import present_person
from api.texts.reader_language import request_renderer
from api.web.date_formats import format_local_datetime
from api.web.rendering import render_page

PEOPLE_PAGE = APIRouter(include_in_schema=False)


@PEOPLE_PAGE.get("/cycles/{cycle_id}/people")
def show_people(
    cycle_id: str, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Show one page of the people in a cycle, including people who have left."""
    query, texts = read_query(request, PEOPLE_LIST), request_renderer(request)
    page = read_people_page(services, principal, cycle_id, query)
    return render_page(
        request,
        "overview/people.html",
        cycle=page.cycle,
        agreed={each.person.id: each for each in page.consents},
        with_pin=page.with_pin,
        lists_wait=page.lists.wait,
        lists_version=page.lists.version,
        lists_replaced=format_local_datetime(page.lists.replaced_at, ZoneInfo(page.cycle.timezone)),
        in_cycle=len(page.terms),
        not_agreed=sum(state is not TermsState.AGREED for state in page.terms.values()),
        list=present_list(f"{urls.cycle(cycle_id)}/people", query, page.selected),
        sees_countries=principal.countries is not None,
        sends_mail=services.settings.mail.enabled and principal.countries is None,
        people=[(each, present_person(each.profile, texts)) for each in page.people],
        languages={
            each.brief.id: [
                facts.LANGUAGE_LEVEL(language=one.code, level=one.level.name)
                for one in each.profile.languages
            ]
            for each in page.people
        },
        territories=[each.brief.country for each in page.people],
    )


ROUTERS = (PEOPLE_PAGE,)
PERMISSIONS: Permissions = {
    ("GET", "/cycles/{cycle_id}/people"): Permission(
        MANAGER, audit_action="people opened", compressible=True, limits=LimitRule.COUNTRIES
    ),
}
