"""The pages of a plan: its coachees, its coaches, and the answers to queries about it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.http import urls
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.lists.listing import present_list
from api.lists.query import read_query
from api.plan_queries.page_contents import read_plan_coaches_page, read_plan_page
from api.plan_queries.plan_line import chart_of, plan_figures, plan_lines
from api.plan_queries.plan_list import COACH_LIST, COACHEE_LIST, load_chart
from api.plan_queries.plan_marks import marks_of, overridden_pairs
from api.plan_queries.presenters import (
    AdviceViewModel,
    QuestionLine,
    latest_question,
    present_advice,
)
from api.plan_queries.rows import QuestionKind
from api.plans.presenters import other_plans, plan_line
from api.plans.stored_plan import StoredPlan
from api.results import mark_facts
from api.results.match_view import present_person
from api.runs.rows import PlanState
from api.texts.reader_language import request_renderer
from api.web.facts import TERRITORY_ALONE
from api.web.rendering import render_page
from matching.rematching.comparison import compare_policies

_MOST_OVERRIDDEN = 20
PLAN_PAGE = APIRouter(include_in_schema=False)


@PLAN_PAGE.get("/plans/{plan_id}")
def show_plan(plan_id: str, request: Request, services: ServicesDep) -> Response:
    """Show a plan with one page of its coachees and, for a draft, a button to publish it."""
    query, texts = read_query(request, COACHEE_LIST), request_renderer(request)
    page = read_plan_page(services, plan_id, query)
    plan, summary, zone = page.plan, page.plan.summary, page.plan.cycle.cycle.zone
    advised = latest_question(page.questions, QuestionKind.ADVISE, zone)
    lines = plan_lines(plan, page.selected.rows, page.person_ids, texts)
    overridden = overridden_pairs(plan)
    return render_page(
        request,
        "plans/plan.html",
        plan=plan_figures(plan, page.coachees),
        list=present_list(urls.plan(plan_id), query, page.selected),
        lines=lines,
        chart=chart_of(plan, lines, texts, page.session_addresses),
        marks=marks_of(plan, [line.coachee.id for line in lines]),
        pairs_address=urls.pair_decisions(page.cycle.id),
        overridden=[
            (urls.plan_person(plan_id, page.person_ids[coachee]), line)
            for coachee, line in overridden[:_MOST_OVERRIDDEN]
            if coachee in page.person_ids
        ],
        overridden_count=mark_facts.OVERRIDDEN_PAIRS(count=len(overridden)),
        plan_id=plan_id,
        plans_version=plan.plans_version,
        cycle=page.cycle,
        this=plan_line(summary, zone),
        draft=summary.state is PlanState.DRAFT,
        what_if=summary.state is PlanState.WHAT_IF,
        settings=compare_policies(plan.own_policy or plan.cycle, plan.policy),
        outdated=plan.outdated,
        without_guidance=[TERRITORY_ALONE(code=card.country) for card in page.guidance],
        replaces=page.published_plan_id is not None,
        others=other_plans(page.plans, plan_id, zone),
        advised=advised,
        advice=_advice(advised, plan),
        compare_first=page.published_plan_id,
        territories=_territories(plan),
    )


@PLAN_PAGE.get("/plans/{plan_id}/coaches")
def show_coaches(plan_id: str, request: Request, services: ServicesDep) -> Response:
    """Show one page of the coaches of a plan, with their workload."""
    query, texts = read_query(request, COACH_LIST), request_renderer(request)
    page = read_plan_coaches_page(services, plan_id, query)
    plan, zone = page.plan, page.plan.cycle.cycle.zone
    return render_page(
        request,
        "plans/coaches.html",
        plan_id=plan_id,
        cycle=page.cycle,
        this=plan_line(plan.summary, zone),
        list=present_list(f"{urls.plan(plan_id)}/coaches", query, page.selected),
        chart=load_chart(page.coaches),
        loads=[(row, present_person(plan.coach(row.code), texts)) for row in page.selected.rows],
        territories=_territories(plan),
    )


def _territories(plan: StoredPlan) -> frozenset[str]:
    people = (*plan.coachees.values(), *plan.coaches.values())
    return frozenset(one["country"] for one in people)


def _advice(advised: QuestionLine | None, plan: StoredPlan) -> tuple[AdviceViewModel, ...] | None:
    if advised is None or advised.answer is None or advised.answer.advice is None:
        return None
    return present_advice(advised.answer.advice, plan.labels)


ROUTERS = (PLAN_PAGE,)
PERMISSIONS: Permissions = {
    ("GET", "/plans/{plan_id}"): Permission(MANAGER, audit_action="plan opened", compressible=True),
    ("GET", "/plans/{plan_id}/coaches"): Permission(
        MANAGER, audit_action="plan opened", compressible=True
    ),
}
