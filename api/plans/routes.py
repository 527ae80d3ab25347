"""JSON routes of plans and their comparison."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.plans import comparison as comparing
from api.plans import service as plans
from api.plans.comparison import PlanComparison
from api.plans.service import PlanDetails, PlanSummary
from api.values import Identifier

PLANS = APIRouter(prefix=API, tags=["plans"])


@PLANS.get("/cycles/{cycle_id}/plans", responses=problem_responses(404))
def list_plans(cycle_id: str, services: ServicesDep) -> tuple[PlanSummary, ...]:
    """The plans of a cycle, the youngest first."""
    with services.database.reading() as tx:
        return plans.list_plans(tx, cycle_id)


@PLANS.get("/plans/{plan_id}", responses=problem_responses(404))
def read_plan(plan_id: str, services: ServicesDep) -> PlanDetails:
    """A plan whole: matches with verdicts and sessions, the unmatched with funnel and remedies."""
    with services.database.reading() as tx:
        return plans.plan_view(tx, plan_id)


@PLANS.get("/plans/{plan_id}/comparison", responses=problem_responses(404, 409, 422))
def compare_plans(
    plan_id: str,
    services: ServicesDep,
    before: Annotated[
        Identifier | None,
        Query(description="The plan to compare with; else the published one."),
    ] = None,
) -> PlanComparison:
    """What differs between two plans of a cycle: policy, levels, and everybody who changes, why.

    `gain` is `null` where two policies measure points by other rules or weights.
    """
    with services.database.reading() as tx:
        pair = comparing.load_plan_pair(tx, plan_id, before)
    return comparing.build_comparison(*pair)


ROUTERS = (PLANS,)
PERMISSIONS: Permissions = {
    ("GET", API + "/cycles/{cycle_id}/plans"): Permission(MANAGER),
    ("GET", API + "/plans/{plan_id}"): Permission(MANAGER, audit_action="plan opened"),
    ("GET", API + "/plans/{plan_id}/comparison"): Permission(MANAGER, audit_action="plan opened"),
}
