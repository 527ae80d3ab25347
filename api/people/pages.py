"""The pages of the directory: a searchable list, possible duplicates, and one person."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.http import urls
from api.http.dependencies import ServicesDep, services_for
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.lists.listing import present_list
from api.lists.query import read_query
from api.people import addresses, directory, duplicates
from api.people.addresses import CalendarObjects
from api.people.directory_list import DIRECTORY_LIST, read_directory
from api.people.duplicates import DuplicateDecision
from api.personal_links.email_change import NewAddress
from api.web.rendering import (
    FormFields,
    parse_form,
    redirect_after_post,
    render_page,
    validate_form,
)
from coach.texts.facts import Displayed

_OPENED = "directory opened"
_WHOLE = "directory"
DIRECTORY_PAGES = APIRouter(prefix=urls.DIRECTORY, include_in_schema=False)


@DIRECTORY_PAGES.get("")
def show_directory(request: Request, services: ServicesDep) -> Response:
    """Show one page of the people in the directory, and possible duplicates."""
    query = read_query(request, DIRECTORY_LIST)
    selected, entries = read_directory(services, query)
    shown = present_list(urls.DIRECTORY, query, selected)
    pairs, count = ((), 0) if shown.filtered else duplicates.read_duplicates(services)
    return render_page(
        request,
        "people/directory.html",
        list=shown,
        entries=entries,
        duplicates=pairs,
        duplicates_count=count,
    )


@DIRECTORY_PAGES.post("/duplicates")
def decide_duplicate(form_fields: FormFields, services: ServicesDep) -> Response:
    """Decide whether two people are the same person."""
    duplicates.decide(services, parse_form(DuplicateDecision, form_fields))
    return redirect_after_post(f"{urls.DIRECTORY}#duplicates")


@DIRECTORY_PAGES.get("/{human_id}")
def show_human(human_id: str, request: Request) -> Response:
    """Show one person with their roles in all cycles."""
    return _render_human(request, human_id, {})


@DIRECTORY_PAGES.post("/{human_id}/address")
def change_human_address(
    human_id: str, form_fields: FormFields, request: Request, services: ServicesDep
) -> Response:
    """Change a person's address in the directory and in cycles that have not ended."""
    new, faults = validate_form(NewAddress, form_fields, fallback_field="address")
    if new is None:
        return _render_human(request, human_id, faults, form_fields.get("address", ""))
    addresses.change_address(services, human_id, new)
    return redirect_after_post(urls.human(human_id))


@DIRECTORY_PAGES.post("/{human_id}/calendar-objects")
def set_calendar_objects(human_id: str, form_fields: FormFields, services: ServicesDep) -> Response:
    """Leave calendar objects out of the emails to a person, or attach them again."""
    chosen = parse_form(CalendarObjects, form_fields)
    addresses.set_calendar_objects(services, human_id, chosen)
    return redirect_after_post(f"{urls.human(human_id)}#calendar-objects")


@DIRECTORY_PAGES.post("/roles/{person_id}/separate")
def separate_role(person_id: str, services: ServicesDep) -> Response:
    """Give a role its own entry in the directory, because it belongs to a different person."""
    return redirect_after_post(urls.human(duplicates.separate(services, person_id).id))


def _render_human(
    request: Request, human_id: str, faults: Mapping[str, Displayed], entered: str | None = None
) -> Response:
    human = directory.read_entry(services_for(request), human_id)
    return render_page(
        request,
        "people/human.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        human=human,
        attaches=services_for(request).settings.deployment.attach_ics,
        faults=faults,
        entered={"address": human.email if entered is None else entered},
    )


ROUTERS = (DIRECTORY_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", urls.DIRECTORY): Permission(
        MANAGER, audit_action=_OPENED, audit_object=_WHOLE, compressible=True
    ),
    ("POST", urls.DIRECTORY + "/duplicates"): Permission(MANAGER, scope=TokenScope.PEOPLE),
    ("GET", urls.DIRECTORY + "/{human_id}"): Permission(MANAGER, audit_action=_OPENED),
    ("POST", urls.DIRECTORY + "/{human_id}/address"): Permission(
        MANAGER, scope=TokenScope.PEOPLE, requires_recent_authentication=True
    ),
    ("POST", urls.DIRECTORY + "/{human_id}/calendar-objects"): Permission(
        MANAGER, scope=TokenScope.PEOPLE
    ),
    ("POST", urls.DIRECTORY + "/roles/{person_id}/separate"): Permission(
        MANAGER, scope=TokenScope.PEOPLE
    ),
}
