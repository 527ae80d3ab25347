"""Routes for calendar feeds: fetching a feed, and creating and ending your own."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.feeds import service as feeds
from api.feeds.service import Feed, NewFeed, Preconditions
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.limits import LimitRule
from api.http.permissions import EVERYBODY, MANAGER, PERSON, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API, FEEDS

FEED = APIRouter(include_in_schema=False)
OWN_FEED = APIRouter(prefix=f"{API}/me", tags=["me"])


@FEED.get(FEEDS + "{feed_secret}.ics")
def read_feed(feed_secret: str, request: Request, services: ServicesDep) -> Response:
    """Get a feed; the response is 304 if the calendar program already has the current version."""
    feed = feeds.read_feed(services, feed_secret, _preconditions(request))
    headers = {"ETag": feed.etag, "Cache-Control": "private, no-cache"}
    if feed.last_modified is not None:
        modified = feed.last_modified.astimezone(UTC)
        headers["Last-Modified"] = format_datetime(modified, usegmt=True)
    if feed.content is None:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(feed.content, media_type="text/calendar; charset=utf-8", headers=headers)


@OWN_FEED.get("/feed", responses=problem_responses())
def my_feed(services: ServicesDep, principal: PrincipalDep) -> Feed | None:
    """Get when your calendar feed was created and last fetched, or `null` if you have none."""
    return feeds.read_feed_of(services, principal)


@OWN_FEED.post("/feed", status_code=HTTPStatus.CREATED, responses=problem_responses())
def create_my_feed(services: ServicesDep, principal: PrincipalDep) -> NewFeed:
    """Create your calendar feed, and get its address. Any earlier feed stops working."""
    return feeds.create_feed(services, principal)


@OWN_FEED.delete("/feed", status_code=HTTPStatus.NO_CONTENT, responses=problem_responses())
def end_my_feed(services: ServicesDep, principal: PrincipalDep) -> None:
    """End your calendar feed. Nothing happens if you have none."""
    feeds.end_feed(services, principal)


def _preconditions(request: Request) -> Preconditions:
    tags = request.headers.get("if-none-match")
    return Preconditions(
        etags=None
        if tags is None
        else frozenset(tag.strip().removeprefix("W/") for tag in tags.split(",")),
        modified_since=_http_date(request.headers.get("if-modified-since", "")),
    )


def _http_date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


ROUTERS = (FEED, OWN_FEED)
PERMISSIONS: Permissions = {
    ("GET", FEEDS + "{feed_secret}.ics"): Permission(EVERYBODY, authenticates=False),
    ("GET", API + "/me/feed"): Permission(PERSON | MANAGER, limits=LimitRule.NO_CYCLE),
    ("POST", API + "/me/feed"): Permission(
        PERSON | MANAGER, requires_recent_authentication=True, limits=LimitRule.NO_CYCLE
    ),
    ("DELETE", API + "/me/feed"): Permission(PERSON | MANAGER, limits=LimitRule.NO_CYCLE),
}
