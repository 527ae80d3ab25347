"""JSON routes for the audit trail, available to managers and auditors."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.audit_trail.trail_status import AuditTrailStatus, read_trail_status
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import OFFICE, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.overview.audit_entries import AuditEntry, AuditFilter, list_entries

AUDIT = APIRouter(prefix=API, tags=["audit"])


@AUDIT.get("/audit", responses=problem_responses(422))
def audit_entries(
    filters: Annotated[AuditFilter, Query()], services: ServicesDep, principal: PrincipalDep
) -> tuple[AuditEntry, ...]:
    """List the events in the audit trail, newest first. People and users appear as identifiers."""
    return list_entries(services, principal, filters)


@AUDIT.get("/audit/report", responses=problem_responses())
def audit_report(services: ServicesDep) -> AuditTrailStatus:
    """Get the state of the audit trail and the result of its last daily check.

    This does not run a check.
    """
    return read_trail_status(services)


@AUDIT.get(
    "/audit/head",
    responses=problem_responses() | {200: {"content": {"text/plain": {}}}},
    response_class=Response,
)
def audit_head(services: ServicesDep) -> Response:
    """Download the head of the audit trail. Store it on another machine to detect removed rows."""
    trail_status, now = read_trail_status(services), services.now()
    text = (
        f"Audit trail of {services.settings.base_url}\n"
        f"at {now:%Y-%m-%d %H:%M:%S} UTC\nrows {trail_status.rows}\nhead {trail_status.head}\n\n"
        f"To check later: gender-coach audit verify --head {trail_status.head}\n"
    )
    name = f'attachment; filename="audit-head-{now:%Y-%m-%d}.txt"'
    return Response(text, media_type="text/plain", headers={"Content-Disposition": name})


ROUTERS = (AUDIT,)
PERMISSIONS: Permissions = {
    ("GET", API + "/audit"): Permission(OFFICE),
    ("GET", API + "/audit/report"): Permission(OFFICE),
    ("GET", API + "/audit/head"): Permission(OFFICE),
}
