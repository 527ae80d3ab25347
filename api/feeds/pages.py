"""Pages on which people and managers create and end their calendar feed."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.feeds import service as feeds
from api.feeds.service import Feed
from api.http import urls
from api.http.dependencies import PrincipalDep, ServicesDep, principal_of, services_for
from api.http.limits import LimitRule
from api.http.permissions import MANAGER, PERSON, Permission, Permissions
from api.participants.service import time_zone_of
from api.web.date_formats import format_short_datetime
from api.web.rendering import redirect_after_post, render_page

FEED_PAGES = APIRouter(prefix="/p/{link}", include_in_schema=False)
OFFICE_FEED_PAGES = APIRouter(include_in_schema=False)


@FEED_PAGES.get("/calendar")
def show(link: str, request: Request) -> Response:
    """Show whether the person has a calendar feed, and explain its purpose."""
    return _render(request, urls.person(link))


@FEED_PAGES.get("/calendar/all.ics")
def download_all(services: ServicesDep, principal: PrincipalDep) -> Response:
    """Download all upcoming sessions and group events as one calendar file."""
    headers = {"Content-Disposition": 'attachment; filename="coaching-sessions.ics"'}
    content = feeds.export_sessions(services, principal)
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


@FEED_PAGES.post("/calendar")
def create(link: str, request: Request) -> Response:
    """Create the person's feed and show its address once."""
    return _create(request, urls.person(link))


@FEED_PAGES.post("/calendar/end")
def end(link: str, services: ServicesDep, principal: PrincipalDep) -> Response:
    """End the person's feed."""
    feeds.end_feed(services, principal)
    return redirect_after_post(urls.person_calendar(link))


@OFFICE_FEED_PAGES.get(urls.OFFICE_CALENDAR)
def show_to_office(request: Request) -> Response:
    """Show whether the manager has a calendar feed, and explain its purpose."""
    return _render(request, None)


@OFFICE_FEED_PAGES.post(urls.OFFICE_CALENDAR)
def create_for_office(request: Request) -> Response:
    """Create the manager's feed and show its address once."""
    return _create(request, None)


@OFFICE_FEED_PAGES.post(f"{urls.OFFICE_CALENDAR}/end")
def end_of_office(services: ServicesDep, principal: PrincipalDep) -> Response:
    """End the manager's feed."""
    feeds.end_feed(services, principal)
    return redirect_after_post(urls.OFFICE_CALENDAR)


def _create(request: Request, home: str | None) -> Response:
    new = feeds.create_feed(services_for(request), principal_of(request))
    return _render(request, home, new.feed, new.address)


def _render(
    request: Request, home: str | None, feed: Feed | None = None, address: str = ""
) -> Response:
    """Render the page for a person whose page is `home`, or for a manager."""
    services, principal = services_for(request), principal_of(request)
    feed = feed or feeds.read_feed_of(services, principal)
    zone = time_zone_of(services, principal)
    return render_page(
        request,
        "feeds/feed.html",
        HTTPStatus.OK,
        layout="web/office.html" if home is None else "web/person.html",
        home=home,
        form=f"{home}/calendar" if home else urls.OFFICE_CALENDAR,
        address=address,
        feed=feed,
        created=feed and format_short_datetime(feed.created_at, zone),
        ends=feed and format_short_datetime(feed.expires_at, zone),
        used=feed and feed.last_used_at and format_short_datetime(feed.last_used_at, zone),
    )


ROUTERS = (FEED_PAGES, OFFICE_FEED_PAGES)
PERMISSIONS: Permissions = {
    ("GET", "/p/{link}/calendar"): Permission(PERSON, own_only=True),
    ("GET", "/p/{link}/calendar/all.ics"): Permission(PERSON, own_only=True),
    ("POST", "/p/{link}/calendar"): Permission(PERSON, own_only=True),
    ("POST", "/p/{link}/calendar/end"): Permission(PERSON, own_only=True),
    ("GET", urls.OFFICE_CALENDAR): Permission(MANAGER, limits=LimitRule.NO_CYCLE),
    ("POST", urls.OFFICE_CALENDAR): Permission(
        MANAGER, requires_recent_authentication=True, limits=LimitRule.NO_CYCLE
    ),
    ("POST", f"{urls.OFFICE_CALENDAR}/end"): Permission(MANAGER, limits=LimitRule.NO_CYCLE),
}
