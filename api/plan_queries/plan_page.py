"""The page of a plan: its matches with their reasons, and the answers to queries about it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.http import urls
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.plan_queries.page_contents import read_plan_page
from api.plan_queries.presenters import (
    AdviceViewModel,
    QuestionLine,
    latest_question,
    present_advice,
)
from api.plan_queries.rows import QuestionKind
from api.plans.comparison_page import other_plans
from api.plans.plan_details import PlanDetails
from api.results.move_view import display_names
from api.results.plan_view import present_plan
from api.runs.labels import PLAN_STATE
from api.runs.rows import PlanState
from api.texts.reader_language import request_renderer
from api.web.date_formats import format_short_datetime
from api.web.facts import TERRITORY_ALONE
from api.web.rendering import render_page
from matching.rematching.comparison import compare_policies

PLAN_PAGE = APIRouter(include_in_schema=False)


@PLAN_PAGE.get("/plans/{plan_id}")
def show_plan(plan_id: str, request: Request, services: ServicesDep) -> Response:
    """Show a plan with the reasons for its matches and, for a draft, a button to publish it."""
    page = read_plan_page(services, plan_id)
    plan, summary, zone = page.plan, page.plan.summary, page.plan.cycle.cycle.zone
    view = present_plan(plan.roster, plan.cycle, plan.result, request_renderer(request))
    advised = latest_question(page.questions, QuestionKind.ADVISE, zone)
    return render_page(
        request,
        "plans/plan.html",
        plan=view,
        plan_id=plan_id,
        plans_version=plan.plans_version,
        cycle=page.cycle,
        state=PLAN_STATE[summary.state],
        draft=summary.state is PlanState.DRAFT,
        what_if=summary.state is PlanState.WHAT_IF,
        settings=compare_policies(plan.own_policy or plan.cycle, plan.policy),
        outdated=plan.outdated,
        without_guidance=[TERRITORY_ALONE(code=card.country) for card in page.guidance],
        replaces=page.published_plan_id is not None,
        made=format_short_datetime(summary.created_at, zone),
        others=other_plans(page.plans, plan_id, zone),
        people={
            code: urls.plan_person(plan_id, person_id)
            for code, person_id in page.coachee_ids.items()
        },
        advised=advised,
        advice=_advice(advised, plan),
        compare_first=page.published_plan_id,
        territories=view.territories,
    )


def _advice(advised: QuestionLine | None, plan: PlanDetails) -> tuple[AdviceViewModel, ...] | None:
    if advised is None or advised.answer is None or advised.answer.advice is None:
        return None
    names = display_names((*plan.roster.coachees, *plan.roster.coaches))
    return present_advice(advised.answer.advice, names)


ROUTERS = (PLAN_PAGE,)
PERMISSIONS: Permissions = {
    ("GET", "/plans/{plan_id}"): Permission(MANAGER, audit_action="plan opened"),
}
