"""JSON routes for reading and comparing plans."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.http.versions import RequiredVersion, set_version
from api.plans import service as plans
from api.plans.label import PlanLabel, change_label, read_label
from api.plans.plan_details import PlanSummary
from api.plans.plan_json import ComparisonJson, PlanJson, comparison_json, plan_json
from api.texts.reader_language import request_renderer
from api.values import Identifier

PLANS = APIRouter(prefix=API, tags=["plans"])


@PLANS.get("/cycles/{cycle_id}/plans", responses=problem_responses(404))
def list_plans(cycle_id: str, services: ServicesDep) -> tuple[PlanSummary, ...]:
    """List the plans of a cycle, newest first."""
    return plans.list_plans(services, cycle_id)


@PLANS.get("/plans/{plan_id}", responses=problem_responses(404))
def read_plan(
    plan_id: str, request: Request, services: ServicesDep, response: Response
) -> PlanJson:
    """Get a plan: matches with verdicts and sessions, and unmatched coachees with reasons.

    `ETag` changes when any plan of the cycle is published.
    """
    plan = plans.read_plan(services, plan_id)
    set_version(response, plan.plans_version)
    return plan_json(plan, request_renderer(request))


@PLANS.get("/plans/{plan_id}/comparison", responses=problem_responses(404, 409, 422))
def compare_plans(
    plan_id: str,
    request: Request,
    services: ServicesDep,
    before: Annotated[
        Identifier | None,
        Query(description="The plan to compare with. Defaults to the published plan."),
    ] = None,
) -> ComparisonJson:
    """Get the differences between two plans of a cycle, with the reason for each change.

    `gain` is `null` if the plans' points are not comparable, because their rules or weights differ.
    """
    comparison = plans.compare_plans(services, plan_id, before)
    return comparison_json(comparison, request_renderer(request))


@PLANS.get("/plans/{plan_id}/label", responses=problem_responses(404))
def read_plan_label(plan_id: str, services: ServicesDep, response: Response) -> PlanLabel:
    """Get the name and the comment of a plan. `ETag` is their version."""
    stored = read_label(services, plan_id)
    set_version(response, stored.version)
    return stored.label


@PLANS.put("/plans/{plan_id}/label", responses=problem_responses(404, 412, 422, 428))
def change_plan_label(
    plan_id: str,
    label: PlanLabel,
    services: ServicesDep,
    version: RequiredVersion,
    response: Response,
) -> PlanLabel:
    """Change the name and the comment of a plan, even if the plan is published."""
    set_version(response, change_label(services, plan_id, label, version=version))
    return label


ROUTERS = (PLANS,)
PERMISSIONS: Permissions = {
    ("GET", API + "/cycles/{cycle_id}/plans"): Permission(MANAGER),
    ("GET", API + "/plans/{plan_id}"): Permission(MANAGER, audit_action="plan opened"),
    ("GET", API + "/plans/{plan_id}/label"): Permission(MANAGER),
    ("PUT", API + "/plans/{plan_id}/label"): Permission(MANAGER, scope=TokenScope.RUN),
    ("GET", API + "/plans/{plan_id}/comparison"): Permission(MANAGER, audit_action="plan opened"),
}
