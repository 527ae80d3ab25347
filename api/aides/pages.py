"""The page on which a coachee creates aides' links, and the page that such a link opens."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from api.aides import answers, links
from api.aides.answers import AideReply
from api.aides.links import AideName, NewAideLink
from api.http import urls
from api.http.dependencies import PrincipalDep, ServicesDep, principal_of, services_for
from api.http.permissions import AIDE, COACHEE, Permission, Permissions
from api.participants.service import time_zone_of
from api.web.date_formats import format_datetime_range, format_short_datetime
from api.web.rendering import FormFields, parse_form, redirect_after_post, render_page
from coach.errors import ConflictError, UnusableInputError
from coach.texts.facts import Displayed

OWN_AIDE_PAGES = APIRouter(prefix="/p/{link}/aides", include_in_schema=False)
AIDE_PAGES = APIRouter(prefix="/aide/{link}", include_in_schema=False)


@OWN_AIDE_PAGES.get("")
def show_aides(link: str, request: Request) -> Response:
    """List the coachee's aides' links, with a form to create another."""
    return _render_aides(link, request)


@OWN_AIDE_PAGES.post("")
def create_aide(link: str, request: Request, form_fields: FormFields) -> Response:
    """Create an aide's link and show its address once."""
    try:
        name = parse_form(AideName, form_fields)
        new = links.create_aide(services_for(request), principal_of(request), name)
    except UnusableInputError as error:
        return _render_aides(link, request, faults=error.by_column)
    except ConflictError as error:
        return _render_aides(link, request, faults={"": error.shown})
    return _render_aides(link, request, new)


@OWN_AIDE_PAGES.post("/{aide_id}/end")
def end_aide(link: str, aide_id: str, services: ServicesDep, principal: PrincipalDep) -> Response:
    """End an aide's link."""
    links.end_aide(services, principal, aide_id)
    return redirect_after_post(urls.person_aides(link))


@AIDE_PAGES.get("")
def show_times(
    link: str, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Show the times of the coachee's upcoming sessions, with buttons to accept or decline each."""
    seen = answers.read_times(services, principal)
    return render_page(
        request,
        "aides/times.html",
        home=urls.aide(link),
        label=seen.label,
        times=[
            (time, format_datetime_range(time.start, time.end, ZoneInfo(time.timezone)))
            for time in seen.times
        ],
    )


@AIDE_PAGES.post("/times/{session_id}/reply")
def answer_for_coachee(
    link: str,
    session_id: str,
    form_fields: FormFields,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Accept or decline a time."""
    answers.answer(services, principal, session_id, parse_form(AideReply, form_fields))
    return redirect_after_post(urls.aide(link))


def _render_aides(
    link: str,
    request: Request,
    new: NewAideLink | None = None,
    faults: Mapping[str, Displayed] | None = None,
) -> Response:
    services, principal = services_for(request), principal_of(request)
    zone = time_zone_of(services, principal)
    return render_page(
        request,
        "aides/aides.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        home=urls.person(link),
        address=urls.person_aides(link),
        new=new,
        aides=[
            (
                each,
                format_short_datetime(each.created_at, zone),
                format_short_datetime(each.expires_at, zone),
                each.last_used_at and format_short_datetime(each.last_used_at, zone),
            )
            for each in links.read_aides(services, principal)
        ],
        faults=faults or {},
        entered={"label": ""},
    )


ROUTERS = (OWN_AIDE_PAGES, AIDE_PAGES)
_OWN_VERIFIED = Permission(COACHEE, own_only=True, requires_verification=True)
PERMISSIONS: Permissions = {
    ("GET", "/p/{link}/aides"): _OWN_VERIFIED,
    ("POST", "/p/{link}/aides"): _OWN_VERIFIED,
    ("POST", "/p/{link}/aides/{aide_id}/end"): _OWN_VERIFIED,
    ("GET", "/aide/{link}"): Permission(AIDE, own_only=True),
    ("POST", "/aide/{link}/times/{session_id}/reply"): Permission(AIDE, own_only=True),
}
