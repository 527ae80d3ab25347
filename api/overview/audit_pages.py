"""The audit trail in the browser, and the first page of auditors."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response

from api.audit_trail import verification
from api.audit_trail.verification import AuditTrailStatus
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import OFFICE, Permission, Permissions
from api.http.urls import AUDIT as AUDIT_PAGE
from api.overview import audit_trail
from api.overview import statistics as figures
from api.overview.audit_trail import AuditEntry, AuditFilter
from api.overview.cycles import all_summaries
from api.web.date_formats import format_short_datetime
from api.web.rendering import non_empty_fields, render_page, validate_form

AUDIT = APIRouter(include_in_schema=False)
_UTC = ZoneInfo("UTC")
_PAGE_SIZE = 100
_FIELDS = (
    *("actor_id", "action", "object_kind", "object_id", "cycle_id", "since", "until", "before"),
)


def filter_fields(request: Request) -> dict[str, str]:
    """The filters in the address, known ones alone."""
    return {name: request.query_params.get(name, "") for name in _FIELDS}


FilterFields = Annotated[dict[str, str], Depends(filter_fields)]


@AUDIT.get(AUDIT_PAGE)
def audit_page(
    filters: FilterFields, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Who did what to what when, by filters, a hundred acts a page."""
    which, faults = validate_form(
        AuditFilter,
        non_empty_fields(filters) | {"limit": str(_PAGE_SIZE + 1)},
        fallback_field="action",
    )
    with services.database.reading() as tx:
        found = audit_trail.list_entries(tx, services.keyring, principal, which) if which else ()
        shown, more = found[:_PAGE_SIZE], found[_PAGE_SIZE:]
        names = audit_trail.display_names(tx, principal, shown)
        trail_status = verification.trail_status(tx)
        every_cycle = all_summaries(tx)
        numbers = () if principal.is_manager else figures.cycle_statistics(tx)
    return render_page(
        request,
        "overview/audit.html",
        422 if faults else 200,
        lines=[_line(one, names, filters) for one in shown],
        older=_address(filters, before=str(shown[-1].number)) if more else None,
        newest=_address(filters, before="") if filters["before"] else None,
        filtering=any(filters[name] for name in _FIELDS if name != "before"),
        trail_status=trail_status,
        state=_check_result(trail_status),
        cycles=every_cycle,
        figures=numbers,
        entered=filters,
        faults=faults,
    )


def _line(entry: AuditEntry, names: dict[str, str], filters: dict[str, str]) -> dict[str, object]:
    """One act with its words, and the addresses that filter by each of its parts."""
    actor = entry.actor_id or ""
    return {
        "number": entry.number,
        "at": format_short_datetime(entry.at, _UTC),
        "role": entry.role,
        "who": names.get(actor, actor),
        "by_who": _address(filters, actor_id=actor, before=""),
        "action": entry.action,
        "by_action": _address(filters, action=entry.action, before=""),
        "kind": entry.object_kind,
        "object": names.get(entry.object_id, entry.object_id),
        "by_object": _address(filters, object_id=entry.object_id, before=""),
        "detail": ", ".join(f"{name} {value}" for name, value in entry.detail.items()),
    }


def _address(filters: dict[str, str], **changed: str) -> str:
    """The page with other filters."""
    return f"{AUDIT_PAGE}?{urlencode(non_empty_fields(filters | changed))}"


def _check_result(trail_status: AuditTrailStatus) -> tuple[str, str]:
    """Tone and words of what the last check found."""
    check = trail_status.last_check
    if check is None:
        return "warn", (
            "The chain has not been checked yet. A worker does so once a day, and "
            "gender-coach audit verify at once."
        )
    when = format_short_datetime(check.at, _UTC)
    if check.first_broken is not None:
        return "bad", (
            f"The chain does not hold: on {when}, row {check.first_broken} of {check.rows} did not "
            "fit. It, or a row before it, was altered, taken out or put in."
        )
    return "good", f"The chain holds: on {when}, all {check.rows} rows were as they were written."


ROUTERS = (AUDIT,)
PERMISSIONS: Permissions = {
    ("GET", "/audit"): Permission(OFFICE),
}
