"""The office's page showing the states of a cycle's agreements."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from sqlalchemy import select

from api.coaching.agreements.labels import state_badge
from api.coaching.agreements.office import AgreementStatus, agreement_statuses
from api.coaching.agreements.office_list import AGREEMENT_ACCESS, AGREEMENT_LIST
from api.cycles.service import CycleHeader, cycle_header
from api.http import urls
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.lists.listing import present_list
from api.lists.query import read_query
from api.lists.selection import select_rows
from api.runs.rows import PlanRow, PlanState
from api.services import Services
from api.web.date_formats import format_local_date
from api.web.rendering import render_page

AGREEMENT_STATES_PAGE = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class OfficePage:
    """The pairs of a cycle, and its published plan, which is needed to replace a coach."""

    cycle: CycleHeader
    pairs: tuple[AgreementStatus, ...]
    plan_id: str | None


@AGREEMENT_STATES_PAGE.get("/cycles/{cycle_id}/agreements")
def show_agreements(cycle_id: str, request: Request, services: ServicesDep) -> Response:
    """Show the pairs asking for another coach, and the state and dates of each agreement."""
    found = read_office_page(services, cycle_id)
    zone = ZoneInfo(found.cycle.timezone)
    query = read_query(request, AGREEMENT_LIST)
    selected = select_rows(found.pairs, query, AGREEMENT_ACCESS)
    counts = Counter(pair.state for pair in found.pairs)
    return render_page(
        request,
        "coaching/agreements_of_cycle.html",
        cycle=found.cycle,
        asking=[
            (pair, found.plan_id and urls.plan_person(found.plan_id, pair.coachee_id))
            for pair in found.pairs
            if pair.asks_for_change
        ],
        counts=[
            (state_badge(state, None), number)
            for state, number in sorted(counts.items(), key=lambda item: item[0] or "")
        ],
        pairs=[
            (
                pair,
                state_badge(pair.state, pair.closed_as),
                format_local_date(pair.agreed_at, zone),
                format_local_date(pair.closed_at, zone),
            )
            for pair in selected.rows
        ],
        list=present_list(urls.agreements(cycle_id), query, selected),
    )


def read_office_page(services: Services, cycle_id: str) -> OfficePage:
    """Return the contents of the page.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        return OfficePage(
            cycle=cycle_header(tx, cycle_id),
            pairs=agreement_statuses(tx, cycle_id, now=services.now()),
            plan_id=tx.scalar(
                select(PlanRow.id).where(
                    PlanRow.cycle_id == cycle_id, PlanRow.state == PlanState.PUBLISHED
                )
            ),
        )


ROUTERS = (AGREEMENT_STATES_PAGE,)
PERMISSIONS: Permissions = {
    ("GET", "/cycles/{cycle_id}/agreements"): Permission(MANAGER, audit_action="agreements opened"),
}
