"""The audit trail, for managers and auditors."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.http.authentication import ServicesDep, ViewerDep
from api.http.problem_details import documented
from api.http.urls import API
from api.overview import audit_trail
from api.overview.audit_trail import AuditEntry, AuditFilter, AuditStanding

AUDIT = APIRouter(prefix=API, tags=["audit"])


@AUDIT.get("/audit", responses=documented(422))
def audit_entries(
    which: Annotated[AuditFilter, Query()], services: ServicesDep, viewer: ViewerDep
) -> tuple[AuditEntry, ...]:
    """Who did what to which object when, the youngest first; identifiers instead of names."""
    with services.database.reading() as tx:
        return audit_trail.entries(tx, services.keyring, viewer, which)


@AUDIT.get("/audit/report", responses=documented())
def audit_report(services: ServicesDep) -> AuditStanding:
    """How the trail stands, and what its daily check found last; nothing is verified for this."""
    with services.database.reading() as tx:
        return audit_trail.standing(tx)


@AUDIT.get(
    "/audit/head",
    responses=documented() | {200: {"content": {"text/plain": {}}}},
    response_class=Response,
)
def audit_head(services: ServicesDep) -> Response:
    """The trail's head as a file to keep elsewhere: with it a cut can be noticed."""
    with services.database.reading() as tx:
        standing = audit_trail.standing(tx)
    now = services.now()
    text = (
        f"Audit trail of {services.settings.base_url}\n"
        f"at {now:%Y-%m-%d %H:%M:%S} UTC\nrows {standing.rows}\nhead {standing.head}\n\n"
        f"To check later: gender-coach audit verify --head {standing.head}\n"
    )
    name = f'attachment; filename="audit-head-{now:%Y-%m-%d}.txt"'
    return Response(text, media_type="text/plain", headers={"Content-Disposition": name})
