"""The office's pages for curriculum modules."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.coaching.curriculum import changes, labels
from api.coaching.curriculum.changes import Approval
from api.coaching.curriculum.module_form import (
    EMPTY,
    FIELDS,
    entered_fields,
    form_language,
    read_fields,
)
from api.coaching.curriculum.presenters import by_course, module_line
from api.http import urls
from api.http.dependencies import ServicesDep, services_for
from api.http.limits import LimitRule
from api.http.permissions import MANAGER, OFFICE, Permission, Permissions
from api.http.urls import CURRICULUM
from api.web.rendering import FormFields, parse_form, redirect_after_post, render_page
from api.web.shown_forms import FormState, Refused, shown_form, submitted
from coach.errors import ConflictError, UnusableInputError
from coach.texts.facts import Displayed

CURRICULUM_PAGES = APIRouter(include_in_schema=False)
_ADD = f"{CURRICULUM}/add"
_MODULE = f"{CURRICULUM}/{{module_code}}"


@CURRICULUM_PAGES.get(CURRICULUM)
def show_curriculum(request: Request, services: ServicesDep) -> Response:
    """Show all modules, grouped by course."""
    courses = by_course(changes.read_curriculum(services))
    return render_page(
        request,
        "coaching/curriculum/modules.html",
        courses=courses,
        drafts=sum(module.has_drafts for _, modules in courses for module in modules),
    )


@CURRICULUM_PAGES.get(_ADD)
def show_form(request: Request) -> Response:
    """Show the form for a new module."""
    return _render_form(request, EMPTY, {})


@CURRICULUM_PAGES.post(_ADD)
def add(request: Request, form_fields: FormFields, services: ServicesDep) -> Response:
    """Add a module, or show the faults."""
    entered = _entered(form_fields)
    module, faults = read_fields(entered, form_language(services))
    if module is None:
        return _render_form(request, entered, faults)
    try:
        changes.add_module(services, module)
    except UnusableInputError as error:
        return _render_form(request, entered, error.by_column)
    except ConflictError as error:
        return _render_form(request, entered, {"code": error.shown})
    return redirect_after_post(urls.module(module.code))


@CURRICULUM_PAGES.get(_MODULE)
def show_module(module_code: str, request: Request) -> Response:
    """Show a module with the available actions."""
    return _render(request, module_code)


@CURRICULUM_PAGES.post(_MODULE)
def change(
    module_code: str, request: Request, form_fields: FormFields, services: ServicesDep
) -> Response:
    """Change a module, or show the faults."""
    entered = submitted({**form_fields, "code": module_code}, FIELDS, "version")
    current = changes.read_module(services, module_code)
    module, faults = read_fields(entered.texts, form_language(services), current.module)
    if module is None:
        return _render(request, module_code, Refused(entered, faults))
    try:
        changes.change_module(services, module_code, module, version=entered.version)
    except UnusableInputError as error:
        return _render(request, module_code, Refused(entered, error.by_column))
    except ConflictError as error:
        return _render(request, module_code, Refused(entered, error=error))
    return redirect_after_post(urls.module(module_code))


@CURRICULUM_PAGES.post(f"{_MODULE}/approve")
def approve(
    module_code: str, request: Request, form_fields: FormFields, services: ServicesDep
) -> Response:
    """Approve the selected objectives."""
    chosen = form_fields.get("objectives", "").split()
    places = tuple(int(place) for place in chosen if place.isdecimal())
    approval = Approval(version=_version(form_fields), objectives=places)
    try:
        if places:
            changes.approve_objectives(services, module_code, approval)
    except ConflictError as error:
        return _render(request, module_code, conflict=error.shown)
    return redirect_after_post(urls.module(module_code))


@CURRICULUM_PAGES.post(f"{_MODULE}/retire")
def retire(module_code: str, services: ServicesDep) -> Response:
    """Retire a module."""
    changes.retire_module(services, module_code)
    return redirect_after_post(urls.module(module_code))


@CURRICULUM_PAGES.post(f"{_MODULE}/restore")
def restore(module_code: str, services: ServicesDep) -> Response:
    """Restore a retired module."""
    changes.restore_module(services, module_code)
    return redirect_after_post(urls.module(module_code))


@CURRICULUM_PAGES.post(f"{_MODULE}/delete")
def delete(module_code: str, request: Request, services: ServicesDep) -> Response:
    """Delete a module, or show why it cannot be deleted."""
    try:
        changes.delete_module(services, module_code)
    except ConflictError as error:
        return _render(request, module_code, conflict=error.shown)
    return redirect_after_post(CURRICULUM)


def _entered(form_fields: Mapping[str, str]) -> dict[str, str]:
    return {field: form_fields.get(field, "") for field in FIELDS}


def _version(form_fields: Mapping[str, str]) -> int:
    return parse_form(Approval, {"version": form_fields.get("version", "")}).version


def _render_form(
    request: Request, entered: Mapping[str, str], faults: Mapping[str, Displayed]
) -> Response:
    return render_page(
        request,
        "coaching/curriculum/new_module.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        courses=labels.COURSES,
        entered=entered,
        faults=faults,
    )


def _render(
    request: Request,
    module_code: str,
    refused: Refused | None = None,
    *,
    conflict: Displayed = "",
) -> Response:
    services = services_for(request)
    stored = changes.read_module(services, module_code)
    texts = entered_fields(stored.module, form_language(services))
    form = shown_form(FormState(texts, stored.version), refused, labels.MODULE_WORDS)
    return render_page(
        request,
        "coaching/curriculum/module.html",
        HTTPStatus.CONFLICT if conflict else form.status,
        **form.context,
        line=module_line(stored),
        courses=labels.COURSES,
        conflict=conflict,
    )


ROUTERS = (CURRICULUM_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", CURRICULUM): Permission(OFFICE, limits=LimitRule.NO_CYCLE),
    ("GET", _ADD): Permission(MANAGER),
    ("POST", _ADD): Permission(MANAGER),
    ("GET", _MODULE): Permission(OFFICE, limits=LimitRule.NO_CYCLE),
    ("POST", _MODULE): Permission(MANAGER),
    ("POST", f"{_MODULE}/approve"): Permission(MANAGER),
    ("POST", f"{_MODULE}/retire"): Permission(MANAGER),
    ("POST", f"{_MODULE}/restore"): Permission(MANAGER),
    ("POST", f"{_MODULE}/delete"): Permission(MANAGER),
}
