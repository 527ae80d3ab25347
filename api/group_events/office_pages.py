"""The office's pages about group events: the list, one event, and the form for events."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.cycles.service import CycleHeader
from api.group_events import attendance, changes, facts, reading
from api.group_events.attendance import AttendanceInput, PersonAttendance
from api.group_events.form import empty_dates, new_fields, read_form, rows_of, stored_fields
from api.group_events.presenters import event_line
from api.group_events.views import GroupEventOfCycle
from api.http import urls
from api.http.dependencies import ServicesDep, services_for
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.http.versions import version_in_form
from api.invitations.presenters import mail_context
from api.participants.person_summary import PersonSummary
from api.web.labels import Option
from api.web.rendering import FormFields, redirect_after_post, render_page
from coach.errors import ChangedSinceError, ConflictError
from coach.texts.facts import Displayed

EVENT_PAGES = APIRouter(prefix="/cycles/{cycle_id}/events", include_in_schema=False)
_KINDS = tuple(Option(kind, words) for kind, words in facts.KINDS.items())
_AUDIENCES = tuple(Option(one, words) for one, words in facts.AUDIENCES.items())


@EVENT_PAGES.get("")
def show_events(cycle_id: str, request: Request, services: ServicesDep) -> Response:
    """Show a cycle's group events."""
    found = reading.list_events(services, cycle_id)
    return render_page(
        request,
        "group_events/events.html",
        cycle=found.cycle,
        here=urls.group_events(cycle_id),
        lines=[event_line(one, services.now()) for one in found.events],
    )


@EVENT_PAGES.get("/new")
def show_new(cycle_id: str, request: Request, services: ServicesDep) -> Response:
    """Show the form for a new group event."""
    cycle, people = reading.read_choice(services, cycle_id)
    return _render_form(request, cycle, people, new_fields(cycle.timezone))


@EVENT_PAGES.post("")
def create(
    cycle_id: str, form_fields: FormFields, request: Request, services: ServicesDep
) -> Response:
    """Create a group event, or show the faults."""
    entered, faults = read_form(form_fields)
    if entered is not None:
        try:
            created = changes.create_event(services, cycle_id, entered)
        except ConflictError as error:
            faults = {"": error.shown}
        else:
            return redirect_after_post(urls.group_event(cycle_id, created.id))
    cycle, people = reading.read_choice(services, cycle_id)
    return _render_form(request, cycle, people, form_fields, faults=faults)


@EVENT_PAGES.get("/{event_id}")
def show_event(cycle_id: str, event_id: str, request: Request) -> Response:
    """Show a group event with replies and attendance."""
    return _render_event(request, cycle_id, event_id)


@EVENT_PAGES.get("/{event_id}/edit")
def show_edit(cycle_id: str, event_id: str, request: Request, services: ServicesDep) -> Response:
    """Show the form for an existing group event."""
    found = reading.read_event(services, cycle_id, event_id)
    return _render_form(request, found.cycle, found.people, stored_fields(found), found=found)


@EVENT_PAGES.post("/{event_id}/edit")
def change(
    cycle_id: str, event_id: str, form_fields: FormFields, request: Request, services: ServicesDep
) -> Response:
    """Change a group event, or show the faults or the changes made in the meantime."""
    entered, faults = read_form(form_fields)
    version, changed = version_in_form(form_fields.get("version", "")), None
    if entered is not None:
        try:
            changes.change_event(services, cycle_id, event_id, entered, version=version)
        except ChangedSinceError as error:
            changed = error
        except ConflictError as error:
            faults = {"": error.shown}
        else:
            return redirect_after_post(urls.group_event(cycle_id, event_id))
    found = reading.read_event(services, cycle_id, event_id)
    return _render_form(
        request, found.cycle, found.people, form_fields, found=found, faults=faults, changed=changed
    )


