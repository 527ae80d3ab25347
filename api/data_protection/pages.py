"""The forms of a cycle's page that hold its people from being erased."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.data_protection import retention_policy as retention_dates
from api.data_protection.retention_policy import HoldInput
from api.http import urls as addresses
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.overview.cycle_page import render_cycle
from api.web.rendering import FormFields, redirect_after_post, validate_form

RETENTION_PAGES = APIRouter(prefix="/cycles/{cycle_id}/retention", include_in_schema=False)
_FAULT = "Please say why, in at most 200 letters on one line."


@RETENTION_PAGES.post("/hold")
def hold(
    cycle_id: str, form_fields: FormFields, request: Request, services: ServicesDep
) -> Response:
    """Have nobody of a cycle erased until it is released."""
    hold_input, _ = validate_form(HoldInput, form_fields, fallback_field="because")
    if hold_input is None:
        return render_cycle(request, cycle_id, hold_fault=_FAULT)
    with services.database.writing() as tx:
        retention_dates.hold(tx, cycle_id, hold_input, now=services.now())
    return redirect_after_post(f"{addresses.cycle(cycle_id)}#retention")


@RETENTION_PAGES.post("/release")
def release(cycle_id: str, services: ServicesDep) -> Response:
    """Hold it no longer."""
    with services.database.writing() as tx:
        retention_dates.release(tx, cycle_id)
    return redirect_after_post(f"{addresses.cycle(cycle_id)}#retention")


ROUTERS = (RETENTION_PAGES,)
PERMISSIONS: Permissions = {
    ("POST", "/cycles/{cycle_id}/retention/hold"): Permission(MANAGER),
    ("POST", "/cycles/{cycle_id}/retention/release"): Permission(MANAGER),
}
