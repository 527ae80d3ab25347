"""The audit trail, for managers and auditors."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.audit_trail import verification
from api.audit_trail.verification import AuditTrailStatus
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import OFFICE, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.overview import audit_trail
from api.overview.audit_trail import AuditEntry, AuditFilter

AUDIT = APIRouter(prefix=API, tags=["audit"])


@AUDIT.get("/audit", responses=problem_responses(422))
def audit_entries(
    filters: Annotated[AuditFilter, Query()], services: ServicesDep, principal: PrincipalDep
) -> tuple[AuditEntry, ...]:
    """Who did what to which object when, the youngest first; identifiers instead of names."""
    with services.database.reading() as tx:
        return audit_trail.list_entries(tx, services.keyring, principal, filters)


@AUDIT.get("/audit/report", responses=problem_responses())
def audit_report(services: ServicesDep) -> AuditTrailStatus:
    """How the trail stands, and what its daily check found last; nothing is verified for this."""
    with services.database.reading() as tx:
        return verification.trail_status(tx)


@AUDIT.get(
    "/audit/head",
    responses=problem_responses() | {200: {"content": {"text/plain": {}}}},
    response_class=Response,
)
def audit_head(services: ServicesDep) -> Response:
    """The trail's head as a file to keep elsewhere: with it a cut can be noticed."""
    with services.database.reading() as tx:
        trail_status = verification.trail_status(tx)
    now = services.now()
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
