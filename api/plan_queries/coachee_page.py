"""The page about a coachee in a plan: their match, other coaches, and the choice of a new one."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, Response

from api.http import urls
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.plan_queries import service as plan_queries
from api.plan_queries.page_contents import read_coachee_page
from api.plan_queries.plan_marks import marks_of
from api.plan_queries.presenters import (
    ExplanationViewModel,
    QuestionLine,
    ReplacementViewModel,
    latest_question,
    present_explanation,
    present_replacements,
)
from api.plan_queries.questions import (
    QuestionRequest,
)
from api.plan_queries.replacement import ReplacementRequest
from api.plan_queries.rows import QuestionKind
from api.plans.presenters import plan_line
from api.plans.stored_plan import StoredPlan
from api.results.match_view import (
    MatchViewModel,
    UnmatchedViewModel,
    present_match,
    present_unmatched,
)
from api.results.move_view import DisplayNames
from api.runs.rows import PlanState
from api.texts.reader_language import request_renderer
from api.web.rendering import (
    FormFields,
    non_empty_fields,
    parse_form,
    redirect_after_post,
    render_page,
)
from coach.cycle import Cycle
from coach.texts.renderer import Renderer

COACHEE_PAGES = APIRouter(include_in_schema=False)
_PERSON = "/plans/{plan_id}/people/{person_id}"


@COACHEE_PAGES.get(_PERSON)
def show_coachee(plan_id: str, person_id: str, request: Request, services: ServicesDep) -> Response:
    """Show why a coachee has their coach (or has none), and the answers to queries about them."""
    page = read_coachee_page(services, plan_id, person_id)
    plan, zone = page.plan, ZoneInfo(page.cycle.timezone)
    texts = request_renderer(request)
    match = _match(plan, page.code, texts)
    explained = latest_question(page.questions, QuestionKind.EXPLAIN, zone)
    replaced = latest_question(page.questions, QuestionKind.REPLACE, zone)
    return render_page(
        request,
        "plan_queries/coachee.html",
        cycle=page.cycle,
        plan_id=plan_id,
        this=plan_line(plan.summary, zone),
        code=page.code,
        name=page.names.get(page.code, page.code),
        address=urls.plan_person(plan_id, person_id),
        match=match,
        unmatched=_unmatched(plan, page.code, page.names, texts),
        marks=marks_of(plan, [page.code]).get(page.code, ()),
        pairs_address=urls.pair_decisions(page.cycle.id),
        explained=explained,
        explanation=_explanation(explained, page.names),
        replaceable=plan.summary.state is PlanState.PUBLISHED and match is not None,
        replaced=replaced,
        pinned=page.pinned,
        replacements=_replacements(replaced, page.names, plan.policy, texts),
        remaining=page.remaining,
        most=len(plan.policy.sessions.numbers),
        territories=[one["country"] for one in plan.coachees.values()],
    )


@COACHEE_PAGES.post(f"{_PERSON}/explain")
def request_explanation(plan_id: str, person_id: str, services: ServicesDep) -> Response:
    """Request an explanation: the next best coach, the price of that choice, and other coaches."""
    question_request = QuestionRequest(kind=QuestionKind.EXPLAIN, person_id=person_id)
    question = plan_queries.submit_question(services, plan_id, question_request)
    return redirect_after_post(urls.question(question.id))


@COACHEE_PAGES.post(f"{_PERSON}/other-coaches")
def request_replacements(
    plan_id: str, person_id: str, form_fields: FormFields, services: ServicesDep
) -> Response:
    """Request a list of coaches who could take over without changing anything for anyone else."""
    question_fields = {"kind": QuestionKind.REPLACE, "person_id": person_id}
    question_request = parse_form(QuestionRequest, non_empty_fields(form_fields) | question_fields)
    question = plan_queries.submit_question(services, plan_id, question_request)
    return redirect_after_post(urls.question(question.id))


@COACHEE_PAGES.post(f"{_PERSON}/replace")
def replace_coach(
    plan_id: str, person_id: str, coach: Annotated[str, Form()], services: ServicesDep
) -> Response:
    """Queue a run that replaces this coachee's coach and changes nothing for anyone else."""
    replacement_request = ReplacementRequest(plan_id=plan_id, person_id=person_id, coach=coach)
    run = plan_queries.start_replacement(services, replacement_request)
    return redirect_after_post(urls.run(run.id))


def _match(plan: StoredPlan, code: str, texts: Renderer) -> MatchViewModel | None:
    if code not in plan.matches:
        return None
    match = plan.match(code)
    return present_match(match, (plan.coachee(code), plan.coach(match.coach)), plan.policy, texts)


def _unmatched(
    plan: StoredPlan, code: str, names: DisplayNames, texts: Renderer
) -> UnmatchedViewModel | None:
    if code not in plan.unmatched:
        return None
    return present_unmatched(plan.without_coach(code), plan.coachee(code), names, texts)


def _explanation(line: QuestionLine | None, names: DisplayNames) -> ExplanationViewModel | None:
    if line is None or line.answer is None or line.answer.explanation is None:
        return None
    return present_explanation(line.answer.explanation, names)


def _replacements(
    line: QuestionLine | None, names: DisplayNames, cycle: Cycle, texts: Renderer
) -> tuple[ReplacementViewModel, ...] | None:
    if line is None or line.answer is None or line.answer.replacements is None:
        return None
    return present_replacements(line.answer.replacements, names, cycle, texts)


ROUTERS = (COACHEE_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/plans/{plan_id}/people/{person_id}"): Permission(
        MANAGER, audit_action="plan opened", compressible=True
    ),
    ("POST", "/plans/{plan_id}/people/{person_id}/explain"): Permission(
        MANAGER, scope=TokenScope.RUN
    ),
    ("POST", "/plans/{plan_id}/people/{person_id}/other-coaches"): Permission(
        MANAGER, scope=TokenScope.RUN
    ),
    ("POST", "/plans/{plan_id}/people/{person_id}/replace"): Permission(
        MANAGER, scope=TokenScope.RUN
    ),
}
