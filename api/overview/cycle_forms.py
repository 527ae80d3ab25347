"""Handlers for the forms on the cycle page, which displays any faults in a form."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Form, Request, Response, UploadFile

from api.data_protection import retention_policy
from api.data_protection.retention_policy import HoldInput
from api.http import urls
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.overview import cycles, facts
from api.overview.cycle_page import FormFaults, render_cycle
from api.overview.policy_pages import render_changed_since
from api.participants.preview.routes import uploaded_files
from api.participants.preview.service import preview_lists
from api.participants.routes import named_file
from api.runs import what_if
from api.web.rendering import FormFields, redirect_after_post, validate_form
from coach.errors import ChangedSinceError, ConflictError, UnusableInputError

CYCLE_FORMS = APIRouter(prefix="/cycles/{cycle_id}", include_in_schema=False)


@CYCLE_FORMS.post("/policy")
def replace_policy(
    cycle_id: str,
    file: Annotated[UploadFile, File()],
    request: Request,
    services: ServicesDep,
    version: Annotated[int | None, Form()] = None,
) -> Response:
    """Replace the policy with another cycle file, or show all its faults."""
    uploaded = named_file(file)
    try:
        cycles.replace_policy(services, cycle_id, uploaded, version=version)
    except UnusableInputError as error:
        return render_cycle(request, cycle_id, FormFaults(policy=error.faults))
    except ChangedSinceError as error:
        return render_changed_since(request, cycle_id, uploaded.content.decode(), error)
    return redirect_after_post(urls.cycle(cycle_id))


@CYCLE_FORMS.post("/people")
def upload_people(
    cycle_id: str,
    request: Request,
    services: ServicesDep,
    coachees: Annotated[UploadFile | None, File()] = None,
    coaches: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Upload one list or both for review before they are used, or show all their faults."""
    try:
        preview_lists(services, cycle_id, uploaded_files(coachees, coaches))
    except UnusableInputError as error:
        return render_cycle(request, cycle_id, FormFaults(people=error.faults))
    except ConflictError as error:
        return render_cycle(request, cycle_id, FormFaults(no_list=error.shown))
    return redirect_after_post(urls.list_preview(cycle_id))


@CYCLE_FORMS.post("/what-if")
def start_what_if(
    cycle_id: str,
    file: Annotated[UploadFile, File()],
    request: Request,
    services: ServicesDep,
    *,
    keep: Annotated[bool, Form()] = False,
) -> Response:
    """Queue a run with another policy. The cycle's own policy does not change."""
    try:
        run = what_if.start_what_if(services, cycle_id, named_file(file), keep=keep)
    except UnusableInputError as error:
        return render_cycle(request, cycle_id, FormFaults(what_if=error.faults))
    return redirect_after_post(urls.run(run.id))


@CYCLE_FORMS.post("/retention/hold")
def hold(
    cycle_id: str, form_fields: FormFields, request: Request, services: ServicesDep
) -> Response:
    """Put a hold on the erasure of the people in a cycle."""
    hold_input, _ = validate_form(HoldInput, form_fields, fallback_field="because")
    if hold_input is None:
        return render_cycle(request, cycle_id, FormFaults(hold=facts.NO_REASON()))
    retention_policy.hold(services, cycle_id, hold_input)
    return redirect_after_post(f"{urls.cycle(cycle_id)}#retention")


@CYCLE_FORMS.post("/retention/release")
def release(cycle_id: str, services: ServicesDep) -> Response:
    """End a cycle's hold."""
    retention_policy.end_hold(services, cycle_id)
    return redirect_after_post(f"{urls.cycle(cycle_id)}#retention")


ROUTERS = (CYCLE_FORMS,)
PERMISSIONS: Permissions = {
    ("POST", "/cycles/{cycle_id}/policy"): Permission(MANAGER),
    ("POST", "/cycles/{cycle_id}/people"): Permission(MANAGER, scope=TokenScope.PEOPLE),
    ("POST", "/cycles/{cycle_id}/what-if"): Permission(MANAGER, scope=TokenScope.RUN),
    ("POST", "/cycles/{cycle_id}/retention/hold"): Permission(MANAGER),
    ("POST", "/cycles/{cycle_id}/retention/release"): Permission(MANAGER),
}
