"""The audit page, which is also the landing page for auditors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response

from api.audit_trail import facts as audit_facts
from api.audit_trail.action_facts import ACTIONS
from api.audit_trail.detail_facts import DETAILS, VALUES
from api.coaching.life.facts import REASONS
from api.http import urls
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import OFFICE, Permission, Permissions
from api.overview.audit_entries import AuditEntry, AuditFilter, read_audit_page
from api.overview.trail_state import check_result
from api.web.date_formats import format_short_datetime
from api.web.facts import NUMBER_ALONE
from api.web.rendering import non_empty_fields, render_page, validate_form
from coach.answer_figures import MIN_PEOPLE
from coach.texts.facts import Displayed, Fact

AUDIT = APIRouter(include_in_schema=False)
_UTC = ZoneInfo("UTC")
_PAGE_SIZE = 100
_FIELDS = (
    *("actor_id", "action", "object_kind", "object_id", "cycle_id", "since", "until", "before"),
)


def filter_fields(request: Request) -> dict[str, str]:
    """Return the values of all filters in the query string; a missing filter is empty."""
    return {name: request.query_params.get(name, "") for name in _FIELDS}


FilterFields = Annotated[dict[str, str], Depends(filter_fields)]


@AUDIT.get(urls.AUDIT)
def audit_page(
    fields: FilterFields, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Show the events that match the filters, 100 per page, and the state of the audit trail."""
    filters, faults = validate_form(
        AuditFilter,
        non_empty_fields(fields) | {"limit": str(_PAGE_SIZE + 1)},
        fallback_field="action",
    )
    page = read_audit_page(services, principal, filters)
    shown, more = page.entries[:_PAGE_SIZE], page.entries[_PAGE_SIZE:]
    return render_page(
        request,
        "overview/audit.html",
        422 if faults else 200,
        lines=[_line(entry, page.names, fields) for entry in shown],
        older=_url(fields, before=str(shown[-1].number)) if more else None,
        newest=_url(fields, before="") if fields["before"] else None,
        filtering=any(fields[name] for name in _FIELDS if name != "before"),
        trail_status=page.trail_status,
        state=check_result(page.trail_status),
        cycles=page.cycles,
        actions=_selectable_actions(fields["action"]),
        figures=page.statistics,
        early_ends=[
            (REASONS[reason](), number)
            for reason, number in page.early_ends.items()
            if number is not None
        ],
        least=MIN_PEOPLE,
        entered=fields,
        # The form has no field for `before`, which is only in links.
        faults={field if field != "before" else "": fault for field, fault in faults.items()},
    )


def _selectable_actions(selected: str) -> list[tuple[str, Displayed]]:
    """Return all actions with their labels, including the selected action even if it is unknown."""
    stored = dict.fromkeys([*ACTIONS, *filter(None, [selected])])
    return [(action, audit_facts.label(ACTIONS, action)) for action in stored]


def _line(entry: AuditEntry, names: Mapping[str, str], fields: dict[str, str]) -> dict[str, object]:
    """Format an event, with URLs that filter by its actor, action and object."""
    actor = entry.actor_id or ""
    return {
        "number": entry.number,
        "at": format_short_datetime(entry.at, _UTC),
        "role": audit_facts.label(audit_facts.ROLES, entry.role),
        "who": names.get(actor, actor),
        "by_who": _url(fields, actor_id=actor, before=""),
        "action": audit_facts.label(ACTIONS, entry.action),
        "by_action": _url(fields, action=entry.action, before=""),
        "kind": audit_facts.label(audit_facts.OBJECTS, entry.object_kind),
        "object": names.get(entry.object_id, entry.object_id),
        "by_object": _url(fields, object_id=entry.object_id, before=""),
        "detail": _detail(entry.detail) if entry.detail else "",
    }


def _detail(detail: Mapping[str, str | int]) -> Fact:
    """Return an event's details as a list of names and values."""
    return audit_facts.DETAIL_LIST(
        details=[
            audit_facts.DETAIL(name=audit_facts.label(DETAILS, name), value=_detail_value(value))
            for name, value in detail.items()
        ]
    )


def _detail_value(value: str | int) -> Displayed:
    if isinstance(value, int):
        return NUMBER_ALONE(number=value)
    return audit_facts.label(VALUES, value)


def _url(fields: dict[str, str], **changed: str) -> str:
    """Return the URL of the audit page with some of its filters changed."""
    return f"{urls.AUDIT}?{urlencode(non_empty_fields(fields | changed))}"


ROUTERS = (AUDIT,)
PERMISSIONS: Permissions = {
    ("GET", "/audit"): Permission(OFFICE),
}
