"""The audit trail, for managers and auditors."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.http.addresses import API
from api.http.asking import ServicesDep
from api.http.problems import documented
from api.workflows import audit
from api.workflows.audit import AuditEntry, AuditFilter, AuditReport
from coach.feedback import OneLine

AUDIT = APIRouter(prefix=API, tags=["audit"])


@AUDIT.get("/audit", responses=documented(422))
def audit_trail(
    which: Annotated[AuditFilter, Query()], services: ServicesDep
) -> tuple[AuditEntry, ...]:
    """Who did what to which object when, the youngest first; ids instead of names."""
    with services.database.reading() as tx:
        return audit.entries(tx, which)


@AUDIT.get("/audit/report", responses=documented(422))
def audit_report(services: ServicesDep, head: Annotated[str, OneLine] | None = None) -> AuditReport:
    """Verify the whole trail; keep `head` elsewhere, and send it again to notice a cut."""
    with services.database.reading() as tx:
        return audit.verify(tx, services.keyring, head)