@EVENT_PAGES.post("/{event_id}/cancel")
def cancel(
    cycle_id: str, event_id: str, form_fields: FormFields, request: Request, services: ServicesDep
) -> Response:
    """Cancel a group event, or show it again if somebody has changed it in the meantime."""
    version = version_in_form(form_fields.get("version", ""))
    try:
        changes.cancel_event(services, cycle_id, event_id, version=version)
    except ChangedSinceError as error:
        return _render_event(request, cycle_id, event_id, conflict=error.shown)
    return redirect_after_post(urls.group_event(cycle_id, event_id))


@EVENT_PAGES.post("/{event_id}/attendance")
def record(
    cycle_id: str, event_id: str, form_fields: FormFields, request: Request, services: ServicesDep
) -> Response:
    """Record who attended on a date, or show the event again if it has changed in the meantime."""
    came = set(form_fields.get("came", "").split())
    listed = form_fields.get("listed", "").split()
    given = AttendanceInput(
        date_id=form_fields.get("date", ""),
        people=tuple(PersonAttendance(person_id=one, attended=one in came) for one in listed),
    )
    version = version_in_form(form_fields.get("version", ""))
    try:
        attendance.record_attendance(services, cycle_id, event_id, given, version=version)
    except ChangedSinceError as error:
        return _render_event(request, cycle_id, event_id, conflict=error.shown)
    return redirect_after_post(urls.group_event(cycle_id, event_id))


def _render_event(
    request: Request, cycle_id: str, event_id: str, *, conflict: Displayed = ""
) -> Response:
    services = services_for(request)
    found = reading.read_event(services, cycle_id, event_id)
    line = event_line(found.event, services.now())
    return render_page(
        request,
        "group_events/event.html",
        HTTPStatus.CONFLICT if conflict else HTTPStatus.OK,
        **mail_context(found.mail, found.cycle.timezone, include_recipients=False),
        cycle=found.cycle,
        event=found.event,
        line=line,
        here=urls.group_event(cycle_id, event_id),
        can_change=_can_change(found),
        conflict=conflict,
    )


def _can_change(found: GroupEventOfCycle) -> bool:
    event = found.event
    return not event.is_cancelled and any(not one.has_begun for one in event.dates)


def _render_form(
    request: Request,
    cycle: CycleHeader,
    people: tuple[PersonSummary, ...],
    fields: Mapping[str, str],
    *,
    found: GroupEventOfCycle | None = None,
    faults: Mapping[str, Displayed] | None = None,
    changed: ChangedSinceError | None = None,
) -> Response:
    services = services_for(request)
    here = urls.group_events(cycle.id)
    line = None if found is None else event_line(found.event, services.now())
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    rows = rows_of(fields)
    entered = new_fields("") | {"required": ""} | empty_dates(rows) | dict(fields)
    if changed is not None and found is not None:
        entered["version"] = f"{found.event.version}"  # the differences are shown
    return render_page(
        request,
        "group_events/edit.html",
        HTTPStatus.CONFLICT if changed else status,
        cycle=cycle,
        here=here,
        line=line,
        action=here if line is None else f"{urls.group_event(cycle.id, line.id)}/edit",
        kinds=_KINDS,
        audiences=_AUDIENCES,
        people=people,
        chosen=entered["people"].split(),
        rows=rows,
        entered=entered,
        faults=faults or {},
        conflict=changed.shown if changed else "",
        differences=changed.differences if changed else (),
        past=[one for one in line.dates if one.can_record] if line else [],
    )


_READ = Permission(MANAGER, audit_action="group events opened")
_WRITE = Permission(MANAGER, scope=TokenScope.PEOPLE)
_EVENTS = "/cycles/{cycle_id}/events"

ROUTERS = (EVENT_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", _EVENTS): _READ,
    ("POST", _EVENTS): _WRITE,
    ("GET", f"{_EVENTS}/new"): _READ,
    ("GET", f"{_EVENTS}/{{event_id}}"): _READ,
    ("GET", f"{_EVENTS}/{{event_id}}/edit"): _READ,
    ("POST", f"{_EVENTS}/{{event_id}}/edit"): _WRITE,
    ("POST", f"{_EVENTS}/{{event_id}}/cancel"): _WRITE,
    ("POST", f"{_EVENTS}/{{event_id}}/attendance"): _WRITE,
}
