"""The page where a cycle is created without a file."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.http import urls
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.overview.policy_editor.keys import FIRST_KEYS, KEYS
from api.overview.policy_editor.new_cycle import create_from_fields, first_entries
from api.overview.policy_editor.presenters import (
    Faults,
    faults_by_field,
    present_field,
    summary_of,
)
from api.overview.policy_editor.time_zones import time_zones
from api.web.rendering import FormFields, redirect_after_post, render_page
from coach.errors import UnusableInputError

NEW_CYCLE = APIRouter(prefix=urls.NEW_CYCLE, include_in_schema=False)


@NEW_CYCLE.get("")
def show_form(request: Request) -> Response:
    """Show the form, filled with the defaults."""
    return _render(request, first_entries(), {})


@NEW_CYCLE.post("")
def create(form_fields: FormFields, request: Request, services: ServicesDep) -> Response:
    """Create the cycle, or show all faults with the entered texts."""
    try:
        created = create_from_fields(services, form_fields)
    except UnusableInputError as error:
        return _render(request, form_fields, faults_by_field(error.faults))
    return redirect_after_post(urls.cycle(created.id))


def _render(request: Request, entered: Mapping[str, str], faults: Faults) -> Response:
    return render_page(
        request,
        "overview/policy_editor/new_cycle.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        fields=[present_field(KEYS[key], entered, faults) for key in FIRST_KEYS],
        summary=summary_of(faults, {key: KEYS[key].label for key in FIRST_KEYS}),
        time_zones=time_zones(),
    )


ROUTERS = (NEW_CYCLE,)
PERMISSIONS: Permissions = {
    ("GET", urls.NEW_CYCLE): Permission(MANAGER),
    ("POST", urls.NEW_CYCLE): Permission(MANAGER),
}
