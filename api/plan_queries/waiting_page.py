"""The page that lists a plan's coachees who have no coach."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.http import urls
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.lists.listing import present_list
from api.lists.query import read_query
from api.plan_queries.plan_parts import read_waiting_page
from api.plan_queries.waiting_list import WAITING_LIST, reason_chart
from api.plans.presenters import plan_line
from api.results.match_view import present_unmatched
from api.texts.reader_language import request_renderer
from api.web.rendering import render_page

WAITING_PAGE = APIRouter(include_in_schema=False)


@WAITING_PAGE.get("/plans/{plan_id}/waiting")
def show_waiting_coachees(plan_id: str, request: Request, services: ServicesDep) -> Response:
    """Show one page of the coachees without a coach, with reasons and remedies."""
    query, texts = read_query(request, WAITING_LIST), request_renderer(request)
    page = read_waiting_page(services, plan_id, query)
    plan, cycle_id = page.plan, page.cycle.id
    address = f"{urls.plan(plan_id)}/waiting"
    return render_page(
        request,
        "plan_queries/waiting.html",
        cycle=page.cycle,
        plan_id=plan_id,
        this=plan_line(plan.summary, plan.cycle.cycle.zone),
        chart=reason_chart(page.waiting),
        list=present_list(address, query, page.selected),
        waiting=[
            (
                present_unmatched(
                    plan.without_coach(row.code), plan.coachee(row.code), page.names, texts
                ),
                urls.plan_person(plan_id, page.person_ids[row.code])
                if row.code in page.person_ids
                else "",
            )
            for row in page.selected.rows
        ],
        pairs_address=urls.pair_decisions(cycle_id),
        territories=frozenset(one["country"] for one in plan.coachees.values()),
    )


ROUTERS = (WAITING_PAGE,)
PERMISSIONS: Permissions = {
    ("GET", "/plans/{plan_id}/waiting"): Permission(
        MANAGER, audit_action="plan opened", compressible=True
    ),
}
