"""The audit trail in the browser, and the first page of auditors."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response

from api.cycles import service as cycles
from api.http.authentication import ServicesDep, ViewerDep
from api.http.urls import AUDIT as AUDIT_PAGE
from api.overview import audit_trail
from api.overview import statistics as figures
from api.overview.audit_trail import AuditEntry, AuditFilter, AuditStanding
from api.web.date_formats import short_moment_text
from api.web.rendering import checked, filled, page

AUDIT = APIRouter(include_in_schema=False)
_UTC = ZoneInfo("UTC")
_ON_A_PAGE = 100
_FIELDS = (
    *("actor_id", "action", "object_kind", "object_id", "cycle_id", "since", "until", "before"),
)


def asked(request: Request) -> dict[str, str]:
    """The filters in the address, known ones alone."""
    return {name: request.query_params.get(name, "") for name in _FIELDS}


Asked = Annotated[dict[str, str], Depends(asked)]


@AUDIT.get(AUDIT_PAGE)
def audit_page(said: Asked, request: Request, services: ServicesDep, viewer: ViewerDep) -> Response:
    """Who did what to what when, by filters, a hundred acts a page."""
    which, faults = checked(
        AuditFilter, filled(said) | {"limit": str(_ON_A_PAGE + 1)}, whole="action"
    )
    with services.database.reading() as tx:
        found = audit_trail.entries(tx, services.keyring, viewer, which) if which else ()
        shown, more = found[:_ON_A_PAGE], found[_ON_A_PAGE:]
        names = audit_trail.names_in(tx, viewer, shown)
        standing = audit_trail.standing(tx)
        every_cycle = cycles.list_cycles(tx)
        numbers = () if viewer.is_manager else figures.figures_of_cycles(tx)
    return page(
        request,
        "overview/audit.html",
        422 if faults else 200,
        lines=[_line(one, names, said) for one in shown],
        older=_address(said, before=str(shown[-1].number)) if more else None,
        newest=_address(said, before="") if said["before"] else None,
        filtering=any(said[name] for name in _FIELDS if name != "before"),
        standing=standing,
        state=_state(standing),
        cycles=every_cycle,
        figures=numbers,
        entered=said,
        faults=faults,
    )


def _line(entry: AuditEntry, names: dict[str, str], said: dict[str, str]) -> dict[str, object]:
    """One act with its words, and the addresses that filter by each of its parts."""
    actor = entry.actor_id or ""
    return {
        "number": entry.number,
        "at": short_moment_text(entry.at, _UTC),
        "role": entry.role,
        "who": names.get(actor, actor),
        "by_who": _address(said, actor_id=actor, before=""),
        "action": entry.action,
        "by_action": _address(said, action=entry.action, before=""),
        "kind": entry.object_kind,
        "object": names.get(entry.object_id, entry.object_id),
        "by_object": _address(said, object_id=entry.object_id, before=""),
        "detail": ", ".join(f"{name} {value}" for name, value in entry.detail.items()),
    }


def _address(said: dict[str, str], **changed: str) -> str:
    """The page with other filters."""
    return f"{AUDIT_PAGE}?{urlencode(filled(said | changed))}"


def _state(standing: AuditStanding) -> tuple[str, str]:
    """Tone and words of what the last check found."""
    check = standing.last_check
    if check is None:
        return "warn", (
            "The chain has not been checked yet. A worker does so once a day, and "
            "gender-coach audit verify at once."
        )
    when = short_moment_text(check.at, _UTC)
    if check.first_broken is not None:
        return "bad", (
            f"The chain does not hold: on {when}, row {check.first_broken} of {check.rows} did not "
            "fit. It, or a row before it, was altered, taken out or put in."
        )
    return "good", f"The chain holds: on {when}, all {check.rows} rows were as they were written."
